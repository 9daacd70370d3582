rule baselines:
    input:
        models(RUNS_OF["baselines"]),


# Priorities (here, pretrain, finetune, unify, encoders, prepare_text): the longest chain waits for the text, the language
# model, its vectors, the labellers, unification, pretraining and fine-tuning; left to the end, they would keep one core
# busy, the others waiting.
rule train_baseline:
    input:
        run="<results>/runs/{run}.json",
        precision="<results>/precision.json",
        lexicon=multiext("<results>/lexicon/", "lexicon.json", "vectors.safetensors"),
        train=training_files,
        dev=lambda wildcards: corpora_of(wildcards, "dev"),
        parent=parent_files,
        contextual=contextual_files,
        encoder=trained_files,
        unlabelled=adversarial_files,
    output:
        multiext(
            "<results>/baselines/{run}/seed{seed}/",
            "model.json",
            "weights.safetensors",
            "history.csv",
        ),
    log:
        "<logs>/baselines/{run}/seed{seed}.log",
    benchmark:
        "<benchmarks>/baselines/{run}/seed{seed}.tsv"
    wildcard_constraints:
        run=one_of(RUNS_OF["baselines"]),
    priority: 3
    params:
        code=code_of("mutspad.cli.step.fit", "numpy", "torch"),
        corpora=corpora_folder,
        lexicon=lambda wildcards, input: folder_of(input.lexicon),
        model=lambda wildcards: model_folder(wildcards.run, wildcards.seed),
        unified=unified_flag,
        parent=parent_flag,
        contextual=contextual_flag,
        package=trained_version,
        unlabelled=adversarial_flag,
        checkpoint=f"{RESULTS}/checkpoints/{{run}}/seed{{seed}}.ckpt",
    shell:
        r"""
        python -m mutspad.cli step fit \
            --run {input.run:q} \
            --seed {wildcards.seed} \
            --corpora {params.corpora:q} \
            --lexicon {params.lexicon:q} \
            --precision {input.precision:q} \
            {params.unified:q} {params.parent:q} {params.contextual:q} {params.unlabelled:q} \
            --checkpoint {params.checkpoint:q} \
            --model {params.model:q} &>{log:q}
        """
