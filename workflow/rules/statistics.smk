STATISTICS = [f"{RESULTS}/statistics/{name}.csv" for name in ("differences", "seeds")]
# Without a unified corpus there are no silver labels.
SILVER = [
    f"{RESULTS}/statistics/silver.{kind}" for kind in ("csv", "md") if PLAN.labellers
]


rule statistics:
    input:
        STATISTICS,
        SILVER,
        multiext("<results>/claims.", "md", "json"),


rule compare:
    input:
        "<results>/data.json",
        FILES.scores(),
        FILES.counts(),
        plan="<results>/plan.json",
    output:
        STATISTICS,
    log:
        "<logs>/compare.log",
    benchmark:
        "<benchmarks>/compare.tsv"
    params:
        code=code_of("mutspad.cli.step.compare", "numpy", "pandas", "scipy"),
        results=lambda wildcards: RESULTS,
    shell:
        r"""
        python -m mutspad.cli step compare \
            --plan {input.plan:q} \
            --results {params.results:q} &>{log:q}
        """


rule claim:
    input:
        "<results>/data.json",
        FILES.scored(),
        FILES.ablation(),
        plan="<results>/plan.json",
    output:
        multiext("<results>/claims.", "md", "json"),
    log:
        "<logs>/claim.log",
    benchmark:
        "<benchmarks>/claim.tsv"
    params:
        code=code_of("mutspad.cli.step.claim", "numpy", "pandas", "scipy", "tabulate"),
        results=lambda wildcards: RESULTS,
    shell:
        r"""
        python -m mutspad.cli step claim \
            --plan {input.plan:q} \
            --results {params.results:q} &>{log:q}
        """


rule tabulate_silver:
    input:
        FILES.silver(),
        plan="<results>/plan.json",
    output:
        SILVER,
    log:
        "<logs>/tabulate_silver.log",
    benchmark:
        "<benchmarks>/tabulate_silver.tsv"
    params:
        code=code_of("mutspad.cli.step.tabulate_silver", "pandas", "tabulate"),
        results=lambda wildcards: RESULTS,
    shell:
        r"""
        python -m mutspad.cli step tabulate-silver \
            --plan {input.plan:q} \
            --results {params.results:q} &>{log:q}
        """
