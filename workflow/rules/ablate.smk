rule ablate:
    input:
        ablation_files(),


rule ablate_units:
    input:
        model=multiext(f"{ablation_model()}/", *MODEL_FILES),
        dev=f"{ablation_corpora()}/{{task}}/dev.conllup",
        contextual=contextual_files_of(PARAMS.ablation.run),
    output:
        matrix=f"{ablation_folder()}/{{task}}.csv",
        classes=f"{ablation_folder()}/{{task}}.json",
    log:
        "<logs>/ablate/{task}.log",
    benchmark:
        "<benchmarks>/ablate/{task}.tsv"
    params:
        code=code_of("mutspad.cli.step.ablate", "numpy", "torch"),
        model=lambda wildcards, input: folder_of(input.model),
        corpora=lambda wildcards: ablation_corpora(),
        ablation=PARAMS.ablation.model_dump_json(),
        contextual=contextual_flag_of(PARAMS.ablation.run),
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
        model=multiext(f"{ablation_model()}/", *MODEL_FILES),
        sentences=splits_of(PARAMS.runs[PARAMS.ablation.run].domain),
        contextual=contextual_files_of(PARAMS.ablation.run),
    output:
        f"{ablation_folder()}/activations.json",
    log:
        "<logs>/rank_words.log",
    benchmark:
        "<benchmarks>/rank_words.tsv"
    params:
        code=code_of("mutspad.cli.step.rank_words", "numpy", "torch"),
        model=lambda wildcards, input: folder_of(input.model),
        corpora=lambda wildcards: ablation_corpora(),
        ablation=PARAMS.ablation.model_dump_json(),
        contextual=contextual_flag_of(PARAMS.ablation.run),
    shell:
        r"""
        python -m mutspad.cli step rank-words \
            --model {params.model:q} \
            --corpora {params.corpora:q} \
            --params {params.ablation:q} \
            {params.contextual:q} \
            --output {output:q} &>{log:q}
        """
