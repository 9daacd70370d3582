rule pretrain:
    input:
        FILES.models("pretrain"),


use rule train_baseline as pretrain_model with:
    output:
        multiext("<results>/models/{model}/seed{seed}/", *MODEL_FILES, HISTORY),
        multiext("<results>/predictions/{model}/seed{seed}/", *PREDICTED_FILES),
    log:
        "<logs>/pretrain/{model}/seed{seed}.log",
    benchmark:
        "<benchmarks>/pretrain/{model}/seed{seed}.tsv"
    wildcard_constraints:
        model=one_of(PLAN.trained("pretrain")),
    priority: 2
