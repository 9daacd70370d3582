"""Derive the models behind the methods; methods that share first stages share their models."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from pydantic import Field

from mutspad.config.base import Closed, Phase
from mutspad.config.load import overlay
from mutspad.config.network import ModelParams, TrainingParams
from mutspad.config.params import Params, Run, RunAdversarial, RunEncoder
from mutspad.config.sections import MethodParams, Stage
from mutspad.data.registry import resolve_source
from mutspad.errors import ConfigError
from mutspad.tasks import TASKS, Task

Cells = dict[Task, str]
AS_IS: Phase = "as-is"


class PlannedModel(Closed):
    """Describe what one training gives, or a trained model as it is applied to another domain.

    Parameters
    ----------
    phase
        The part of the workflow that makes it.
    parent
        The model that it starts from, or that is applied.
    seeds
        The seeds that it is trained with.
    """

    phase: Phase
    domain: str
    tasks: list[Task]
    parent: str | None = None
    unified: bool = False
    encoder: str | None = None
    replaces_words: bool = False
    adversarial: str | None = None
    seeds: list[int] = Field(default_factory=list)


@dataclass
class Derived:
    """The models of an experiment, the model behind every cell, and who labels what."""

    models: dict[str, PlannedModel] = field(default_factory=dict)
    rows: dict[str, Cells] = field(default_factory=dict)
    labellers: dict[str, Cells] = field(default_factory=dict)


def derive_models(params: Params, absent: Collection[str] = ()) -> Derived:
    """Derive the models of every method whose encoder is there.

    A model's name is its stages, then its tasks and its encoder: `news-unified.tweets.all`.

    Parameters
    ----------
    params
        The parameters.
    absent
        Encoders that are not on this machine; rows that need one have no cells.

    Raises
    ------
    ConfigError
        When two different models would have the same name, or a pattern of `training_of` fits none.
    """
    derived = Derived()
    ends: set[str] = set()
    # Of a model behind several rows, the row with the most seeds decides.
    n_seeds: dict[str, int] = {}
    for row, method in params.methods.items():
        if method is None:
            continue
        derived.rows[row] = {}
        for tasks in _list_task_sets(params, method):
            chain = list(_build_chain(params, method, tasks))
            for name, model in chain:
                _add(derived.models, name, model)
                n_seeds[name] = max(n_seeds.get(name, 0), method.seeds or len(params.seeds))
            last, model = chain[-1]
            ends.add(last)
            derived.rows[row] |= dict.fromkeys(model.tasks, last)
    unified: dict[str, list[str]] = {}
    for name, model in derived.models.items():
        if model.unified and model.encoder not in absent:
            unified.setdefault(model.domain, []).append(name)
    for domain, read_by in unified.items():
        derived.labellers[domain] = {}
        for task in params.domains[domain].corpora:
            stage = MethodParams(tasks="each", stages=[Stage(domain=domain)])
            ((name, model),) = _build_chain(params, stage, [task])
            _add(derived.models, name, model)
            derived.labellers[domain][task] = name
            n_seeds[name] = max(n_seeds[each] for each in (*read_by, name) if each in n_seeds)
    if all(params.methods.values()):
        _check_patterns(params, derived.models)
    derived.models = {
        name: model.model_copy(
            update={
                "phase": _find_phase(model, is_row=name in ends),
                "seeds": params.seeds[: n_seeds[name]],
            }
        )
        for name, model in derived.models.items()
        if model.encoder not in absent
    }
    derived.rows = {
        row: {task: model for task, model in cells.items() if model in derived.models}
        for row, cells in derived.rows.items()
    }
    return derived


def resolve_model(
    params: Params, name: str, model: PlannedModel, corpora: Mapping[Task, str]
) -> Run:
    """Collect what a training needs: overrides of its phase, of its encoder, then of its own.

    Parameters
    ----------
    corpora
        The corpora that really serve its tasks, substitutes by name.
    """
    training = params.training.model_dump(mode="json")
    if model.phase != AS_IS:
        training = overlay(training, getattr(params, model.phase))
        if model.encoder is not None:
            training = overlay(training, params.encoders[model.encoder].training)
        for pattern, override in params.training_of.items():
            if fnmatchcase(name, pattern):
                training = overlay(training, override)
    adversarial = model.adversarial
    # What is said of tasks of one's own that it has not does not touch a model.
    own_tasks = {name: task for name, task in params.tasks.items() if name in model.tasks}
    others = params.tasks.keys() - own_tasks.keys()
    for task in others:
        training["loss_weights"].pop(task, None)
    return Run(
        name=name,
        experiment=params.experiment,
        phase=model.phase,
        domain=model.domain,
        own_tasks=own_tasks,
        tasks=model.tasks,
        parent=model.parent,
        unified=model.unified,
        corpora={task: corpora[task] for task in model.tasks},
        multi_root=params.domains[model.domain].multi_root,
        equivalents={task: params.labels.equivalents.get(task, {}) for task in model.tasks},
        model=leave_out(params.model, others),
        encoder=None if model.encoder is None else _resolve_encoder(params, model.encoder),
        replaces_words=model.replaces_words,
        adversarial=None
        if adversarial is None
        else RunAdversarial(target=adversarial, **params.adversarial.model_dump()),
        training=TrainingParams.model_validate(training),
    )


def leave_out(network: ModelParams, tasks: Collection[str]) -> ModelParams:
    """Leave out what the sizes of a network say of some tasks."""
    kept = {task: rate for task, rate in network.dropout.items() if task not in tasks}
    return network.model_copy(update={"dropout": kept})


def _resolve_encoder(params: Params, name: str) -> RunEncoder:
    """Name the encoder of a model, and where a training finds its files."""
    encoder = params.encoders[name]
    found = encoder.model_dump(exclude={"training"})
    if encoder.kind == "huggingface":
        found["source"] = resolve_source(encoder.source)
    return RunEncoder(name=name, **found)


def _list_task_sets(params: Params, method: MethodParams) -> list[list[Task]]:
    """List the tasks of each model of the last stage: one each, or all at once."""
    domains = [stage.domain for stage in method.stages]
    domains += [method.apply_to] if method.apply_to else []
    shared = [
        task
        for task in TASKS
        if all(task in params.domains[domain].corpora for domain in domains)
        and (method.only is None or task in method.only)
    ]
    return [shared] if method.tasks == "all" else [[task] for task in shared]


def _build_chain(
    params: Params, method: MethodParams, tasks: Sequence[Task]
) -> Iterator[tuple[str, PlannedModel]]:
    """Build the models of a method's stages, and its application as it is, in order."""
    labels: list[str] = []
    parent: str | None = None
    trained = list(TASKS) if method.tasks == "all" and method.only is None else list(tasks)
    for stage in method.stages:
        labels.append(_name_stage(stage))
        trained = [task for task in trained if task in params.domains[stage.domain].corpora]
        model = PlannedModel(
            phase="baselines" if parent is None else "finetune",
            domain=stage.domain,
            tasks=trained,
            parent=parent,
            unified=stage.unified,
            encoder=method.encoder,
            replaces_words=method.replaces_words,
            adversarial=stage.adversarial,
        )
        parent = _name_model(labels, method, tasks)
        yield parent, model
    if method.apply_to is not None:
        name = _name_model([*labels, f"as-is-{method.apply_to}"], method, tasks)
        yield (
            name,
            PlannedModel(
                phase=AS_IS,
                domain=method.apply_to,
                tasks=list(tasks),
                parent=parent,
                encoder=method.encoder,
                replaces_words=method.replaces_words,
            ),
        )


def _name_stage(stage: Stage) -> str:
    """Name a stage."""
    unified = "-unified" if stage.unified else ""
    adversarial = f"-adversarial-{stage.adversarial}" if stage.adversarial else ""
    return f"{stage.domain}{unified}{adversarial}"


def _name_model(stages: Sequence[str], method: MethodParams, tasks: Sequence[Task]) -> str:
    """Name a model by its stages, its tasks and its encoder."""
    of = "all" if method.tasks == "all" and method.only is None else "-".join(tasks)
    if method.encoder is not None:
        of += f"-{'from' if method.replaces_words else 'with'}-{method.encoder}"
    return ".".join([*stages, of])


def _add(models: dict[str, PlannedModel], name: str, model: PlannedModel) -> None:
    """Add a model, or find the one that another method has."""
    if models.setdefault(name, model) != model:
        raise ConfigError(
            f"methods: expected names of domains and encoders that give models distinct "
            f"names, found two models '{name}'"
        )


def _find_phase(model: PlannedModel, *, is_row: bool) -> Phase:
    """Find the phase of a model.

    Without a parent, a row's own model and one of the kind that writes silver labels (paper 4.2.2)
    are baselines; any other is there to be fine-tuned.
    """
    if model.parent is not None:
        return model.phase
    labels = len(model.tasks) == 1 and not (model.unified or model.encoder or model.adversarial)
    return "baselines" if is_row or labels else "pretrain"


def _check_patterns(params: Params, models: Mapping[str, PlannedModel]) -> None:
    """Refuse overrides that reach no model."""
    for pattern in params.training_of:
        if not any(fnmatchcase(name, pattern) for name in models):
            raise ConfigError(
                f"training_of.{pattern}: expected a pattern of the names of models, such as "
                f"{', '.join([*models][:3])}, found none that it fits"
            )
