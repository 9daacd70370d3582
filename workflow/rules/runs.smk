rule runs:
    input:
        expand("<results>/runs/{run}.json", run=PARAMS.runs),


rule resolve_run:
    output:
        "<results>/runs/{run}.json",
    log:
        "<logs>/runs/{run}.log",
    benchmark:
        "<benchmarks>/runs/{run}.tsv"
    params:
        code=code_of("mutspad.cli.resolve_run"),
        run=lambda wildcards: resolve_run(PARAMS, wildcards.run).model_dump_json(),
    shell:
        r"""
        python -m mutspad.cli resolve-run \
            --run {params.run:q} \
            --output {output:q} &>{log:q}
        """
