"""What each job of an experiment reads and writes, by model and seed."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from mutspad.config.base import SPLITS
from mutspad.data.encoder_files import list_files, package_version
from mutspad.data.registry import Folder, load_registry
from mutspad.plan.layout import HISTORY, MODEL_FILES, PREDICTED, Layout
from mutspad.plan.plan import OWN_LANGUAGE_MODEL, Plan
from mutspad.tasks import PAPER_TASKS, Task

ELMO_FILES = ("options.json", "weights.hdf5")


@dataclass(frozen=True, slots=True)
class Files:
    """List the files of jobs.

    Parameters
    ----------
    plan
        The plan.
    mirror, licensed
        Folders with raw files, beside `raw`.
    """

    plan: Plan
    mirror: Folder = None
    licensed: Folder = None

    @property
    def at(self) -> Layout:
        """Return the paths of the experiment's files."""
        return self.plan.layout

    def raw(self, corpus: str) -> list[str]:
        """List the raw files of a corpus of the registry."""
        entry = self.plan.registry.corpus(corpus)
        return _text(entry.local_files("raw", self.mirror, self.licensed))

    def raw_of(self, domain: str, task: str) -> list[str]:
        """List the raw files that serve a domain and task."""
        names = self.plan.corpora[domain][Task(task)].names
        return [file for name in names for file in self.raw(name)]

    def unlabelled(self, domain: str) -> list[str]:
        """List the raw text of a domain."""
        names = self.plan.params.domains[domain].unlabelled
        return [file for name in names for file in self.raw(name)]

    def corpora(self, *, references: bool) -> list[str]:
        """List the corpora, as `<domain>/<task>`, that have such references or have none."""
        return [
            f"{domain}/{task}"
            for domain, tasks in self.plan.corpora.items()
            for task, corpora in tasks.items()
            if corpora.single_root is references
        ]

    def splits(self, domain: str, *splits: str) -> list[str]:
        """List splits of every task of a domain; all of them if none are named."""
        return self._splits_of(domain, self.plan.corpora[domain], splits or SPLITS)

    def single_root(self, domain: str) -> list[str]:
        """List the single-root references of a domain."""
        return _text(
            self.at.corpus(domain, task, f"{split}.single-root.conllup")
            for task, corpora in self.plan.corpora[domain].items()
            if corpora.single_root
            for split in PREDICTED
        )

    def processed(self) -> list[str]:
        """List every file of the processed corpora, the lexicon and the text of each domain."""
        files: list[str] = []
        for domain in self.plan.corpora:
            files += [*self.splits(domain), *self.single_root(domain)]
            files += [str(self.at.text(domain)), str(self.at.text(domain).with_suffix(".json"))]
        return [*files, *self.summaries(), *self.lexicon()]

    def summaries(self) -> list[str]:
        """List the summaries of every corpus."""
        return _text(
            self.at.corpus(domain, task, "summary.json")
            for domain, tasks in self.plan.corpora.items()
            for task in tasks
        )

    def lexicon(self) -> list[str]:
        """List the files of the lexicon."""
        return _text(self.at.lexicon / name for name in ("lexicon.json", "vectors.safetensors"))

    def kept_here(self) -> list[str]:
        """List all that is behind the seeds that are trained here and too large for git."""
        if not self.plan.trained_seeds:
            return []
        return [
            str(self.at.precision),
            *self.processed(),
            *self.language_model(),
            *self.caches(),
            *self.unified(),
            *self.models(),
            *self.predictions(self.plan.models),
        ]

    def committed(self) -> list[str]:
        """List what git takes of all seeds, from which tables, figures and statistics are made."""
        return [str(self.at.data), *self.scored(), *self.silver(), *self.ablation()]

    def language_model(self) -> list[str]:
        """List the files of our own language model; none where no model reads it."""
        sources = {self.plan.params.encoders[name].source for name in self.plan.encoders()}
        names = [*ELMO_FILES, HISTORY, "summary.json"] if OWN_LANGUAGE_MODEL in sources else []
        return _text(self.at.language_model / name for name in names)

    def data(self) -> list[str]:
        """List what the tables' words on the data are taken from."""
        return [*self.summaries(), self.lexicon()[0], *self.language_model()[-1:]]

    def resolved(self) -> list[str]:
        """List the plan and the resolved file of every model."""
        return _text([self.at.plan, *(self.at.resolved(model) for model in self.plan.models)])

    def encoder_folder(self, encoder: str) -> str | None:
        """Return the folder of an encoder's files; None for one that its library finds."""
        params = self.plan.params.encoders[encoder]
        if params.source == OWN_LANGUAGE_MODEL:
            return str(self.at.language_model)
        if params.source in load_registry().corpora:
            return str(Path(self.raw(params.source)[0]).parent)
        return params.source if params.kind == "elmo" else None

    def encoder(self, encoder: str) -> list[str]:
        """List the files of an encoder; none of one that a package or the hub holds."""
        params = self.plan.params.encoders[encoder]
        if params.source in load_registry().corpora:
            return self.raw(params.source)
        folder = self.encoder_folder(encoder)
        if folder is None:
            return _text(list_files(params.source))
        return [f"{folder}/{name}" for name in ELMO_FILES]

    def encoder_package(self, encoder: str) -> str | None:
        """Name the version of the package that holds an encoder, if one does."""
        return package_version(self.plan.params.encoders[encoder].source)

    def contextual(self, model: str) -> list[str]:
        """List the cached vectors that a model reads."""
        planned = self.plan.models[model]
        if planned.encoder is None or self.plan.params.encoders[planned.encoder].trained:
            return []
        return self.cache(planned.encoder, planned.domain)

    def caches(self) -> list[str]:
        """List every cache that some model reads."""
        return [file for pair in self.plan.contextual() for file in self.cache(*pair)]

    def cache(self, encoder: str, domain: str) -> list[str]:
        """List the files of one cache."""
        stem = self.at.contextual(encoder, domain)
        return [f"{stem}.npy", f"{stem}.json"]

    def training(self, model: str, seed: int | str) -> list[str]:
        """List what a training reads beside its resolved file: corpora, parent, vectors, text."""
        planned = self.plan.models[model]
        splits = PREDICTED if planned.unified else SPLITS
        files = [
            *self._splits_of(planned.domain, planned.tasks, splits),
            *self.lexicon(),
            str(self.at.precision),
            *self.contextual(model),
        ]
        if planned.unified:
            files.append(str(self.at.unified(planned.domain, seed)))
        if planned.parent is not None:
            files += self.model(planned.parent, seed)
        if planned.adversarial is not None:
            files.append(str(self.at.text(planned.adversarial)))
        if planned.encoder is not None and self.plan.params.encoders[planned.encoder].trained:
            files += self.encoder(planned.encoder)
        return files

    def trained_package(self, model: str) -> str | None:
        """Name the version of the package that holds the encoder that a model trains."""
        encoder = self.plan.models[model].encoder
        if encoder is None or not self.plan.params.encoders[encoder].trained:
            return None
        return self.encoder_package(encoder)

    def application(self, model: str, seed: int | str) -> list[str]:
        """List what a model applied as it is reads beside its resolved file."""
        planned = self.plan.models[model]
        return [
            *self.model(planned.parent or "", seed),
            *self._splits_of(planned.domain, planned.tasks, PREDICTED),
            *self.contextual(model),
        ]

    def unification(self, domain: str, seed: int | str) -> list[str]:
        """List what the unified training set of a domain is made of (paper 4.2.2)."""
        labellers = self.plan.labellers[domain].values()
        models = [file for labeller in labellers for file in self.model(labeller, seed)]
        return [*models, *self.splits(domain, "train")]

    def model(self, model: str, seed: int | str) -> list[str]:
        """List the files that another job needs of a model."""
        return _text(self.at.model(model, seed) / name for name in MODEL_FILES)

    def models(self, *phases: str) -> list[str]:
        """List the models of phases, each seed that is trained, and how they were trained."""
        return [
            file
            for model in self.plan.trained(*phases)
            for seed in self._seeds(model, self.plan.trained_seeds)
            for file in [*self.model(model, seed), str(self.at.history(model, seed))]
        ]

    def curves(self, models: Iterable[str], *seeds: int) -> list[str]:
        """List how the models among these that were trained were so, of some seeds or all."""
        return _text(
            self.at.curve(model, seed)
            for model in models
            if self.plan.predictor(model) == model
            for seed in self._seeds(model, seeds or self.plan.seeds)
        )

    def predictions(self, models: Iterable[str], *seeds: int) -> list[str]:
        """List the predictions of models, of some seeds or all that are trained."""
        return _text(
            self.at.predictions(model, seed, split)
            for model in models
            for seed in self._seeds(model, seeds or self.plan.trained_seeds)
            for split in PREDICTED
        )

    def scores(self, *seeds: int) -> list[str]:
        """List the scores of every model, of some seeds or all."""
        return _text(
            self.at.scores(model, seed)
            for model in self.plan.models
            for seed in self._seeds(model, seeds or self.plan.seeds)
        )

    def counts(self, *seeds: int) -> list[str]:
        """List the counts of every model behind a row, of some seeds or all."""
        return _text(
            self.at.counts(model, seed)
            for model in self.plan.report.models()
            for seed in self._seeds(model, seeds or self.plan.seeds)
        )

    def scored(self, *seeds: int) -> list[str]:
        """List all that scoring writes, of some seeds or all."""
        curves = self.curves(self.plan.models, *seeds)
        return [*self.scores(*seeds), *self.counts(*seeds), *curves]

    def scoring(self, seed: int) -> list[str]:
        """List what the scoring of a seed reads: predictions, gold, size and history of models."""
        gold = [
            file
            for domain in {model.domain: None for model in self.plan.models.values()}
            for file in [*self.splits(domain, *PREDICTED), *self.single_root(domain)]
        ]
        models = _text(
            path
            for model in self.plan.trained()
            if self._seeds(model, [seed])
            for path in (
                self.at.model(model, seed) / MODEL_FILES[0],
                self.at.history(model, seed),
            )
        )
        return [*self.predictions(self.plan.models, seed), *gold, *models]

    def unified(self, *seeds: int) -> list[str]:
        """List the unified training sets, of some seeds or all that are trained."""
        return _text(
            self.at.unified(domain, seed)
            for seed in seeds or self.plan.trained_seeds
            for domain in self.plan.unified_domains(seed)
        )

    def trials(self) -> list[str]:
        """List what the trials of the study gave."""
        return _text(
            self.at.trial(model, number)
            for model in self.plan.studied()
            for number in range(self.plan.params.study.trials)
        )

    def silver(self) -> list[str]:
        """List the quality of the silver labels of every seed; nothing where no model has any."""
        return _text(self.at.silver(seed) for seed in self.plan.silver_seeds)

    def judging(self, seed: int) -> list[str]:
        """List what the quality of the silver labels of a seed is judged by."""
        domains = self.plan.unified_domains(seed)
        labellers = [m for domain in domains for m in self.plan.labellers[domain].values()]
        gold = [file for domain in domains for file in self.splits(domain)]
        return [*self.unified(seed), *gold, *self.predictions(labellers, seed)]

    def labelling(self) -> list[str]:
        """List the text that the small model learns from, and the models that label it."""
        seed = self.plan.seeds[0]
        teachers = dict.fromkeys(self.plan.teachers.values())
        domain = self.plan.resolve_student().domain
        return [
            *(file for teacher in teachers for file in self.model(teacher, seed)),
            *self.splits(domain, "train"),
            str(self.at.text(domain)),
        ]

    def labelled(self) -> list[str]:
        """List the text that the teachers have labelled."""
        return [str(self.at.labelled(self.plan.resolve_student().domain))]

    def distillation(self) -> list[str]:
        """List what the small model is trained and scored on, beside its teachers' predictions."""
        domain = self.plan.resolve_student().domain
        lexicon = _text(self.at.distilled / "lexicon" / Path(each).name for each in self.lexicon())
        return [
            *self.labelled(),
            *lexicon,
            *self.splits(domain, *PREDICTED),
            *_text(
                self.at.predictions(teacher, self.plan.seeds[0], split)
                for teacher in dict.fromkeys(self.plan.teachers.values())
                for split in PREDICTED
            ),
        ]

    def ablation(self) -> list[str]:
        """List what is found inside the network (paper 5.5): one model, the first seed's."""
        model, folder = self.plan.ablated, self.at.ablation(self.plan.ablated, self.plan.seeds[0])
        kinds = [
            f"{task}.{kind}"
            for task in self.plan.models[model].tasks
            if task in PAPER_TASKS
            for kind in ("csv", "json")
        ]
        return _text(folder / name for name in [*kinds, "activations.json"])

    def _seeds(self, model: str, among: Collection[int]) -> list[int]:
        """List the seeds of a model among some."""
        return [seed for seed in self.plan.models[model].seeds if seed in among]

    def _splits_of(self, domain: str, tasks: Iterable[str], splits: Iterable[str]) -> list[str]:
        """List splits of some tasks of a domain."""
        names = list(splits)
        return _text(
            self.at.corpus(domain, task, f"{split}.conllup") for task in tasks for split in names
        )


def _text(paths: Iterable[PathLike[str]]) -> list[str]:
    """Write paths as Snakemake wants them."""
    return [str(path) for path in paths]
