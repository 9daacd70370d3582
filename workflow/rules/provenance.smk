rule provenance:
    input:
        f"{RESULTS}/provenance.json",


# A record of where the tables come from. It names the commit, the machine and the clock, so nothing depends on it, DVC
# does not certify it, and none of this is in `params:`: a commit alone does not run it again, only new artefacts do.
# requirements.txt and the benchmarks are read, but for the same reason are no inputs. What there is of each corpus,
# encoder, run and seed follows from the parameters: as one pattern for all, it would take in what others left there.
rule record:
    input:
        rules.tables.input,
        rules.figures.input,
        rules.statistics.input,
        rules.ablate.input,
        rules.scores.input,
        FILES.kept_here(),
    output:
        "<results>/provenance.json",
    log:
        "<logs>/record.log",
    benchmark:
        "<benchmarks>/record.tsv"
    params:
        code=code_of("mutspad.cli.step.record"),
        plan=lambda wildcards: str(AT.plan),
        results=lambda wildcards: RESULTS,
        benchmarks=f"benchmarks/runs/{PARAMS.experiment}",
    shell:
        r"""
        python -m mutspad.cli step record \
            --plan {params.plan:q} --results {params.results:q} \
            --benchmarks {params.benchmarks:q} &>{log:q}
        """
