# What `mutspad adapt` asks for: no tables of the paper, no ablation, no claims.
rule adapt:
    input:
        f"{RESULTS}/report.html",


rule report_recipe:
    input:
        FILES.scoring(PARAMS.seeds[0]),
        FILES.scored(),
        FILES.summaries(),
        "<results>/data.json",
        STATISTICS,
        plan="<results>/plan.json",
    output:
        "<results>/report.html",
        "<results>/best.json",
    log:
        "<logs>/report_recipe.log",
    benchmark:
        "<benchmarks>/report_recipe.tsv"
    params:
        code=code_of("mutspad.cli.step.report_recipe", "matplotlib", "pandas", "scipy"),
        results=lambda wildcards: RESULTS,
    shell:
        r"""
        python -m mutspad.cli step report-recipe \
            --plan {input.plan:q} \
            --results {params.results:q} &>{log:q}
        """
