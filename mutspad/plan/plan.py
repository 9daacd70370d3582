"""The plan of an experiment: its models, the model behind every cell, the corpora behind both."""

import hashlib
from pathlib import Path

from mutspad.config.base import Closed
from mutspad.config.load import overlay
from mutspad.config.network import TrainingParams
from mutspad.config.params import Params, Preparation, Run, parse_json
from mutspad.config.sections import MethodParams
from mutspad.data.registry import CorpusChoice, Registry, load_registry
from mutspad.errors import ConfigError
from mutspad.files import read_json, write_json
from mutspad.plan.layout import Layout
from mutspad.plan.models import AS_IS, Cells, PlannedModel, leave_out, resolve_model
from mutspad.plan.rows import Rows, describe_method
from mutspad.tasks import TASKS, Task

OWN_LANGUAGE_MODEL = "language_model"
"""The source of an encoder that stands for the language model trained here."""


STUDENT = "distilled"
"""The name of the small model."""


class Plan(Closed):
    """The plan of an experiment, `results/<experiment>/plan.json`.

    Parameters
    ----------
    params
        Its parameters.
    corpora
        Domain -> task -> what serves it.
    models
        Every model, each after those that it needs within its phase.
    rows
        Row -> task -> model; no cells for a row whose weights are not there.
    labellers
        Domain that is unified -> task -> the model that labels it (paper 4.2.2).
    ablated
        The model whose units are ablated (paper 5.5).
    unavailable
        Rows without weights -> why.
    """

    params: Params
    corpora: dict[str, dict[Task, CorpusChoice]]
    models: dict[str, PlannedModel]
    rows: dict[str, Cells]
    labellers: dict[str, Cells]
    ablated: str
    unavailable: dict[str, str]

    @property
    def seeds(self) -> list[int]:
        """List the seeds."""
        return self.params.seeds

    @property
    def registry(self) -> Registry:
        """Return the registry, the user's own corpora included."""
        return load_registry().with_own(self.params.corpora.own)

    @property
    def trained_seeds(self) -> list[int]:
        """List the seeds that are trained here; of others the results are in git."""
        return [seed for seed in self.seeds if seed not in self.params.committed_seeds]

    def unified_domains(self, seed: int) -> list[str]:
        """List the domains that have a unified training set of a seed: labellers that have it."""
        return [
            domain
            for domain, labellers in self.labellers.items()
            if all(seed in self.models[model].seeds for model in labellers.values())
        ]

    @property
    def silver_seeds(self) -> list[int]:
        """List the seeds that have silver labels."""
        return [seed for seed in self.seeds if self.unified_domains(seed)]

    @property
    def layout(self) -> Layout:
        """Return the paths of the files, from the checkout's folder."""
        return Layout(Path("results", self.params.experiment))

    @property
    def methods(self) -> dict[str, MethodParams]:
        """Return the methods that the experiment has."""
        return {name: method for name, method in self.params.methods.items() if method is not None}

    @property
    def target(self) -> str:
        """Name the domain that all methods are scored on."""
        return next(iter(self.methods.values())).target

    @property
    def report(self) -> Rows:
        """Return the rows of Tables 2 and 3, in the order of the parameters."""
        return Rows(
            table2={row: self.rows[row] for row, m in self.methods.items() if m.table == 2},
            table3={row: self.rows[row] for row, m in self.methods.items() if m.table == 3},
            described={
                row: describe_method(row, method, self._show_encoder(method))
                for row, method in self.methods.items()
            },
        )

    def trained(self, *phases: str) -> list[str]:
        """List the models that are trained, of these phases if any are named."""
        return [
            name
            for name, model in self.models.items()
            if model.phase != AS_IS and (not phases or model.phase in phases)
        ]

    def as_is(self) -> list[str]:
        """List the trained models that are applied to another domain."""
        return [name for name, model in self.models.items() if model.phase == AS_IS]

    def studied(self) -> list[str]:
        """List the models of the study that the experiment has."""
        return [model for model in self.params.study.models if model in self.models]

    def encoders(self) -> list[str]:
        """List the contextual encoders that models read."""
        return sorted({model.encoder for model in self.models.values() if model.encoder})

    def contextual(self) -> list[tuple[str, str]]:
        """List each frozen encoder with a domain that some model reads through it."""
        return sorted(
            {
                (model.encoder, model.domain)
                for model in self.models.values()
                if model.encoder and not self.params.encoders[model.encoder].trained
            }
        )

    def asks_for_precision(self) -> bool:
        """Return whether some training has the precision `auto`."""
        return any(self.resolve(m).training.precision == "auto" for m in self.trained())

    def predictor(self, model: str) -> str:
        """Name the trained model that predicts: itself, or the one that is applied as it is."""
        planned = self.models[model]
        return (planned.parent or model) if planned.phase == AS_IS else model

    def _show_encoder(self, method: MethodParams) -> str | None:
        """Name the encoder of a method as the tables do."""
        if method.encoder is None:
            return None
        own = self.params.encoders[method.encoder].source == OWN_LANGUAGE_MODEL
        return "ours" if own else method.encoder

    @property
    def teachers(self) -> Cells:
        """Name the model that labels each task for the small model.

        Raises
        ------
        ConfigError
            When their weights are not there.
        """
        method = self.params.distil.teacher
        if not self.rows[method]:
            raise ConfigError(f"distil.teacher: {method}: {self.unavailable[method]}")
        return self.rows[method]

    def lineage(self, model: str) -> list[str]:
        """List the models that a model was adapted from, the first one first, and itself."""
        parent = self.models[model].parent
        return [*([] if parent is None else self.lineage(parent)), model]

    def preparation(self, domain: str, task: str) -> Preparation:
        """Collect what the corpus of a domain and task is made of, and how."""
        described, choice = self.params.domains[domain], self.corpora[domain][Task(task)]
        shared = self.params.corpora
        own = {name: shared.own[name] for name in choice.names if name in shared.own}
        columns = {column for corpus in own.values() for column in corpus.columns}
        return Preparation(
            own_tasks={key: facts for key, facts in self.params.tasks.items() if key in columns},
            domain=domain,
            task=Task(task),
            names=choice.names,
            substitute_for=choice.substitute_for,
            own=own,
            anonymised=described.anonymised,
            held_out=shared.held_out,
            held_out_seed=shared.held_out_seed,
            token_budget=described.token_budget,
            token_budget_seed=shared.token_budget_seed,
            sentence_budget=described.sentence_budget,
        )

    def resolve_student(self) -> Run:
        """Collect what the small model needs to know: its teachers' tasks and corpora."""
        domain = self.models[next(iter(self.teachers.values()))].domain
        tasks = [task for task in TASKS if task in self.teachers]
        # As it is: what phases, encoders and patterns override is for other models.
        student = PlannedModel(phase=AS_IS, domain=domain, tasks=tasks, unified=True)
        run = self._resolve(STUDENT, student)
        others = self.params.tasks.keys() - run.own_tasks.keys()
        training = overlay(run.training.model_dump(mode="json"), self.params.distil.training)
        return run.model_copy(
            update={
                "phase": "baselines",
                "model": leave_out(self.params.distil.model, others),
                "training": TrainingParams.model_validate(training),
            }
        )

    def resolve(self, model: str) -> Run:
        """Collect what a model needs to know.

        Raises
        ------
        ConfigError
            When the plan has no such model.
        """
        if model not in self.models:
            raise ConfigError(f"expected one of the models {', '.join(self.models)}, found {model}")
        return self._resolve(model, self.models[model])

    def _resolve(self, name: str, planned: PlannedModel) -> Run:
        """Collect what a planned model needs to know."""
        used = {task: str(corpora) for task, corpora in self.corpora[planned.domain].items()}
        return resolve_model(self.params, name, planned, used)


def write_plan(plan: Plan, layout: Layout) -> None:
    """Write the plan and one resolved file a model, and remove those of models that are gone.

    A file that says the same already is left alone: whoever reads it does not run again.
    """
    resolved = {layout.resolved(model): plan.resolve(model) for model in plan.models}
    values: dict[Path, Closed] = {layout.plan: plan, **resolved}
    for path, value in values.items():
        content = value.model_dump(mode="json")
        if not path.is_file() or read_json(path) != content:
            write_json(path, content)
    for path in layout.resolved("*").parent.glob("*.json"):
        if path not in resolved:
            path.unlink()


def read_plan(path: str | Path) -> Plan:
    """Read a plan.

    Raises
    ------
    ConfigError
        When the file does not hold one.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: expected a plan, found {error}") from None
    return parse_json(Plan, text, path, "a plan")


def digest(section: Closed) -> str:
    """Hash a part of the plan, so that a job runs again when it changes and only then."""
    return hashlib.sha256(section.model_dump_json().encode()).hexdigest()[:16]
