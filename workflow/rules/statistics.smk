REPORTED_TASKS = [
    task for task in TASKS if any(task in cells for cells in PLAN.rows.values())
]
STATISTICS = [
    f"{RESULTS}/statistics/{name}.csv"
    for name in ("differences", "seeds", *(f"counts/{task}" for task in REPORTED_TASKS))
]
SILVER = [f"{RESULTS}/statistics/silver.{kind}" for kind in ("csv", "md")]


rule statistics:
    input:
        STATISTICS,
        SILVER,
        multiext("<results>/claims.", "md", "json"),


rule compare:
    input:
        FILES.scoring(),
        FILES.scores(),
        FILES.summaries(),
        "<results>/lexicon/lexicon.json",
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
        STATISTICS,
        FILES.scores(),
        FILES.summaries(),
        FILES.histories(PLAN.trained()),
        FILES.ablation(),
        "<results>/lexicon/lexicon.json",
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


rule judge_silver:
    input:
        FILES.silver(),
        plan="<results>/plan.json",
    output:
        SILVER,
    log:
        "<logs>/judge_silver.log",
    benchmark:
        "<benchmarks>/judge_silver.tsv"
    params:
        code=code_of("mutspad.cli.step.judge_silver", "pandas", "seqeval", "tabulate"),
        results=lambda wildcards: RESULTS,
    shell:
        r"""
        python -m mutspad.cli step judge-silver \
            --plan {input.plan:q} \
            --results {params.results:q} &>{log:q}
        """
