rule score:
    input:
        scores(PARAMS.runs),


rule score_run:
    input:
        run="<results>/runs/{run}.json",
        model=lambda wildcards: f"{predictor_folder(wildcards)}/model.json",
        predictions=lambda wildcards: predictions_of(wildcards.run, wildcards.seed),
        gold=lambda wildcards: corpora_of(wildcards, "dev", "test"),
        single_root=single_root_references,
    output:
        "<results>/scores/{run}/seed{seed}.json",
    log:
        "<logs>/score/{run}/seed{seed}.log",
    benchmark:
        "<benchmarks>/score/{run}/seed{seed}.tsv"
    params:
        code=code_of("mutspad.cli.step.score", "numpy", "seqeval"),
        corpora=corpora_folder,
        predictions=f"{RESULTS}/predictions/{{run}}/seed{{seed}}",
        single_root=single_root_flags,
    shell:
        r"""
        python -m mutspad.cli step score \
            --run {input.run:q} \
            --seed {wildcards.seed} \
            --model {input.model:q} \
            --corpora {params.corpora:q} \
            --predictions {params.predictions:q} \
            {params.single_root:q} \
            --scores {output:q} &>{log:q}
        """
