rule ablate:
    input:
        FILES.ablation(),


rule ablate_units:
    input:
        lambda wildcards: FILES.model(ABLATED, wildcards.seed),
        FILES.contextual(ABLATED),
        dev=f"{AT.corpora(PLAN.models[ABLATED].domain)}/{{task}}/dev.conllup",
    output:
        multiext(f"{AT.ablation(ABLATED, '{seed}')}/{{task}}", ".csv", ".json"),
    log:
        "<logs>/ablate/seed{seed}/{task}.log",
    benchmark:
        "<benchmarks>/ablate/seed{seed}/{task}.tsv"
    resources:
        mem_mb=growing(3000),
        runtime=growing(120),
    params:
        code=code_of("mutspad.cli.step.ablate", "numpy", "torch"),
        ablation=digest(PARAMS.ablation),
        plan=lambda wildcards: str(AT.plan),
        results=lambda wildcards: RESULTS,
    shell:
        r"""
        python -m mutspad.cli step ablate \
            --plan {params.plan:q} --seed {wildcards.seed} --results {params.results:q} \
            --task {wildcards.task} &>{log:q}
        """


rule rank_words:
    input:
        lambda wildcards: FILES.model(ABLATED, wildcards.seed),
        FILES.splits(PLAN.models[ABLATED].domain),
        FILES.contextual(ABLATED),
    output:
        f"{AT.ablation(ABLATED, '{seed}')}/activations.json",
    log:
        "<logs>/rank_words/seed{seed}.log",
    benchmark:
        "<benchmarks>/rank_words/seed{seed}.tsv"
    resources:
        mem_mb=growing(3000),
        runtime=growing(120),
    params:
        code=code_of("mutspad.cli.step.rank_words", "numpy", "torch"),
        ablation=digest(PARAMS.ablation),
        plan=lambda wildcards: str(AT.plan),
        results=lambda wildcards: RESULTS,
    shell:
        r"""
        python -m mutspad.cli step rank-words \
            --plan {params.plan:q} --seed {wildcards.seed} --results {params.results:q} &>{log:q}
        """
