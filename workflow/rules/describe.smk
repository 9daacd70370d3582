rule describe:
    input:
        f"{RESULTS}/report/parameters.html",
        [f"{RESULTS}/report/table{number}.html" for number in (1, 2, 3, 4)],


# What `snakemake --report` shows beside the figures: pages, because a browser does not lay Markdown out.
rule describe_tables:
    input:
        [f"{RESULTS}/tables/table{number}.md" for number in (1, 2, 3, 4)],
    output:
        update(
            [
                report(
                    f"<results>/report/table{number}.html",
                    caption=f"../report/table{number}.rst",
                    category="Tables",
                    labels={"table": f"Table {number}: {subject}"},
                )
                for number, subject in enumerate(
                    ("corpora", "methods", "unification", "units"), start=1
                )
            ]
        ),
    log:
        "<logs>/describe/tables.log",
    benchmark:
        "<benchmarks>/describe/tables.tsv"
    params:
        code=code_of("mutspad.cli.describe", "markdown-it-py", "tabulate"),
        flags=[f"--table={number}" for number in (1, 2, 3, 4)],
        results=lambda wildcards, output: os.path.dirname(folder_of(output)),
    shell:
        r"""
        python -m mutspad.cli describe \
            {params.flags:q} \
            --results {params.results:q} &>{log:q}
        """


use rule describe_tables as describe_parameters with:
    input:
        summaries(),
        "<results>/lexicon/lexicon.json",
    output:
        update(
            report(
                "<results>/report/parameters.html",
                caption="../report/parameters.rst",
                category="Parameters",
                labels={"page": "Parameters, data and substitutes"},
            )
        ),
    log:
        "<logs>/describe/parameters.log",
    benchmark:
        "<benchmarks>/describe/parameters.tsv"
    params:
        code=code_of("mutspad.cli.describe", "markdown-it-py", "tabulate"),
        flags=[f"--parameters={PARAMS.model_dump_json()}"],
        results=lambda wildcards, output: os.path.dirname(folder_of(output)),
