rule ablate:
    input:
        FILES.ablation(),


rule ablate_units:
    input:
        lambda wildcards: FILES.model(ABLATED, wildcards.seed),
        FILES.contextual(ABLATED),
        dev=f"{AT.corpora(PLAN.models[ABLATED].domain)}/{{task}}/dev.conllup",
    output:
        matrix=f"{AT.ablation(ABLATED, '{seed}')}/{{task}}.csv",
        classes=f"{AT.ablation(ABLATED, '{seed}')}/{{task}}.json",
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
        flags=ablated_flags,
    shell:
        r"""
        python -m mutspad.cli step ablate {params.flags:q} \
            --task {wildcards.task} --output {output.matrix:q} &>{log:q}
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
        flags=ablated_flags,
    shell:
        r"""
        python -m mutspad.cli step rank-words {params.flags:q} --output {output:q} &>{log:q}
        """
