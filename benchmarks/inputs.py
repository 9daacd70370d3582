"""What the programs of both sides read: the same corpora and vectors, each in its own format.

.cache/bench/                git-ignored; delete it to make everything anew
├── corpora/news/dep/        UD-EWT in our format
├── lexicon/                 its words and their vectors
├── runs/<model>.json        models of the paper experiment
├── treebank.conllu          UD-EWT for Stanza and Flair: forms, PTB tags, trees
├── vectors.txt              the lexicon's vectors for Stanza and Flair
└── tweets.json              tokens of TweeBank's test tweets
"""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.jobs import OURS, ROOT
from mutspad.config.load import load_params
from mutspad.config.params import Params
from mutspad.data.conllup import read_conllup
from mutspad.data.lexicon import Lexicon, read_lexicon
from mutspad.data.sentence import Sentence
from mutspad.files import write_json, write_text
from mutspad.plan.build import build_plan
from mutspad.tasks import Task

CACHE = ROOT / ".cache" / "bench"


@dataclass(frozen=True, slots=True)
class Inputs:
    """Make inputs when they are first asked for.

    Parameters
    ----------
    results
        The results of an experiment: unified corpora and tweets are taken from there.
    model
        Its trained multi-task model.
    """

    results: Path
    model: Path

    @property
    def tweets(self) -> Path:
        """Return the processed corpora of the tweets."""
        return self.results / "corpora" / "tweets"

    @property
    def unified(self) -> Path:
        """Return the sentences that carry the layers of all tasks."""
        return self.results / "unified" / "news" / "seed1" / "train.conllup"

    def treebank(self) -> Path:
        """Return the training sentences of UD-EWT, tags and trees."""
        folder = CACHE / "corpora" / "news" / Task.DEP
        if not (folder / "summary.json").is_file():
            wanted = build_plan(_read_paper()).preparation("news", Task.DEP)
            for name in wanted.names:
                _run("download", name)
            _run(
                "step",
                "prepare",
                f"--preparation={wanted.model_dump_json()}",
                f"--output={folder}",
            )
        return folder / "train.conllup"

    def lexicon(self) -> Path:
        """Return the lexicon of UD-EWT."""
        folder = CACHE / "lexicon"
        if not (folder / "lexicon.json").is_file():
            self.treebank()
            vectors = _read_paper().vectors
            free = vectors.model_copy(update={"source": vectors.substitute, "substitute": None})
            _run(
                "step",
                "build-lexicon",
                f"--corpora={CACHE / 'corpora'}",
                "--domain=news",
                f"--vectors={free.model_dump_json()}",
                f"--lexicon={folder}",
            )
        return folder

    def run(self, name: str) -> Path:
        """Return a resolved model of the paper experiment, on the CPU, as the peers are."""
        path = CACHE / "runs" / f"{name}.json"
        run = build_plan(_read_paper()).resolve(name)
        training = run.training.model_copy(update={"device": "cpu"})
        write_json(path, run.model_copy(update={"training": training}).model_dump(mode="json"))
        return path

    def treebank_conllu(self) -> Path:
        """Return the training sentences of UD-EWT for the peers."""
        path = CACHE / "treebank.conllu"
        if not path.is_file():
            write_text(path, to_conllu(read_conllup(self.treebank())))
        return path

    def vectors_text(self) -> Path:
        """Return the vectors of the lexicon for the peers."""
        path = CACHE / "vectors.txt"
        if not path.is_file():
            write_text(path, to_word2vec(read_lexicon(self.lexicon())))
        return path

    def tokens(self, most: int | None = None) -> Path:
        """Return the tokens of TweeBank's test tweets, or of the first ones."""
        path = CACHE / ("tweets.json" if most is None else f"tweets-{most}.json")
        tweets = read_conllup(self.tweets / Task.POS / "test.conllup")[:most]
        write_text(path, json.dumps([tweet.words for tweet in tweets], ensure_ascii=False))
        return path


def _read_paper() -> Params:
    """Read the parameters of the paper experiment."""
    return load_params(ROOT / "params.yaml", {"experiment": "paper"})


def _run(*arguments: str) -> None:
    """Run a verb of ours in the root of the repository, where raw files are looked for."""
    subprocess.run([OURS, "-m", "mutspad.cli", *arguments], cwd=ROOT, check=True)


def to_conllu(sentences: Sequence[Sentence]) -> str:
    """Write words, PTB tags and trees in the ten columns of CoNLL-U."""
    blocks = []
    for sentence in sentences:
        n_words = len(sentence.words)
        blank = ("_",) * n_words
        tags, tree = sentence.layers.get(Task.POS), sentence.layers.get(Task.DEP)
        columns = zip(
            sentence.words,
            blank if tags is None else tags.labels,
            blank if tree is None or tree.heads is None else tree.heads,
            blank if tree is None else tree.labels,
            strict=True,
        )
        blocks += [
            f"{number}\t{word}\t_\t_\t{tag}\t_\t{head}\t{relation}\t_\t_"
            for number, (word, tag, head, relation) in enumerate(columns, start=1)
        ]
        blocks.append("")
    return "\n".join(blocks) + "\n"


def to_word2vec(lexicon: Lexicon) -> str:
    """Write the words that have a vector in word2vec's text format."""
    if lexicon.vectors is None:
        raise ValueError("expected a lexicon with vectors, found one without")
    known = [
        f"{word} {' '.join(format(value, '.6g') for value in vector)}"
        for word, vector, found in zip(
            lexicon.words, lexicon.vectors.tolist(), lexicon.has_vector, strict=True
        )
        # The format parts fields by spaces.
        if found and not any(map(str.isspace, word))
    ]
    return "\n".join([f"{len(known)} {lexicon.dim}", *known]) + "\n"
