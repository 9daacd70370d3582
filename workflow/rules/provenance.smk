rule provenance:
    input:
        f"{RESULTS}/provenance.json",


# A record of where the tables come from. It names the commit, the machine and the clock, so nothing depends on it, DVC
# does not certify it, and none of this is in `params:`: a commit alone does not run it again, only new artefacts do.
# requirements.txt and the benchmarks are read, but for the same reason are no inputs.
rule record:
    input:
        rules.tables.input,
        rules.figures.input,
        rules.statistics.input,
        rules.ablate.input,
        behind_scores(PARAMS.runs),
        summaries(),
        "<results>/lexicon/lexicon.json",
    output:
        update("<results>/provenance.json"),
    log:
        "<logs>/record.log",
    benchmark:
        "<benchmarks>/record.tsv"
    params:
        code=code_of("mutspad.cli.record"),
        parameters=PARAMS.model_dump_json(),
        artefacts=[
            f"--artefact={pattern}"
            for pattern in (
                "*/*/seed*/model.json",
                "scores/*/*.json",
                "tables/*",
                "figures/*",
                "statistics/*",
                "claims.*",
            )
        ],
        results=lambda wildcards: RESULTS,
        benchmarks=f"benchmarks/runs/{PARAMS.experiment}",
    shell:
        r"""
        python -m mutspad.cli record \
            --parameters {params.parameters:q} \
            {params.artefacts:q} \
            --benchmarks {params.benchmarks:q} \
            --results {params.results:q} &>{log:q}
        """
