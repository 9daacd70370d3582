rule tables:
    input:
        tables(1, 2, 3),


# Scores and tables are in git, and Snakemake does not look behind a file that is there: one table's target also asks
# for what lies upstream, so that in a fresh clone it makes the table instead of finding it made.
rule table1:
    input:
        rules.corpora.input,
        tables(1),


rule table2:
    input:
        rules.corpora.input,
        behind_scores(PARAMS.report.runs()),
        tables(2),


rule table3:
    input:
        rules.corpora.input,
        behind_scores(PARAMS.report.runs()),
        tables(3),


rule tabulate_corpora:
    input:
        summaries(),
        "<results>/lexicon/lexicon.json",
    output:
        update(multiext("<results>/tables/table1.", "csv", "md")),
    log:
        "<logs>/tabulate/table1.log",
    benchmark:
        "<benchmarks>/tabulate/table1.tsv"
    params:
        code=code_of("mutspad.cli.tabulate", "pandas", "tabulate"),
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
        update(multiext("<results>/tables/table{number}.", "csv", "md")),
    log:
        "<logs>/tabulate/table{number}.log",
    benchmark:
        "<benchmarks>/tabulate/table{number}.tsv"
    wildcard_constraints:
        number="[23]",
    params:
        code=code_of("mutspad.cli.tabulate", "pandas", "tabulate"),
        number="{number}",
        experiment=PARAMS.experiment,
        seeds=[f"--seed={seed}" for seed in PARAMS.seeds],
        report=PARAMS.report.model_dump_json(),
        results=lambda wildcards, input: folder_of(input),


rule figures:
    input:
        figures(),


rule plot_convergence:
    input:
        histories=histories(PARAMS.report.runs()),
        runs=[f"{RESULTS}/runs/{run}.json" for run in PARAMS.report.runs()],
    output:
        update(multiext("<results>/figures/convergence.", "pdf", "png")),
    log:
        "<logs>/plot/convergence.log",
    benchmark:
        "<benchmarks>/plot/convergence.tsv"
    params:
        code=code_of("mutspad.cli.plot", "matplotlib"),
        experiment=PARAMS.experiment,
        seeds=[f"--seed={seed}" for seed in PARAMS.seeds],
        report=PARAMS.report.model_dump_json(),
        results=lambda wildcards, input: folder_of(input),
    shell:
        r"""
        python -m mutspad.cli plot \
            --experiment {params.experiment:q} \
            {params.seeds:q} \
            --report {params.report:q} \
            --results {params.results:q} &>{log:q}
        """
