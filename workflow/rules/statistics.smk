rule statistics:
    input:
        statistics_files(),
        silver_quality(),
        f"{RESULTS}/claims.md",
        f"{RESULTS}/claims.json",


rule compare:
    input:
        scores(PARAMS.report.runs()),
        test_predictions(PARAMS.report.runs()),
        reported_tests(),
        summaries(),
        "<results>/lexicon/lexicon.json",
    output:
        statistics_files(),
    log:
        "<logs>/compare.log",
    benchmark:
        "<benchmarks>/compare.tsv"
    params:
        code=code_of("mutspad.cli.step.compare", "numpy", "pandas", "scipy", "seqeval"),
        experiment=PARAMS.experiment,
        seeds=[f"--seed={seed}" for seed in PARAMS.seeds],
        report=PARAMS.report.model_dump_json(),
        statistics=PARAMS.statistics.model_dump_json(),
        results=lambda wildcards: RESULTS,
    shell:
        r"""
        python -m mutspad.cli step compare \
            --experiment {params.experiment:q} \
            {params.seeds:q} \
            --report {params.report:q} \
            --statistics {params.statistics:q} \
            --results {params.results:q} &>{log:q}
        """


rule claim:
    input:
        statistics_files(),
        scores(PARAMS.report.runs()),
        summaries(),
        "<results>/lexicon/lexicon.json",
        histories(unification_runs()),
        [f"{RESULTS}/runs/{run}.json" for run in unification_runs()],
        ablation=ablation_files(),
    output:
        multiext("<results>/claims.", "md", "json"),
    log:
        "<logs>/claim.log",
    benchmark:
        "<benchmarks>/claim.tsv"
    params:
        code=code_of("mutspad.cli.step.claim", "numpy", "pandas", "scipy", "tabulate"),
        experiment=PARAMS.experiment,
        seeds=[f"--seed={seed}" for seed in PARAMS.seeds],
        report=PARAMS.report.model_dump_json(),
        unavailable=unavailable_flags(),
        statistics=PARAMS.statistics.model_dump_json(),
        folder=lambda wildcards, input: folder_of(input.ablation),
        min_support=PARAMS.ablation.min_support,
        results=lambda wildcards: RESULTS,
    shell:
        r"""
        python -m mutspad.cli step claim \
            --experiment {params.experiment:q} \
            {params.seeds:q} \
            --report {params.report:q} \
            {params.unavailable:q} \
            --statistics {params.statistics:q} \
            --ablation {params.folder:q} {params.min_support:q} \
            --results {params.results:q} &>{log:q}
        """


rule judge_silver:
    input:
        behind_silver(),
    output:
        silver_quality(),
    log:
        "<logs>/judge_silver.log",
    benchmark:
        "<benchmarks>/judge_silver.tsv"
    params:
        code=code_of("mutspad.cli.step.judge_silver", "pandas", "seqeval", "tabulate"),
        results=lambda wildcards: RESULTS,
        experiment=PARAMS.experiment,
        seeds=[f"--seed={seed}" for seed in PARAMS.seeds],
        unify=json.dumps(PARAMS.unify),
    shell:
        r"""
        python -m mutspad.cli step judge-silver \
            --results {params.results:q} \
            --experiment {params.experiment:q} \
            {params.seeds:q} \
            --unify {params.unify:q} &>{log:q}
        """
