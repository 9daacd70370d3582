rule ablate:
    input:
        FILES.ablation(),


rule ablate_units:
    input:
        model=lambda wildcards: FILES.model(ABLATED, wildcards.seed),
        dev=lambda wildcards: str(
            AT.corpus(PLAN.models[ABLATED].domain, wildcards.task, "dev.conllup")
        ),
        contextual=FILES.contextual(ABLATED),
    output:
        matrix=f"{AT.ablation(ABLATED, '{seed}')}/{{task}}.csv",
        classes=f"{AT.ablation(ABLATED, '{seed}')}/{{task}}.json",
    log:
        "<logs>/ablate/seed{seed}/{task}.log",
    benchmark:
        "<benchmarks>/ablate/seed{seed}/{task}.tsv"
    params:
        code=code_of("mutspad.cli.step.ablate", "numpy", "torch"),
        model=lambda wildcards: str(AT.model(ABLATED, wildcards.seed)),
        corpora=lambda wildcards: str(AT.corpora(PLAN.models[ABLATED].domain)),
        ablation=PARAMS.ablation.model_dump_json(),
        contextual=[
            f"--contextual={os.path.splitext(path)[0]}"
            for path in FILES.contextual(ABLATED)[:1]
        ],
    shell:
        r"""
        python -m mutspad.cli step ablate \
            --model {params.model:q} \
            --corpora {params.corpora:q} \
            --task {wildcards.task} \
            --params {params.ablation:q} \
            {params.contextual:q} \
            --output {output.matrix:q} &>{log:q}
        """


rule rank_words:
    input:
        model=lambda wildcards: FILES.model(ABLATED, wildcards.seed),
        sentences=FILES.splits(PLAN.models[ABLATED].domain),
        contextual=FILES.contextual(ABLATED),
    output:
        f"{AT.ablation(ABLATED, '{seed}')}/activations.json",
    log:
        "<logs>/rank_words/seed{seed}.log",
    benchmark:
        "<benchmarks>/rank_words/seed{seed}.tsv"
    params:
        code=code_of("mutspad.cli.step.rank_words", "numpy", "torch"),
        model=lambda wildcards: str(AT.model(ABLATED, wildcards.seed)),
        corpora=lambda wildcards: str(AT.corpora(PLAN.models[ABLATED].domain)),
        ablation=PARAMS.ablation.model_dump_json(),
        contextual=[
            f"--contextual={os.path.splitext(path)[0]}"
            for path in FILES.contextual(ABLATED)[:1]
        ],
    shell:
        r"""
        python -m mutspad.cli step rank-words \
            --model {params.model:q} \
            --corpora {params.corpora:q} \
            --params {params.ablation:q} \
            {params.contextual:q} \
            --output {output:q} &>{log:q}
        """
