"""Check what one section of the parameters says of another."""

from collections.abc import Iterator

from mutspad.config.mistakes import Mistake, Place, expected, one_of
from mutspad.config.params import Params
from mutspad.config.sections import MethodParams
from mutspad.tasks import PAPER_TASKS, TASKS


def find_mistakes(params: Params) -> list[Mistake]:
    """Find what does not fit together; each check builds on those before it."""
    checks = (_check_sections, _check_methods, _check_rows)
    return next((found for check in checks if (found := [*check(params)])), [])


def _check_sections(params: Params) -> Iterator[Mistake]:
    """Check that seeds are distinct, that every task has its weight and that names are known."""
    if len(set(params.seeds)) != len(params.seeds):
        yield Mistake(("seeds",), expected("distinct seeds", params.seeds))
    if not set(params.committed_seeds) <= set(params.seeds):
        known = f"some of the seeds {params.seeds}"
        yield Mistake(("committed_seeds",), expected(known, params.committed_seeds))
    weights = params.training.loss_weights
    for task in (*PAPER_TASKS, *params.tasks):
        if task not in weights:
            found = ", ".join(weights) or "none"
            yield Mistake(
                ("training", "loss_weights"), f"expected a weight of {task} too, found {found}"
            )
    for place, model in ((), params.model), (("distil",), params.distil.model):
        for task in params.tasks:
            if task not in model.dropout:
                yield Mistake(
                    (*place, "model", "dropout"),
                    f"expected a rate of {task} too, found {', '.join(model.dropout) or 'none'}",
                )
    for name in params.language_model.domains:
        if name not in params.domains:
            yield Mistake(
                ("language_model", "domains", name), expected(one_of(params.domains), name)
            )
    for name, encoder in params.encoders.items():
        if encoder.trained and (encoder.kind != "huggingface" or encoder.learning_rate is None):
            yield Mistake(
                ("encoders", name),
                "expected the kind huggingface and a learning_rate for an encoder that is trained, "
                f"found kind {encoder.kind}, learning_rate {encoder.learning_rate}",
            )


def _check_methods(params: Params) -> Iterator[Mistake]:
    """Check each method by itself: its domains, its tasks, what else it reads."""
    for name, method in params.methods.items():
        if method is not None:
            place: Place = ("methods", name)
            found = [*_check_domains(params, method, place)]
            yield from found or _check_tasks(params, method, place)
            yield from _check_encoder(params, method, place)


def _check_domains(params: Params, method: MethodParams, place: Place) -> Iterator[Mistake]:
    """Check the domains that a method names."""
    known = one_of(params.domains)
    for number, stage in enumerate(method.stages):
        here: Place = (*place, "stages", number)
        if stage.domain not in params.domains:
            yield Mistake((*here, "domain"), expected(known, stage.domain))
        if stage.adversarial is None:
            continue
        others = [domain for domain in params.domains if domain != stage.domain]
        if stage.adversarial not in others:
            yield Mistake((*here, "adversarial"), expected(one_of(others), stage.adversarial))
        if method.tasks != "each" or method.encoder is not None or number > 0:
            yield Mistake(
                (*here, "adversarial"),
                "expected the first stage of a method of one-task models without an encoder, "
                f"found stage {number + 1}, tasks {method.tasks}, encoder "
                f"{method.encoder or 'none'}",
            )
    if method.apply_to is not None:
        if method.apply_to not in params.domains:
            yield Mistake((*place, "apply_to"), expected(known, method.apply_to))
        elif method.apply_to == method.stages[-1].domain:
            yield Mistake(
                (*place, "apply_to"),
                f"expected another domain than that of the last stage, found '{method.apply_to}'",
            )


def _check_tasks(params: Params, method: MethodParams, place: Place) -> Iterator[Mistake]:
    """Check that every domain of a method has its tasks."""
    domains = [stage.domain for stage in method.stages]
    domains += [method.apply_to] if method.apply_to else []
    shared = [t for t in TASKS if all(t in params.domains[d].corpora for d in domains)]
    if not shared:
        yield Mistake(
            (*place, "stages"),
            f"expected domains that have a task in common, found {', '.join(domains)}",
        )
    for task in method.only or ():
        if task not in shared:
            yield Mistake(
                (*place, "only"),
                f"expected tasks of {' and '.join(dict.fromkeys(domains))} (a corpus "
                f"domains.<domain>.corpora.{task}), found '{task}'",
            )


def _check_encoder(params: Params, method: MethodParams, place: Place) -> Iterator[Mistake]:
    """Check the contextual encoder of a method."""
    if method.encoder is not None and method.encoder not in params.encoders:
        yield Mistake((*place, "encoder"), expected(one_of(params.encoders), method.encoder))
    if method.replaces_words and method.encoder is None:
        yield Mistake((*place, "replaces_words"), "expected an encoder too, found none")


def _check_rows(params: Params) -> Iterator[Mistake]:
    """Check that rows have one test set, and the methods to look into and to learn from."""
    methods = {name: method for name, method in params.methods.items() if method is not None}
    like = next(iter(methods), "")
    for name, method in methods.items():
        target, first = (params.domains[m.target] for m in (method, methods[like]))
        if target.corpora != first.corpora:
            yield Mistake(
                ("methods", name),
                f"expected the corpora of the target {methods[like].target}, on which '{like}' is "
                f"scored, found those of '{method.target}'. One experiment has one target: leave "
                f"'{name}' or '{like}' out by null",
            )
    trained = [name for name, method in methods.items() if method.apply_to is None]
    multi = [name for name in trained if methods[name].tasks == "all"]
    if params.ablation.method not in multi:
        yield Mistake(
            ("ablation", "method"),
            expected(f"a method of all tasks, {one_of(multi)}", params.ablation.method),
        )
    if params.distil.teacher not in trained:
        yield Mistake(
            ("distil", "teacher"),
            expected(f"a method that trains, {one_of(trained)}", params.distil.teacher),
        )
