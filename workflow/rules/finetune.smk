rule finetune:
    input:
        models(RUNS_OF["finetune"]),


use rule train_baseline as finetune_model with:
    output:
        multiext(
            "<results>/finetune/{run}/seed{seed}/",
            "model.json",
            "weights.safetensors",
            "history.csv",
        ),
    log:
        "<logs>/finetune/{run}/seed{seed}.log",
    benchmark:
        "<benchmarks>/finetune/{run}/seed{seed}.tsv"
    wildcard_constraints:
        run=one_of(RUNS_OF["finetune"]),
    priority: 1
