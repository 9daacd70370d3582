TABLES = [
    f"{RESULTS}/tables/table{n}.{kind}" for n in (1, 2, 3) for kind in ("csv", "md")
]
UNITS = [f"{RESULTS}/tables/table4.{kind}" for kind in ("csv", "md", "html")]
TABULATE = code_of("mutspad.cli.step.tabulate", "jinja2", "numpy", "pandas", "tabulate")


rule tables:
    input:
        TABLES,
        UNITS,
        "<results>/tables/metrics.json",


# Scores and tables are in git, and Snakemake does not look behind a file that is there: one table's target also asks
# for what lies upstream, so that in a fresh clone it makes the table instead of finding it made.
rule table1:
    input:
        rules.corpora.input,
        TABLES[:2],


rule table2:
    input:
        rules.corpora.input,
        FILES.models(),
        rules.predictions.input,
        rules.scores.input,
        TABLES[2:4],


rule table3:
    input:
        rules.corpora.input,
        FILES.models(),
        rules.predictions.input,
        rules.scores.input,
        TABLES[4:],


rule table4:
    input:
        rules.corpora.input,
        FILES.models(),
        FILES.ablation(),
        UNITS,


rule tabulate_corpora:
    input:
        "<results>/data.json",
        plan="<results>/plan.json",
    output:
        multiext("<results>/tables/table1.", "csv", "md"),
    log:
        "<logs>/tabulate/table1.log",
    benchmark:
        "<benchmarks>/tabulate/table1.tsv"
    params:
        code=TABULATE,
        number=1,
        results=lambda wildcards: RESULTS,
    shell:
        r"""
        python -m mutspad.cli step tabulate \
            --number {params.number:q} \
            --plan {input.plan:q} \
            --results {params.results:q} &>{log:q}
        """


use rule tabulate_corpora as tabulate_methods with:
    input:
        "<results>/data.json",
        FILES.scores(),
        plan="<results>/plan.json",
    output:
        multiext("<results>/tables/table2.", "csv", "md"),
        "<results>/tables/metrics.json",
    log:
        "<logs>/tabulate/table2.log",
    benchmark:
        "<benchmarks>/tabulate/table2.tsv"
    params:
        code=TABULATE,
        number=2,
        results=lambda wildcards: RESULTS,


use rule tabulate_methods as tabulate_unification with:
    output:
        multiext("<results>/tables/table3.", "csv", "md"),
    log:
        "<logs>/tabulate/table3.log",
    benchmark:
        "<benchmarks>/tabulate/table3.tsv"
    params:
        code=TABULATE,
        number=3,
        results=lambda wildcards: RESULTS,


use rule tabulate_corpora as tabulate_units with:
    input:
        FILES.ablation(),
        plan="<results>/plan.json",
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
        code=TABULATE,
        number=4,
        results=lambda wildcards: RESULTS,


rule figures:
    input:
        multiext("<results>/figures/convergence.", "pdf", "png", "csv"),
        multiext("<results>/figures/figure2.", "pdf", "png", "csv"),


rule plot_convergence:
    input:
        FILES.curves(PLAN.report.models()),
        plan="<results>/plan.json",
    output:
        multiext("<results>/figures/convergence.", "pdf", "csv"),
        report(
            "<results>/figures/convergence.png",
            caption="../report/convergence.rst",
            category="Figures",
            labels={"figure": f"Convergence on {config['target']}"},
        ),
    log:
        "<logs>/plot/convergence.log",
    benchmark:
        "<benchmarks>/plot/convergence.tsv"
    params:
        code=code_of("mutspad.cli.step.plot", "matplotlib"),
        results=lambda wildcards: RESULTS,
    shell:
        r"""
        python -m mutspad.cli step plot \
            --plan {input.plan:q} \
            --results {params.results:q} &>{log:q}
        """


rule plot_ablation:
    input:
        FILES.ablation(),
        plan="<results>/plan.json",
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
        results=lambda wildcards: RESULTS,
    shell:
        r"""
        python -m mutspad.cli step plot-ablation \
            --plan {input.plan:q} \
            --results {params.results:q} &>{log:q}
        """
