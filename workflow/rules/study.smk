rule study:
    input:
        multiext("<results>/study/study.", "csv", "md"),


# One job a trial: the study resumes where it was stopped, and more trials keep those that are there.
rule try_setting:
    input:
        lambda wildcards: FILES.training(wildcards.model, PARAMS.seeds[0]),
        model=resolved,
        plan=ancient("<results>/plan.json"),
    output:
        "<results>/study/trials/{model}/{number}.json",
    log:
        "<logs>/study/{model}/{number}.log",
    benchmark:
        "<benchmarks>/study/{model}/{number}.tsv"
    wildcard_constraints:
        number=r"\d+",
    resources:
        mem_mb=growing(8000),
        runtime=growing(480),
    params:
        code=code_of("mutspad.cli.step.try_setting", "numpy", "torch"),
        space=digest(PARAMS.study.model_copy(update={"trials": 1, "models": []})),
        results=lambda wildcards: RESULTS,
    shell:
        r"""
        python -m mutspad.cli step try-setting \
            --plan {input.plan:q} \
            --model {input.model:q} \
            --number {wildcards.number:q} \
            --results {params.results:q} &>{log:q}
        """


rule tabulate_study:
    input:
        FILES.trials(),
        plan="<results>/plan.json",
    output:
        multiext("<results>/study/study.", "csv", "md"),
    log:
        "<logs>/tabulate_study.log",
    benchmark:
        "<benchmarks>/tabulate_study.tsv"
    params:
        code=code_of("mutspad.cli.step.tabulate_study", "pandas", "tabulate"),
        results=lambda wildcards: RESULTS,
    shell:
        r"""
        python -m mutspad.cli step tabulate-study \
            --plan {input.plan:q} \
            --results {params.results:q} &>{log:q}
        """
