rule finetune:
    input:
        FILES.models("finetune"),


use rule train_baseline as finetune_model with:
    output:
        multiext("<results>/models/{model}/seed{seed}/", *MODEL_FILES, HISTORY),
        multiext("<results>/predictions/{model}/seed{seed}/", *PREDICTED_FILES),
    log:
        "<logs>/finetune/{model}/seed{seed}.log",
    benchmark:
        "<benchmarks>/finetune/{model}/seed{seed}.tsv"
    wildcard_constraints:
        model=one_of(PLAN.trained("finetune")),
    priority: 1
