rule predictions:
    input:
        FILES.predictions(PLAN.models),


# All that tables, figures, statistics and claims read of a seed: in git, and without words of the corpora.
rule scores:
    input:
        FILES.scored(),
        FILES.silver(),
        "<results>/data.json",


# A trained model predicts where it is trained; this is for models that another domain uses as they are (paper 5.2.1).
rule apply_model:
    input:
        lambda wildcards: FILES.application(wildcards.model, wildcards.seed),
        model=resolved,
    output:
        multiext("<results>/predictions/{model}/seed{seed}/", *PREDICTED_FILES),
    log:
        "<logs>/apply/{model}/seed{seed}.log",
    benchmark:
        "<benchmarks>/apply/{model}/seed{seed}.tsv"
    wildcard_constraints:
        model=one_of(PLAN.as_is()),
    resources:
        mem_mb=growing(4000),
        runtime=growing(120),
    params:
        code=code_of("mutspad.cli.step.predict", "numpy", "torch"),
        results=lambda wildcards: RESULTS,
    shell:
        r"""
        python -m mutspad.cli step predict \
            --model {input.model:q} --seed {wildcards.seed} \
            --results {params.results:q} &>{log:q}
        """


# All models of a seed in one process: scoring takes a fraction of a second a model, starting Python takes longer. A rule a
# seed, since a row may have fewer seeds than another.
for seed in PLAN.trained_seeds:

    rule:
        name:
            f"score_seed{seed}"
        input:
            FILES.scoring(seed),
            plan="<results>/plan.json",
        output:
            FILES.scored(seed),
        log:
            f"<logs>/score/seed{seed}.log",
        benchmark:
            f"<benchmarks>/score/seed{seed}.tsv"
        params:
            code=code_of("mutspad.cli.step.score", "numpy", "seqeval"),
            seed=seed,
            results=lambda wildcards: RESULTS,
        shell:
            r"""
            python -m mutspad.cli step score \
                --plan {input.plan:q} \
                --seed {params.seed:q} \
                --results {params.results:q} &>{log:q}
            """


rule judge_silver:
    input:
        lambda wildcards: FILES.judging(int(wildcards.seed)),
        plan="<results>/plan.json",
    output:
        "<results>/silver/seed{seed}.json",
    log:
        "<logs>/judge_silver/seed{seed}.log",
    benchmark:
        "<benchmarks>/judge_silver/seed{seed}.tsv"
    params:
        code=code_of("mutspad.cli.step.judge_silver", "seqeval"),
        results=lambda wildcards: RESULTS,
    shell:
        r"""
        python -m mutspad.cli step judge-silver \
            --plan {input.plan:q} \
            --seed {wildcards.seed} \
            --results {params.results:q} &>{log:q}
        """


# What it takes of the plan are the corpora, whose summaries are made again where they change.
rule describe_data:
    input:
        FILES.data(),
        plan=ancient("<results>/plan.json"),
    output:
        "<results>/data.json",
    log:
        "<logs>/describe_data.log",
    benchmark:
        "<benchmarks>/describe_data.tsv"
    params:
        code=code_of("mutspad.cli.step.describe_data"),
        results=lambda wildcards: RESULTS,
    shell:
        r"""
        python -m mutspad.cli step describe-data \
            --plan {input.plan:q} \
            --results {params.results:q} &>{log:q}
        """
