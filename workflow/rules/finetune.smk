rule finetune:
    input:
        FILES.models("finetune"),


use rule train_baseline as finetune_model with:
    output:
        multiext(
            "<results>/models/{model}/seed{seed}/",
            "model.json",
            "weights.safetensors",
            "history.csv",
        ),
        multiext(
            "<results>/predictions/{model}/seed{seed}/", "dev.conllup", "test.conllup"
        ),
    log:
        "<logs>/finetune/{model}/seed{seed}.log",
    benchmark:
        "<benchmarks>/finetune/{model}/seed{seed}.tsv"
    wildcard_constraints:
        model=one_of(PLAN.trained("finetune")),
    priority: 1
