rule plan:
    input:
        FILES.resolved(),
        "<results>/precision.json",


# The only job that reads params.yaml. All models are resolved at once; who reads one does not run again for its time but for
# its content (`digest_of`).
rule derive_plan:
    output:
        FILES.resolved(),
    log:
        "<logs>/plan.log",
    benchmark:
        "<benchmarks>/plan.tsv"
    priority: 5
    params:
        code=code_of("mutspad.cli.step.plan"),
        plan=digest(PLAN),
        said=json.dumps(SAID),
        results=lambda wildcards: RESULTS,
    shell:
        r"""
        python -m mutspad.cli step plan \
            --config {params.said:q} \
            --results {params.results:q} &>{log:q}
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
        asked=["--asked"] * PLAN.asks_for_precision(),
    shell:
        r"""
        python -m mutspad.cli step measure-precision \
            {params.asked:q} \
            --output {output:q} &>{log:q}
        """
