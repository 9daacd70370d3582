rule plan:
    input:
        FILES.resolved(),
        "<results>/precision.json",


# Once for all trainings: each for itself could take another precision than the one beside it in a table.
rule measure_precision:
    output:
        "<results>/precision.json",
    log:
        "<logs>/measure_precision.log",
    benchmark:
        "<benchmarks>/measure_precision.tsv"
    priority: 5
    params:
        code=code_of("mutspad.cli.step.measure_precision", "torch"),
        asked=["--asked"] * PLAN.asks_for_precision(),
    shell:
        r"""
        python -m mutspad.cli step measure-precision \
            {params.asked:q} \
            --output {output:q} &>{log:q}
        """
