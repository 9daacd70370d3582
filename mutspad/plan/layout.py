"""Name the files of an experiment; no other module contains these paths."""

from dataclasses import dataclass
from pathlib import Path

MODEL_FILES = ("model.json", "weights.safetensors")
HISTORY = "history.csv"
PREDICTED = ("dev", "test")


@dataclass(frozen=True, slots=True)
class Layout:
    """Name the files below the results of one experiment.

    Parameters
    ----------
    root
        `results/<experiment>`.
    """

    root: Path

    @property
    def plan(self) -> Path:
        """Return the path of the plan."""
        return self.root / "plan.json"

    @property
    def data(self) -> Path:
        """Return the path of the description of corpora, word vectors and our language model."""
        return self.root / "data.json"

    @property
    def lexicon(self) -> Path:
        """Return the folder of words, characters and word vectors."""
        return self.root / "lexicon"

    @property
    def language_model(self) -> Path:
        """Return the folder of the language model trained here."""
        return self.root / "language_model"

    @property
    def precision(self) -> Path:
        """Return the path of what the precision `auto` comes to."""
        return self.root / "precision.json"

    def resolved(self, model: str) -> Path:
        """Return the path of the resolved parameters of a model."""
        return self.root / "plan" / f"{model}.json"

    def corpora(self, domain: str) -> Path:
        """Return the folder of a domain's corpora."""
        return self.root / "corpora" / domain

    def corpus(self, domain: str, task: str, name: str) -> Path:
        """Return the path of a file of one task's corpus; a split has the suffix `.conllup`."""
        return self.corpora(domain) / task / name

    def text(self, domain: str) -> Path:
        """Return the path of the unlabelled text of a domain."""
        return self.root / "text" / f"{domain}.txt"

    def contextual(self, encoder: str, domain: str) -> Path:
        """Return the path of the cached vectors of an encoder, without suffix."""
        return self.root / "contextual" / encoder / domain

    def unified(self, domain: str, seed: int | str) -> Path:
        """Return the path of the unified training set of a domain."""
        return self.root / "unified" / domain / f"seed{seed}" / "train.conllup"

    @property
    def distilled(self) -> Path:
        """Return the folder of the small model, its text and its words."""
        return self.root / "distilled"

    def labelled(self, domain: str) -> Path:
        """Return the path of the text of a domain that teachers have labelled."""
        return self.distilled / "corpora" / domain / "all" / "train.conllup"

    def model(self, model: str, seed: int | str) -> Path:
        """Return the folder of a trained model."""
        return self.root / "models" / model / f"seed{seed}"

    def history(self, model: str, seed: int | str) -> Path:
        """Return the path of the table of how a model was trained."""
        return self.model(model, seed) / HISTORY

    def checkpoint(self, model: str, seed: int | str) -> Path:
        """Return the path of the file that a training resumes from."""
        return self.root / "checkpoints" / model / f"seed{seed}.ckpt"

    def predictions(self, model: str, seed: int | str, split: str) -> Path:
        """Return the path of what a model predicted for a split."""
        return self.root / "predictions" / model / f"seed{seed}" / f"{split}.conllup"

    def scores(self, model: str, seed: int | str) -> Path:
        """Return the path of the scores of a model."""
        return self.root / "scores" / model / f"seed{seed}.json"

    def counts(self, model: str, seed: int | str) -> Path:
        """Return the path of what each test sentence adds to the scores of a model."""
        return self.root / "scores" / model / f"seed{seed}.counts.csv"

    def curve(self, model: str, seed: int | str) -> Path:
        """Return the path of the copy of a model's history beside its scores."""
        return self.root / "scores" / model / f"seed{seed}.{HISTORY}"

    def silver(self, seed: int | str) -> Path:
        """Return the path of the quality of the silver labels of one seed."""
        return self.root / "silver" / f"seed{seed}.json"

    def trial(self, model: str, number: int | str) -> Path:
        """Return the path of what one trial of the study gave."""
        return self.root / "study" / "trials" / model / f"{number}.json"

    def study(self, kind: str) -> Path:
        """Return the path of the table of all trials, as `csv` or `md`."""
        return self.root / "study" / f"study.{kind}"

    def ablation(self, model: str, seed: int | str) -> Path:
        """Return the folder of the drops and words of a model's units."""
        return self.root / "ablation" / model / f"seed{seed}"
