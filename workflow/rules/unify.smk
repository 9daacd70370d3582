rule unify:
    input:
        FILES.unified(),


rule unify_domain:
    input:
        lambda wildcards: FILES.unification(wildcards.domain, wildcards.seed),
    output:
        "<results>/unified/{domain}/seed{seed}/train.conllup",
    log:
        "<logs>/unify/{domain}/seed{seed}.log",
    benchmark:
        "<benchmarks>/unify/{domain}/seed{seed}.tsv"
    priority: 3
    resources:
        mem_mb=growing(3000),
        runtime=growing(120),
    params:
        code=code_of("mutspad.cli.step.unify", "numpy", "torch"),
        corpora=lambda wildcards: str(AT.corpora(wildcards.domain)),
        labellers=labeller_flags,
    shell:
        r"""
        python -m mutspad.cli step unify \
            --corpora {params.corpora:q} \
            {params.labellers:q} \
            --output {output:q} &>{log:q}
        """
