rule runs:
    input:
        expand("<results>/runs/{run}.json", run=PARAMS.runs),
        f"{RESULTS}/precision.json",


rule resolve_run:
    output:
        "<results>/runs/{run}.json",
    log:
        "<logs>/runs/{run}.log",
    benchmark:
        "<benchmarks>/runs/{run}.tsv"
    priority: 5
    params:
        code=code_of("mutspad.cli.step.resolve_run"),
        run=resolved_run,
    shell:
        r"""
        python -m mutspad.cli step resolve-run \
            --run {params.run:q} \
            --output {output:q} &>{log:q}
        """


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
        asked=precision_flag(),
    shell:
        r"""
        python -m mutspad.cli step measure-precision \
            {params.asked:q} \
            --output {output:q} &>{log:q}
        """
