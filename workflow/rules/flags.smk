# The flags of the commands that rules call.


def embed_flags(wildcards):
    """List the flags of `embed`."""
    encoder, domain = wildcards.encoder, wildcards.domain
    folder = FILES.encoder_folder(encoder)
    return [
        f"--name={encoder}",
        f"--encoder={PARAMS.encoders[encoder].model_dump_json(exclude={'training'})}",
        *([f"--folder={folder}"] if folder else []),
        f"--corpora={AT.corpora(domain)}",
        f"--output={AT.contextual(encoder, domain)}",
    ]


def labeller_flags(wildcards):
    """Hand the models that write silver labels to `unify` (paper 4.2.2)."""
    return [
        flag
        for task, model in PLAN.labellers[wildcards.domain].items()
        for flag in ("--labeller", str(task), str(AT.model(model, wildcards.seed)))
    ]


def teacher_flags():
    """Hand the models that label raw text to `label-text`, and the ELMo that they read, if any."""
    flags = [
        flag
        for task, model in PLAN.teachers.items()
        for flag in ("--teacher", str(task), str(AT.model(model, PARAMS.seeds[0])))
    ]
    encoder = PLAN.methods[PARAMS.distil.teacher].encoder
    if encoder is None or PARAMS.encoders[encoder].kind != "elmo":
        return flags
    return [*flags, f"--encoder={FILES.encoder_folder(encoder)}"]
