"""Turn raw corpora into the splits of one domain and task, and say what was done to them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

from mutspad.config.base import SPLITS, Split
from mutspad.config.params import Preparation
from mutspad.data.anonymise import URL, USER, anonymise
from mutspad.data.corpora.readers import RawCorpus, Splits, read_corpus
from mutspad.data.labels import OUTSIDE, split_label
from mutspad.data.registry import Registry
from mutspad.data.sampling import hold_out, sample_sentences, sample_tokens
from mutspad.data.sentence import Sentence
from mutspad.errors import ConfigError, CorpusError
from mutspad.files import hash_file
from mutspad.tasks import Task


@dataclass(frozen=True, slots=True)
class Prepared:
    """Hold the corpus of one domain and task, every gold layer kept."""

    splits: dict[Split, list[Sentence]]
    # dev and test, where the corpus has such references; else empty
    single_root: dict[Split, list[Sentence]]
    summary: dict[str, Any]  # what the corpora are and what was done to them, ready for JSON


def prepare(
    wanted: Preparation, paths: Mapping[str, Mapping[str, Path]], registry: Registry
) -> Prepared:
    """Read the wanted corpora and make the splits of one domain and task.

    Parameters
    ----------
    paths
        Corpus -> what its reader asks for -> local path (`CorpusEntry.raw_paths`).
    registry
        The corpora that there are, the user's own included.
    """
    task = wanted.task
    corpora = {
        name: read_corpus(name, paths[name], registry.corpus(name).own) for name in wanted.names
    }
    for name, corpus in corpora.items():
        _check_layer(task, corpus, paths[name])
    divided = {
        name: _divide(corpus.splits, wanted.held_out, wanted.held_out_seed)
        for name, corpus in corpora.items()
    }
    splits = {split: _join(divided.values(), split) for split in SPLITS}
    single_root = {
        split: _join((corpus.single_root for corpus in corpora.values()), split)
        for split in SPLITS[1:]
        if task is Task.DEP and any(corpus.single_root for corpus in corpora.values())
    }
    if wanted.token_budget is not None:
        for split in ("train", "dev"):
            splits[split] = _sample(wanted, splits[split], wanted.token_budget)
    if wanted.sentence_budget is not None:
        splits["train"] = sample_sentences(
            splits["train"], wanted.sentence_budget, wanted.token_budget_seed
        )
    if wanted.anonymised:
        splits = {split: _anonymise(sentences) for split, sentences in splits.items()}
        single_root = {split: _anonymise(sentences) for split, sentences in single_root.items()}
    without_dev = [name for name, corpus in corpora.items() if "dev" not in corpus.splits]
    published = {
        split: [corpus.splits[split] for corpus in corpora.values() if split in corpus.splits]
        for split in SPLITS
    }
    summary = {
        "domain": wanted.domain,
        "task": str(task),
        "corpora": [_describe(registry, name, paths[name]) for name in wanted.names],
        "substitute_for": wanted.substitute_for,
        "classes": count_classes(task, chain.from_iterable(published["train"])),
        "published": {
            split: _count(list(chain.from_iterable(parts))) if parts else None
            for split, parts in published.items()
        },
        "used": {split: _count(sentences) for split, sentences in splits.items()},
        "multi_root": (
            {split: _count_multi_root(sentences) for split, sentences in splits.items()}
            if task is Task.DEP
            else None
        ),
        "held_out": (
            {"share": wanted.held_out, "seed": wanted.held_out_seed, "corpora": without_dev}
            if without_dev
            else None
        ),
        "token_budget": (
            None
            if wanted.token_budget is None
            else {"tokens": wanted.token_budget, "seed": wanted.token_budget_seed}
        ),
        "anonymised": _count_anonymised(splits.values()) if wanted.anonymised else None,
    }
    return Prepared(splits, single_root, summary)


def count_classes(task: Task, sentences: Iterable[Sentence]) -> int:
    """Count classes as Table 1 does: tags (`O` included), entity types, or relations."""
    labels = {label for sentence in sentences for label in sentence.layers[task].labels}
    if task is Task.NER:
        labels = {split_label(label)[1] for label in labels if label != OUTSIDE}
    return len(labels)


def _check_layer(task: Task, corpus: RawCorpus, paths: Mapping[str, Path]) -> None:
    for split, sentences in corpus.splits.items():
        for sentence in sentences:
            if task not in sentence.layers:
                raise CorpusError(
                    paths.get(split) or next(iter(paths.values())),
                    None,
                    expected=f"the layer {task} in every sentence",
                    found=f"none in '{sentence.id}'",
                )


def _divide(splits: Splits, share: float, seed: int) -> dict[Split, list[Sentence]]:
    """Hold out of train what there is no split of, test first."""
    divided = dict(splits)
    for split in ("test", "dev"):
        if split not in divided:
            divided["train"], divided[split] = hold_out(divided["train"], share, seed)
    return divided


def _sample(wanted: Preparation, sentences: Sequence[Sentence], budget: int) -> list[Sentence]:
    """Sample sentences up to a budget of tokens, with the task's own layer only.

    Samples of one corpus for two tasks overlap little, and the other gold layer of a sentence
    would exceed that task's budget.
    """
    task = wanted.task
    sample = sample_tokens(sentences, budget, wanted.token_budget_seed)
    if not sample:
        raise ConfigError(
            f"domains.{wanted.domain}.token_budget: expected room for a sentence, found {budget}"
        )
    return [
        Sentence(sentence.id, sentence.words).with_layers({task: sentence.layers[task]})
        for sentence in sample
    ]


def _join(parts: Iterable[Splits], split: Split) -> list[Sentence]:
    return [sentence for splits in parts for sentence in splits.get(split, ())]


def _anonymise(sentences: Sequence[Sentence]) -> list[Sentence]:
    return [
        replace(sentence, words=tuple(anonymise(word) for word in sentence.words))
        for sentence in sentences
    ]


def _describe(registry: Registry, name: str, paths: Mapping[str, Path]) -> dict[str, Any]:
    corpus = registry.corpus(name)
    described: dict[str, Any] = {
        "name": name,
        "title": corpus.title,
        "version": corpus.version,
        "citation": corpus.citation.text,
    }
    if corpus.own is None:
        return described
    # The registry knows the hashes of other corpora.
    return described | {"sha256": {split: hash_file(path) for split, path in paths.items()}}


def _count(sentences: Sequence[Sentence]) -> dict[str, int]:
    return {"sentences": len(sentences), "tokens": sum(map(len, sentences))}


def _count_multi_root(sentences: Iterable[Sentence]) -> int:
    return sum((sentence.layers[Task.DEP].heads or ()).count(0) > 1 for sentence in sentences)


def _count_anonymised(splits: Iterable[Sequence[Sentence]]) -> dict[str, int]:
    """Count the words that hold an anonymised form."""
    words = [word for sentences in splits for sentence in sentences for word in sentence.words]
    counted = {"users": USER, "urls": URL}
    return {name: sum(form in word for word in words) for name, form in counted.items()}
