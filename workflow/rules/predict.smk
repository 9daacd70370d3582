rule predict:
    input:
        predictions(PARAMS.runs),


rule predict_one_task:
    input:
        model=predictor_files,
        run="<results>/runs/{run}.json",
        corpora=lambda wildcards: corpora_of(wildcards, "dev", "test"),
        contextual=contextual_files,
    output:
        multiext(
            "<results>/predictions/{run}/seed{seed}/{task}.",
            "dev.conllup",
            "test.conllup",
        ),
    log:
        "<logs>/predict/{run}/seed{seed}.{task}.log",
    benchmark:
        "<benchmarks>/predict/{run}/seed{seed}.{task}.tsv"
    wildcard_constraints:
        run=one_of(ONE_TASK_RUNS),
    params:
        code=code_of("mutspad.cli.step.predict", "numpy", "torch"),
        model=predictor_folder,
        corpora=corpora_folder,
        contextual=contextual_flag,
        predictions=f"{RESULTS}/predictions/{{run}}/seed{{seed}}",
    shell:
        r"""
        python -m mutspad.cli step predict \
            --run {input.run:q} \
            --model {params.model:q} \
            --corpora {params.corpora:q} \
            {params.contextual:q} \
            --predictions {params.predictions:q} &>{log:q}
        """


use rule predict_one_task as predict_all_tasks with:
    output:
        expand(
            "<results>/predictions/{{run}}/seed{{seed}}/{task}.{split}.conllup",
            task=TASKS,
            split=("dev", "test"),
        ),
    log:
        "<logs>/predict/{run}/seed{seed}.log",
    benchmark:
        "<benchmarks>/predict/{run}/seed{seed}.tsv"
    wildcard_constraints:
        run=one_of(ALL_TASK_RUNS),
