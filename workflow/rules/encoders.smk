rule encoders:
    input:
        multiext(
            "<results>/language_model/", *ELMO_FILES, "history.csv", "summary.json"
        ),
        contextual_vectors(),


rule pretrain_lm:
    input:
        expand("<results>/text/{domain}.txt", domain=PARAMS.language_model.domains),
    output:
        multiext(
            "<results>/language_model/",
            *ELMO_FILES,
            "history.csv",
            "summary.json",
        ),
    log:
        "<logs>/pretrain_lm.log",
    benchmark:
        "<benchmarks>/pretrain_lm.tsv"
    priority: 4
    params:
        code=code_of("mutspad.cli.step.pretrain_lm", "h5py", "numpy", "torch"),
        text=lambda wildcards, input: [f"--text={path}" for path in input],
        language_model=PARAMS.language_model.model_dump_json(),
        checkpoint=f"{RESULTS}/checkpoints/language_model.ckpt",
        output=lambda wildcards, output: folder_of(output),
    shell:
        r"""
        python -m mutspad.cli step pretrain-lm \
            {params.text:q} \
            --params {params.language_model:q} \
            --checkpoint {params.checkpoint:q} \
            --output {params.output:q} &>{log:q}
        """


rule embed_domain:
    input:
        sentences=lambda wildcards: splits_of(wildcards.domain),
        encoder=encoder_files,
    output:
        multiext("<results>/contextual/{encoder}/{domain}", ".npy", ".json"),
    log:
        "<logs>/embed/{encoder}/{domain}.log",
    benchmark:
        "<benchmarks>/embed/{encoder}/{domain}.tsv"
    priority: 4
    params:
        code=code_of("mutspad.cli.step.embed", "h5py", "numpy", "torch", "transformers"),
        encoder=lambda wildcards: PARAMS.encoders[wildcards.encoder].model_dump_json(),
        package=encoder_version,
        folder=encoder_flags,
        corpora=lambda wildcards: f"{RESULTS}/corpora/{wildcards.domain}",
        stem=lambda wildcards, output: os.path.splitext(output[0])[0],
    shell:
        r"""
        python -m mutspad.cli step embed \
            --name {wildcards.encoder:q} \
            --encoder {params.encoder:q} \
            {params.folder:q} \
            --corpora {params.corpora:q} \
            --output {params.stem:q} &>{log:q}
        """
