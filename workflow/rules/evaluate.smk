rule predictions:
    input:
        FILES.predictions(PLAN.models),


rule scores:
    input:
        FILES.scores(),


# A trained model predicts where it is trained; this is for models that another domain uses as they are (paper 5.2.1).
rule apply_model:
    input:
        lambda wildcards: FILES.application(wildcards.model, wildcards.seed),
        model=resolved,
    output:
        multiext(
            "<results>/predictions/{model}/seed{seed}/", "dev.conllup", "test.conllup"
        ),
    log:
        "<logs>/apply/{model}/seed{seed}.log",
    benchmark:
        "<benchmarks>/apply/{model}/seed{seed}.tsv"
    wildcard_constraints:
        model=one_of(PLAN.as_is()),
    params:
        code=code_of("mutspad.cli.step.predict", "numpy", "torch"),
        trained=lambda wildcards: str(
            AT.model(PLAN.predictor(wildcards.model), wildcards.seed)
        ),
        results=lambda wildcards: RESULTS,
    shell:
        r"""
        python -m mutspad.cli step predict \
            --model {input.model:q} \
            --trained {params.trained:q} \
            --results {params.results:q} &>{log:q}
        """


# All models in one process: scoring takes a fraction of a second a model, starting Python takes longer.
rule score:
    input:
        FILES.scoring(),
        plan="<results>/plan.json",
    output:
        FILES.scores(),
    log:
        "<logs>/score.log",
    benchmark:
        "<benchmarks>/score.tsv"
    params:
        code=code_of("mutspad.cli.step.score", "numpy", "seqeval"),
        results=lambda wildcards: RESULTS,
    shell:
        r"""
        python -m mutspad.cli step score \
            --plan {input.plan:q} \
            --results {params.results:q} &>{log:q}
        """
