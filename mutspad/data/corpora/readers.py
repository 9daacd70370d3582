"""Which reader reads which corpus of the registry."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from mutspad.config.base import SPLITS, Split
from mutspad.config.sections import OwnCorpus
from mutspad.data.conllup import read_conllup
from mutspad.data.corpora.own import read_own
from mutspad.data.corpora.ptb import read_nltk_treebank, read_wsj, wsj_sections
from mutspad.data.corpora.tchunk import read_tchunk
from mutspad.data.registry import SINGLE_ROOT, load_registry
from mutspad.data.sampling import cut_splits
from mutspad.data.sentence import Sentence
from mutspad.errors import ConfigError

Splits = Mapping[Split, list[Sentence]]
Paths = Mapping[str, Path]


@dataclass(frozen=True, slots=True)
class RawCorpus:
    """Hold a corpus as published, all gold layers that it carries."""

    splits: Splits
    # the same sentences with trees of one root, where such a reference exists
    single_root: Splits = field(default_factory=dict)


Reader = Callable[[Paths, str], RawCorpus]


def read_corpus(name: str, paths: Paths, own: OwnCorpus | None = None) -> RawCorpus:
    """Read a corpus of the registry, or one of the user's own files as `own` describes it.

    Sentence ids are `<name>-<split>-<number>`.
    """
    if own is not None:
        return RawCorpus(
            {
                split: [found.sentence for found in read_own(path, f"{name}-{split}", own)]
                for split in SPLITS
                if (path := paths.get(split)) is not None
            }
        )
    if name not in READERS:
        raise ConfigError(
            f"expected one of {', '.join(sorted(READERS))}, found '{name}'. READERS in "
            "mutspad/data/corpora/readers.py says how each is read"
        )
    return READERS[name](paths, name)


def _by_split(read: Callable[[Path, str], list[Sentence]]) -> Reader:
    """Read corpora with one file a split."""

    def read_splits(paths: Paths, name: str) -> RawCorpus:
        return RawCorpus({split: read(paths[split], f"{name}-{split}") for split in SPLITS})

    return read_splits


def _from_one_file(role: str, read: Callable[[Path, str], Splits]) -> Reader:
    """Read corpora with all splits in one file."""

    def read_file(paths: Paths, name: str) -> RawCorpus:
        return RawCorpus(read(paths[role], name))

    return read_file


def _in_columns(
    form: Literal["conllu", "columns"], **columns: int | str
) -> Callable[[Path, str], list[Sentence]]:
    """Read one file of a format that `read_own` knows."""
    corpus = OwnCorpus(format=form, files={"train": ""}, columns=columns)
    return lambda path, name: [found.sentence for found in read_own(path, name, corpus)]


def _read_wikigold(paths: Paths, name: str) -> RawCorpus:
    """Read WikiGold, which has no splits; ours: 80 % train, 10 % dev, the rest test."""
    parts = cut_splits(_in_columns("columns", word=1, ner=2)(paths["all"], name))
    return RawCorpus(
        {
            split: [replace(one, id=f"{name}-{split}-{n}") for n, one in enumerate(part, 1)]
            for split, part in parts.items()
        }
    )


def _read_conll2000(paths: Paths, name: str) -> RawCorpus:
    """Read NLTK's archive, without a dev split; its POS column is a tagger's output."""
    read = _in_columns("columns", word=1, chunk=3)
    splits: tuple[Split, ...] = ("train", "test")
    folder = paths["archive"] / "conll2000"
    return RawCorpus({split: read(folder / f"{split}.txt", f"{name}-{split}") for split in splits})


def _read_tweebank(paths: Paths, name: str) -> RawCorpus:
    """Read the original trees and the single-root ones under the same sentence ids."""
    read = _in_columns("conllu", pos="UPOS", dep="DEPREL")
    return RawCorpus(
        {split: read(paths[split], f"{name}-{split}") for split in SPLITS},
        {split: read(paths[f"{split}{SINGLE_ROOT}"], f"{name}-{split}") for split in SPLITS},
    )


def _read_tchunk(paths: Paths, name: str) -> RawCorpus:
    splits = {split: paths[split] for split in SPLITS}
    return RawCorpus(read_tchunk(paths["chunk"], paths["pos"], splits, name))


READERS: dict[str, Reader] = {
    "wsj": _from_one_file("folder", lambda folder, name: read_wsj(wsj_sections(folder), name)),
    "nltk-treebank": _from_one_file("archive", read_nltk_treebank),
    "ud-ewt": _by_split(_in_columns("conllu", pos="XPOS", dep="DEPREL")),
    "conll2000": _read_conll2000,
    "conll2003": _by_split(_in_columns("columns", word=1, ner=4)),
    "wikigold": _read_wikigold,
    "tweebank2": _read_tweebank,
    "tchunk": _read_tchunk,
    "wnut17": _by_split(_in_columns("columns", word=1, ner=2)),
    **{
        name: _by_split(lambda path, _: read_conllup(path))
        for name, corpus in load_registry().corpora.items()
        if corpus.kind == "generated"
    },
}
