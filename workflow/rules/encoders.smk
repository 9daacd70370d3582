rule encoders:
    input:
        FILES.language_model(),
        FILES.caches(),


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
        output=lambda wildcards: str(AT.language_model),
    shell:
        r"""
        python -m mutspad.cli step pretrain-lm \
            {params.text:q} \
            --params {params.language_model:q} \
            --checkpoint {params.checkpoint:q} \
            --code {params.code:q} \
            --output {params.output:q} &>{log:q}
        """


rule embed_domain:
    input:
        sentences=lambda wildcards: FILES.splits(wildcards.domain),
        encoder=lambda wildcards: FILES.encoder(wildcards.encoder),
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
        package=lambda wildcards: FILES.encoder_package(wildcards.encoder),
        folder=lambda wildcards: [
            f"--folder={folder}"
            for folder in [FILES.encoder_folder(wildcards.encoder)]
            if folder
        ],
        corpora=lambda wildcards: str(AT.corpora(wildcards.domain)),
        stem=lambda wildcards: str(AT.contextual(wildcards.encoder, wildcards.domain)),
    shell:
        r"""
        python -m mutspad.cli step embed \
            --name {wildcards.encoder:q} \
            --encoder {params.encoder:q} \
            {params.folder:q} \
            --corpora {params.corpora:q} \
            --output {params.stem:q} &>{log:q}
        """
