rule runs:
    input:
        expand("<results>/runs/{run}.json", run=PARAMS.runs),


rule resolve_run:
    output:
        update("<results>/runs/{run}.json"),
    log:
        "<logs>/runs/{run}.log",
    benchmark:
        "<benchmarks>/runs/{run}.tsv"
    params:
        code=code_of("mutspad.cli.resolve_run"),
        run=resolved_run,
    shell:
        r"""
        python -m mutspad.cli resolve-run \
            --run {params.run:q} \
            --output {output:q} &>{log:q}
        """
