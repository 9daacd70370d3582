rule ablate:
    input:
        FILES.ablation(),


rule ablate_units:
    input:
        model=FILES.model(ABLATED, PARAMS.seeds[0]),
        dev=lambda wildcards: str(
            AT.corpus(PLAN.models[ABLATED].domain, wildcards.task, "dev.conllup")
        ),
        contextual=FILES.contextual(ABLATED),
    output:
        matrix=f"{ABLATION}/{{task}}.csv",
        classes=f"{ABLATION}/{{task}}.json",
    log:
        "<logs>/ablate/{task}.log",
    benchmark:
        "<benchmarks>/ablate/{task}.tsv"
    params:
        code=code_of("mutspad.cli.step.ablate", "numpy", "torch"),
        model=lambda wildcards: str(AT.model(ABLATED, PARAMS.seeds[0])),
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
        model=FILES.model(ABLATED, PARAMS.seeds[0]),
        sentences=FILES.splits(PLAN.models[ABLATED].domain),
        contextual=FILES.contextual(ABLATED),
    output:
        f"{ABLATION}/activations.json",
    log:
        "<logs>/rank_words.log",
    benchmark:
        "<benchmarks>/rank_words.tsv"
    params:
        code=code_of("mutspad.cli.step.rank_words", "numpy", "torch"),
        model=lambda wildcards: str(AT.model(ABLATED, PARAMS.seeds[0])),
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
