rule unify:
    input:
        expand(
            "<results>/unified/{domain}/seed{seed}/train.conllup",
            domain=PARAMS.unify,
            seed=PARAMS.seeds,
        ),


rule unify_domain:
    input:
        models=labeller_files,
        train=expand("<results>/corpora/{{domain}}/{task}/train.conllup", task=TASKS),
    output:
        "<results>/unified/{domain}/seed{seed}/train.conllup",
    log:
        "<logs>/unify/{domain}/seed{seed}.log",
    benchmark:
        "<benchmarks>/unify/{domain}/seed{seed}.tsv"
    priority: 3
    params:
        code=code_of("mutspad.cli.step.unify", "numpy", "torch"),
        corpora=lambda wildcards: f"{RESULTS}/corpora/{wildcards.domain}",
        labellers=labeller_flags,
    shell:
        r"""
        python -m mutspad.cli step unify \
            --corpora {params.corpora:q} \
            {params.labellers:q} \
            --output {output:q} &>{log:q}
        """
