rule pretrain:
    input:
        models(RUNS_OF["pretrain"]),


use rule train_baseline as pretrain_model with:
    output:
        multiext(
            "<results>/pretrain/{run}/seed{seed}/",
            "model.json",
            "weights.safetensors",
            "history.csv",
        ),
    log:
        "<logs>/pretrain/{run}/seed{seed}.log",
    benchmark:
        "<benchmarks>/pretrain/{run}/seed{seed}.tsv"
    wildcard_constraints:
        run=one_of(RUNS_OF["pretrain"]),
    priority: 2
