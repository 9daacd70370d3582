rule table1:
    input:
        tables(1),


rule table2:
    input:
        tables(2),


rule table3:
    input:
        tables(3),


rule tabulate_corpora:
    input:
        summaries(),
        "<results>/lexicon/lexicon.json",
    output:
        multiext("<results>/tables/table1.", "csv", "md"),
    log:
        "<logs>/tabulate/table1.log",
    benchmark:
        "<benchmarks>/tabulate/table1.tsv"
    params:
        code=code_of("mutspad.cli.tabulate"),
        number=1,
        experiment=PARAMS.experiment,
        seeds=[f"--seed={seed}" for seed in PARAMS.seeds],
        report=PARAMS.report.model_dump_json(),
        results=lambda wildcards, input: folder_of(input),
    shell:
        r"""
        python -m mutspad.cli tabulate \
            --number {params.number} \
            --experiment {params.experiment:q} \
            {params.seeds:q} \
            --report {params.report:q} \
            --results {params.results:q} &>{log:q}
        """


use rule tabulate_corpora as tabulate_scores with:
    input:
        summaries(),
        scores(PARAMS.report.runs()),
        "<results>/lexicon/lexicon.json",
    output:
        multiext("<results>/tables/table{number}.", "csv", "md"),
    log:
        "<logs>/tabulate/table{number}.log",
    benchmark:
        "<benchmarks>/tabulate/table{number}.tsv"
    wildcard_constraints:
        number="[23]",
    params:
        code=code_of("mutspad.cli.tabulate"),
        number="{number}",
        experiment=PARAMS.experiment,
        seeds=[f"--seed={seed}" for seed in PARAMS.seeds],
        report=PARAMS.report.model_dump_json(),
        results=lambda wildcards, input: folder_of(input),
