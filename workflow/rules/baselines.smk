rule baselines:
    input:
        FILES.models("baselines"),


# Priorities (here, pretrain, finetune, unify, encoders, prepare_text): the longest chain waits for the text, the language
# model, its vectors, the labellers, unification, pretraining and fine-tuning; left to the end, they would keep one core
# busy, the others waiting.
rule train_baseline:
    input:
        training_files,
        model=resolved,
    output:
        multiext("<results>/models/{model}/seed{seed}/", *MODEL_FILES, HISTORY),
        multiext("<results>/predictions/{model}/seed{seed}/", *PREDICTED_FILES),
    log:
        "<logs>/baselines/{model}/seed{seed}.log",
    benchmark:
        "<benchmarks>/baselines/{model}/seed{seed}.tsv"
    wildcard_constraints:
        model=one_of(PLAN.trained("baselines")),
    priority: 3
    resources:
        mem_mb=growing(8000),
        runtime=growing(480),
        gpu=gpus,
    params:
        code=code_of("mutspad.cli.step.fit", "numpy", "torch"),
        package=lambda wildcards: FILES.trained_package(wildcards.model),
        results=lambda wildcards: RESULTS,
    shell:
        r"""
        python -m mutspad.cli step fit \
            --model {input.model:q} --seed {wildcards.seed} \
            --code {params.code:q} --results {params.results:q} &>{log:q}
        """
