rule describe:
    input:
        f"{RESULTS}/report/parameters.html",
        [f"{RESULTS}/report/{name}.html" for name in PAGES],


# What `snakemake --report` shows beside the figures: pages, because a browser does not lay Markdown out.
rule describe_pages:
    input:
        [f"{RESULTS}/{page.source}" for page in PAGES.values()],
    output:
        [
            report(
                f"<results>/report/{name}.html",
                caption=f"../report/{name}.rst",
                category=page.category,
                labels={page.category.rstrip("s").lower(): page.title},
            )
            for name, page in PAGES.items()
        ],
    log:
        "<logs>/describe/pages.log",
    benchmark:
        "<benchmarks>/describe/pages.tsv"
    params:
        code=code_of("mutspad.cli.step.describe", "markdown-it-py", "tabulate"),
        flags=[f"--page={page.source}" for page in PAGES.values()],
        results=lambda wildcards, output: os.path.dirname(folder_of(output)),
    shell:
        r"""
        python -m mutspad.cli step describe \
            {params.flags:q} \
            --results {params.results:q} &>{log:q}
        """


use rule describe_pages as describe_parameters with:
    input:
        summaries(),
        "<results>/lexicon/lexicon.json",
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
        flags=[f"--parameters={PARAMS.model_dump_json()}"],
        results=lambda wildcards, output: os.path.dirname(folder_of(output)),
