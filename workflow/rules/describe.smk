# Markdown file of the results -> category and title in what `snakemake --report` shows.
PAGES = {
    "tables/table1.md": ("Tables", "Table 1: corpora"),
    "tables/table2.md": ("Tables", "Table 2: methods"),
    "tables/table3.md": ("Tables", "Table 3: unification"),
    "tables/table4.md": ("Tables", "Table 4: units"),
    "claims.md": ("Findings", "What the paper says, judged"),
}
if PLAN.labellers:
    PAGES["statistics/silver.md"] = ("Findings", "How good silver labels are")


rule describe:
    input:
        f"{RESULTS}/report/parameters.html",
        [f"{RESULTS}/report/{Path(page).stem}.html" for page in PAGES],


# What `snakemake --report` shows beside the figures: pages, because a browser does not lay Markdown out.
rule describe_pages:
    input:
        [f"{RESULTS}/{page}" for page in PAGES],
    output:
        [
            report(
                f"<results>/report/{Path(page).stem}.html",
                caption=f"../report/{Path(page).stem}.rst",
                category=category,
                labels={category.rstrip("s").lower(): title},
            )
            for page, (category, title) in PAGES.items()
        ],
    log:
        "<logs>/describe/pages.log",
    benchmark:
        "<benchmarks>/describe/pages.tsv"
    params:
        code=code_of("mutspad.cli.step.describe", "markdown-it-py", "tabulate"),
        flags=[f"--page={page}" for page in PAGES],
        results=lambda wildcards: RESULTS,
    shell:
        r"""
        python -m mutspad.cli step describe \
            {params.flags:q} --results {params.results:q} &>{log:q}
        """


use rule describe_pages as describe_parameters with:
    input:
        "<results>/data.json",
        "<results>/plan.json",
    output:
        report(
            "<results>/report/parameters.html",
            caption="../report/parameters.rst",
            category="Parameters",
            labels={"page": "Parameters, data and substitutes"},
        ),
    log:
        "<logs>/describe/parameters.log",
    benchmark:
        "<benchmarks>/describe/parameters.tsv"
    params:
        code=code_of("mutspad.cli.step.describe", "markdown-it-py", "tabulate"),
        flags=[f"--plan={AT.plan}"],
        results=lambda wildcards: RESULTS,
