import zipfile

import pytest

from mutspad.config.base import SPLITS
from mutspad.config.params import Preparation
from mutspad.config.sections import OwnCorpus
from mutspad.data.conllup import write_conllup
from mutspad.data.prepare import count_classes, prepare
from mutspad.data.registry import load_registry
from mutspad.data.sentence import Layer, Sentence
from mutspad.errors import ConfigError, CorpusError
from mutspad.files import hash_file
from mutspad.tasks import Task

NEWS = {
    "own_tasks": {},
    "domain": "news",
    "task": Task.NER,
    "names": ["wikigold"],
    "substitute_for": None,
    "own": {},
    "anonymised": False,
    "held_out": 0.2,
    "held_out_seed": 13,
    "token_budget": None,
    "token_budget_seed": 13,
    "sentence_budget": None,
}
TWEETS = NEWS | {"domain": "tweets", "task": Task.POS, "names": ["tweebank2"]}
WORD = "{}\t{}\t_\t{}\t{}\t_\t{}\t{}\t_\t_\n"


def row(number, word, tag, head, relation):
    return WORD.format(number, word, tag, tag, head, relation)


def prepare_from(paths, settings):
    wanted = Preparation(**settings)
    return prepare(wanted, paths, load_registry().with_own(wanted.own))


def paths_of(raw, *names):
    registry = load_registry()
    paths = {name: registry.corpus(name).raw_paths(raw) for name in names}
    for files in paths.values():
        for path in files.values():
            path.parent.mkdir(parents=True, exist_ok=True)
    return paths


@pytest.fixture
def tweebank(tmp_path):
    paths = paths_of(tmp_path, "tweebank2")
    for role, path in paths["tweebank2"].items():
        second = (1, "parataxis") if role.endswith("single-root") else (0, "root")
        tweet = (
            row(1, "@USER12", "PROPN", 0, "root")
            + row(2, "(@you", "PROPN", 1, "list")
            + row(3, "URL7", "X", *second)
        )
        path.write_text(f"{tweet}\n{row(1, 'ahoy', 'INTJ', 0, 'root')}\n")
    return paths


@pytest.fixture
def news(tmp_path):
    """Write a WikiGold of 20 sentences and a demo corpus of 2 sentences a split."""
    paths = paths_of(tmp_path, "wikigold", "demo-news-ner")
    text = "".join(f"word{number} O\nOslo I-LOC\n\n" for number in range(20))
    paths["wikigold"]["all"].write_text(text)
    for split, path in paths["demo-news-ner"].items():
        sentences = [
            Sentence(f"demo-{split}-{number}", ("Lena",)).with_layers(
                {Task.NER: Layer(("B-PER",)), Task.POS: Layer(("NNP",))}
            )
            for number in range(2)
        ]
        write_conllup(path, sentences)
    return paths


def test_tweebank_keeps_its_gold_layers_and_both_references(tweebank):
    prepared = prepare_from(tweebank, TWEETS | {"task": Task.DEP, "anonymised": True})
    first = prepared.splits["test"][0]
    assert first.words == ("@USER", "(@USER", "HTTPURL")
    assert set(first.layers) == {Task.POS, Task.DEP}
    assert first.layers[Task.DEP].heads == (0, 1, 0)
    assert set(prepared.single_root) == {"dev", "test"}
    assert prepared.single_root["test"][0].words == first.words
    assert prepared.single_root["test"][0].layers[Task.DEP].heads == (0, 1, 1)
    assert prepared.summary == {
        "domain": "tweets",
        "task": "dep",
        "corpora": [
            {
                "name": "tweebank2",
                "title": "Tweebank v2",
                "version": "2bdd029",
                "citation": "Liu et al. (2018)",
            }
        ],
        "substitute_for": None,
        "classes": 2,
        "published": {split: {"sentences": 2, "tokens": 4} for split in SPLITS},
        "used": {split: {"sentences": 2, "tokens": 4} for split in SPLITS},
        "multi_root": {"train": 1, "dev": 1, "test": 1},
        "held_out": None,
        "token_budget": None,
        "anonymised": {"users": 6, "urls": 3},
    }


def test_pos_and_dep_of_one_corpus_share_ids_and_words(tweebank):
    pos = prepare_from(tweebank, TWEETS)
    dep = prepare_from(tweebank, TWEETS | {"task": Task.DEP})
    assert pos.splits == dep.splits
    assert pos.summary["multi_root"] is None


def test_substitutes_are_joined_split_by_split(news):
    names = ["wikigold", "demo-news-ner"]
    prepared = prepare_from(news, NEWS | {"names": names, "substitute_for": "conll2003"})
    assert [sentence.id for sentence in prepared.splits["dev"]] == [
        "wikigold-dev-1",
        "wikigold-dev-2",
        "demo-dev-0",
        "demo-dev-1",
    ]
    assert prepared.splits["dev"][2].layers[Task.POS].labels == ("NNP",)
    assert prepared.single_root == {}
    summary = prepared.summary
    assert summary["substitute_for"] == "conll2003"
    assert [corpus["name"] for corpus in summary["corpora"]] == ["wikigold", "demo-news-ner"]
    assert summary["classes"] == 2
    assert summary["published"]["train"] == {"sentences": 18, "tokens": 34}
    assert summary["anonymised"] is None


def test_the_budget_thins_out_train_and_dev_but_never_test(news):
    prepared = prepare_from(news, NEWS | {"token_budget": 2})
    used, published = prepared.summary["used"], prepared.summary["published"]
    assert used["train"] == used["dev"] == {"sentences": 1, "tokens": 2}
    assert used["test"] == published["test"]


def test_a_sampled_sentence_carries_its_task_s_layer_only(tweebank):
    whole = prepare_from(tweebank, TWEETS)
    assert all(set(sentence.layers) == {Task.POS, Task.DEP} for sentence in whole.splits["train"])
    sampled = prepare_from(tweebank, TWEETS | {"token_budget": 8})
    assert sampled.splits["train"]
    assert all(set(sentence.layers) == {Task.POS} for sentence in sampled.splits["train"])


def test_the_budget_is_kept_and_repeatable(news):
    settings = NEWS | {"token_budget": 10}
    prepared = prepare_from(news, settings)
    summary = prepared.summary
    assert summary["used"]["train"] == {"sentences": 5, "tokens": 10}
    assert summary["published"]["train"] == {"sentences": 16, "tokens": 32}
    assert summary["used"]["dev"] == summary["published"]["dev"] == {"sentences": 2, "tokens": 4}
    assert summary["token_budget"] == {"tokens": 10, "seed": 13}
    again = prepare_from(news, settings)
    assert again.splits == prepared.splits


def test_a_budget_below_one_sentence_is_refused(news):
    with pytest.raises(ConfigError, match=r"domains\.news\.token_budget: .* found 1"):
        prepare_from(news, NEWS | {"token_budget": 1})


def test_dev_is_held_out_where_there_is_none(tmp_path):
    paths = paths_of(tmp_path, "conll2000")
    train = "".join(f"word{number} NN B-NP\nsails VBZ B-VP\n\n" for number in range(10))
    with zipfile.ZipFile(paths["conll2000"]["archive"], "w") as archive:
        archive.writestr("conll2000/train.txt", train)
        archive.writestr("conll2000/test.txt", "Gulls NNS B-NP\n\n")
    prepared = prepare_from(paths, NEWS | {"task": Task.CHUNK, "names": ["conll2000"]})
    ids = {split: {sentence.id for sentence in part} for split, part in prepared.splits.items()}
    assert len(ids["train"]) == 8
    assert len(ids["dev"]) == 2
    assert not ids["train"] & ids["dev"]
    summary = prepared.summary
    assert summary["published"] == {
        "train": {"sentences": 10, "tokens": 20},
        "dev": None,
        "test": {"sentences": 1, "tokens": 1},
    }
    assert summary["used"]["train"] == {"sentences": 8, "tokens": 16}
    assert summary["held_out"] == {"share": 0.2, "seed": 13, "corpora": ["conll2000"]}


def test_every_sentence_must_carry_the_layer(news):
    path = news["demo-news-ner"]["dev"]
    write_conllup(path, [Sentence("bare", ("Lena",))])
    with pytest.raises(CorpusError, match=r"dev\.conllup: expected the layer ner .*'bare'"):
        prepare_from(news, NEWS | {"names": ["demo-news-ner"]})


@pytest.mark.parametrize(
    ("task", "labels", "classes"),
    [
        (Task.POS, ("NN", "VB", "NN"), 2),
        (Task.CHUNK, ("B-NP", "I-NP", "O"), 3),
        (Task.NER, ("B-creative-work", "I-creative-work", "O"), 1),
        (Task.NER, ("O", "O", "O"), 0),
    ],
)
def test_classes_are_counted_as_in_table_1(task, labels, classes):
    sentence = Sentence("a", ("x", "y", "z")).with_layers({task: Layer(labels)})
    assert count_classes(task, [sentence]) == classes


def test_a_file_of_the_user_alone_is_divided_and_a_budget_takes_part_of_it(tmp_path):
    path = tmp_path / "all.txt"
    path.write_text("".join(f"word{number} O\n\n" for number in range(20)))
    corpus = OwnCorpus(format="columns", files={"train": "x"}, columns={"word": 1, "ner": 2})
    paths = {"mine": {"train": path}}
    settings = NEWS | {"names": ["mine"], "own": {"mine": corpus}}
    whole, part = (
        prepare_from(paths, settings | {"sentence_budget": budget}) for budget in (None, 3)
    )
    assert {split: len(sentences) for split, sentences in whole.splits.items()} == {
        "train": 13,
        "dev": 3,
        "test": 4,
    }
    assert len({sentence.id for split in whole.splits.values() for sentence in split}) == 20
    assert all(sentence in whole.splits["train"] for sentence in part.splits["train"])
    assert len(part.splits["train"]) == 3
    assert part.splits["test"] == whole.splits["test"]
    assert whole.summary["corpora"][0]["sha256"] == {"train": hash_file(path)}
