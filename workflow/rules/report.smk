rule tables:
    input:
        tables(1, 2, 3),
        unit_table(),


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


rule table4:
    input:
        rules.corpora.input,
        behind_units(),
        unit_table(),


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
        code=code_of("mutspad.cli.step.tabulate", "pandas", "tabulate"),
        number=1,
        experiment=PARAMS.experiment,
        seeds=[f"--seed={seed}" for seed in PARAMS.seeds],
        report=PARAMS.report.model_dump_json(),
        unavailable=unavailable_flags(),
        results=lambda wildcards, input: folder_of(input),
    shell:
        r"""
        python -m mutspad.cli step tabulate \
            --number {params.number:q} \
            --experiment {params.experiment:q} \
            {params.seeds:q} \
            {params.unavailable:q} \
            --report {params.report:q} \
            --results {params.results:q} &>{log:q}
        """


use rule tabulate_corpora as tabulate_scores with:
    input:
        summaries(),
        scores(PARAMS.report.runs()),
        "<results>/lexicon/lexicon.json",
        "<results>/language_model/summary.json",
    output:
        multiext("<results>/tables/table{number}.", "csv", "md"),
    log:
        "<logs>/tabulate/table{number}.log",
    benchmark:
        "<benchmarks>/tabulate/table{number}.tsv"
    wildcard_constraints:
        number="[23]",
    params:
        code=code_of("mutspad.cli.step.tabulate", "pandas", "tabulate"),
        number="{number}",
        experiment=PARAMS.experiment,
        seeds=[f"--seed={seed}" for seed in PARAMS.seeds],
        report=PARAMS.report.model_dump_json(),
        unavailable=unavailable_flags(),
        results=lambda wildcards, input: folder_of(input),


rule tabulate_units:
    input:
        ablation_files(),
    output:
        multiext("<results>/tables/table4.", "csv", "md"),
        report(
            "<results>/tables/table4.html",
            caption="../report/units.rst",
            category="Tables",
            labels={"table": "Table 4: all units, to browse"},
        ),
    log:
        "<logs>/tabulate/table4.log",
    benchmark:
        "<benchmarks>/tabulate/table4.tsv"
    params:
        code=code_of("mutspad.cli.step.tabulate_units", "jinja2", "numpy", "pandas"),
        folder=lambda wildcards, input: folder_of(input),
        ablation=PARAMS.ablation.model_dump_json(),
        results=lambda wildcards: RESULTS,
    shell:
        r"""
        python -m mutspad.cli step tabulate-units \
            --ablation {params.folder:q} \
            --params {params.ablation:q} \
            --results {params.results:q} &>{log:q}
        """


rule figures:
    input:
        figures(),


rule plot_convergence:
    input:
        histories=histories(PARAMS.report.runs()),
        runs=[f"{RESULTS}/runs/{run}.json" for run in PARAMS.report.runs()],
    output:
        "<results>/figures/convergence.pdf",
        report(
            "<results>/figures/convergence.png",
            caption="../report/convergence.rst",
            category="Figures",
            labels={"figure": "Convergence on tweets"},
        ),
    log:
        "<logs>/plot/convergence.log",
    benchmark:
        "<benchmarks>/plot/convergence.tsv"
    params:
        code=code_of("mutspad.cli.step.plot", "matplotlib"),
        experiment=PARAMS.experiment,
        seeds=[f"--seed={seed}" for seed in PARAMS.seeds],
        report=PARAMS.report.model_dump_json(),
        results=lambda wildcards, input: folder_of(input),
    shell:
        r"""
        python -m mutspad.cli step plot \
            --experiment {params.experiment:q} \
            {params.seeds:q} \
            --report {params.report:q} \
            --results {params.results:q} &>{log:q}
        """


rule plot_ablation:
    input:
        ablation_files(),
    output:
        multiext("<results>/figures/figure2.", "pdf", "csv"),
        report(
            "<results>/figures/figure2.png",
            caption="../report/figure2.rst",
            category="Figures",
            labels={"figure": "Figure 2: units and tasks"},
        ),
    log:
        "<logs>/plot/figure2.log",
    benchmark:
        "<benchmarks>/plot/figure2.tsv"
    params:
        code=code_of("mutspad.cli.step.plot_ablation", "matplotlib", "numpy", "pandas"),
        folder=lambda wildcards, input: folder_of(input),
        ablation=PARAMS.ablation.model_dump_json(),
        results=lambda wildcards: RESULTS,
    shell:
        r"""
        python -m mutspad.cli step plot-ablation \
            --ablation {params.folder:q} \
            --params {params.ablation:q} \
            --results {params.results:q} &>{log:q}
        """
