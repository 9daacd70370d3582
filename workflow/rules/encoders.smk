LANGUAGE_MODEL = [
    str(AT.language_model / name) for name in (*ELMO_FILES, HISTORY, "summary.json")
]


rule encoders:
    input:
        FILES.language_model(),
        FILES.caches(),


rule pretrain_lm:
    input:
        expand("<results>/text/{domain}.txt", domain=PARAMS.language_model.domains),
    output:
        LANGUAGE_MODEL,
    log:
        "<logs>/pretrain_lm.log",
    benchmark:
        "<benchmarks>/pretrain_lm.tsv"
    priority: 4
    resources:
        mem_mb=growing(3000),
        runtime=growing(120),
    params:
        code=code_of("mutspad.cli.step.pretrain_lm", "h5py", "numpy", "torch"),
        text=lambda wildcards, input: [f"--text={path}" for path in input],
        language_model=PARAMS.language_model.model_dump_json(),
        checkpoint=f"{RESULTS}/checkpoints/language_model.ckpt",
        output=lambda wildcards: str(AT.language_model),
    shell:
        r"""
        python -m mutspad.cli step pretrain-lm \
            {params.text:q} --params {params.language_model:q} --code {params.code:q} \
            --checkpoint {params.checkpoint:q} --output {params.output:q} &>{log:q}
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
    resources:
        mem_mb=growing(3000),
        runtime=growing(120),
    params:
        code=code_of("mutspad.cli.step.embed", "h5py", "numpy", "torch", "transformers"),
        package=lambda wildcards: FILES.encoder_package(wildcards.encoder),
        flags=embed_flags,
    shell:
        r"""
        python -m mutspad.cli step embed {params.flags:q} &>{log:q}
        """
