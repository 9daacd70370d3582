import pytest

from mutspad.data.sentence import Layer, Origin, Sentence
from mutspad.errors import MutspadError
from mutspad.report.tables.silver import (
    Evidence,
    find_same_words,
    judge,
    judge_layer,
    tabulate_quality,
)
from mutspad.tasks import Task


def sentence(id_, words, task, labels, heads=None, silver=False):
    origin = Origin.SILVER if silver else Origin.GOLD
    return Sentence(id_, tuple(words.split())).with_layers(
        {task: Layer(tuple(labels.split()), origin, heads)}
    )


def ner(id_, words, labels, silver=False):
    return sentence(id_, words, Task.NER, labels, silver=silver)


GOLD = [
    ner("t-1", "Ana likes Lima Sur", "B-person O B-place I-place"),
    ner("t-2", "no names here", "O O O"),
    ner("t-3", "Bo is back", "B-person O O"),
]
SILVER = [
    ner("t-1", "Ana likes Lima Sur", "B-person O B-place O", silver=True),
    ner("t-2", "no names here", "O B-place O", silver=True),
    ner("t-3", "Bo is back", "O O O", silver=True),
]


def test_entities_are_missed_and_invented():
    found = judge(Task.NER, Evidence.DEV, GOLD, SILVER)
    assert (found["sentences"], found["words"]) == (3, 10)
    # One span of three is found; of the three marked, two are none.
    assert found["missed"] == pytest.approx(200 / 3)
    assert found["invented"] == pytest.approx(200 / 3)
    assert found["agreement"] == pytest.approx(100 / 3)
    assert (found["gold_per_1000"], found["silver_per_1000"]) == (300, 300)
    assert found["confusions"] == {"place → O": 1, "O → place": 1, "person → O": 1}


def test_a_wrong_boundary_is_no_wrong_type():
    gold = [ner("a", "x y z", "B-p I-p O")]
    found = judge(Task.NER, Evidence.DEV, gold, [ner("a", "x y z", "B-p B-p O", silver=True)])
    assert found["confusions"] == {"p: wrong boundary": 1}


def test_without_any_span_there_is_nothing_to_agree_on():
    found = judge(Task.NER, Evidence.DEV, GOLD[1:2], [ner("t-2", "no names here", "O O O", True)])
    assert (found["agreement"], found["missed"], found["invented"]) == (None, None, None)


def test_tags_and_relations_are_compared_word_by_word():
    gold = [sentence("a", "go home now", Task.POS, "VB NN RB")]
    silver = [sentence("a", "go home now", Task.POS, "VB RB RB", silver=True)]
    found = judge(Task.POS, Evidence.DEV, gold, silver)
    assert found["agreement"] == pytest.approx(200 / 3)
    assert (found["missed"], found["gold_per_1000"]) == (None, None)
    assert found["confusions"] == {"NN → RB": 1}

    gold = [sentence("a", "go home now ok", Task.DEP, "root obl:tmod advmod x", (0, 1, 1, 1))]
    silver = [sentence("a", "go home now ok", Task.DEP, "root obl advmod y", (0, 1, 2, 2), True)]
    found = judge(Task.DEP, Evidence.DEV, gold, silver)
    assert found["agreement"] == 50.0
    assert found["confusions"] == {"advmod: wrong head": 1, "x → y": 1}


def test_other_words_are_refused():
    with pytest.raises(MutspadError, match="expected id and words of the gold sentence 't-1'"):
        judge(Task.NER, Evidence.DEV, GOLD[:1], [ner("t-1", "Ana", "O", silver=True)])


def test_only_silver_layers_meet_gold_of_the_same_words():
    unified = [
        ner("other-1", "Bo is back", "O O O", silver=True),
        ner("other-2", "Bo is back", "B-person O O", silver=True),
        ner("t-3", "Bo is back", "B-person O O"),
        sentence("other-3", "no names here", Task.POS, "D N R"),
        ner("other-4", "bo is back", "O O O", silver=True),
    ]
    gold, silver = find_same_words(Task.NER, unified, [*GOLD, ner("t-9", "Bo is back", "O O O")])
    assert [match.id for match in gold] == [match.id for match in silver] == ["t-3", "t-3"]
    assert [s.layers[Task.NER].labels[0] for s in silver] == ["O", "B-person"]


@pytest.fixture
def quality():
    """Judge a layer of which one sentence was seen in training and 30 were not."""
    seen = [ner("train-1", "Ana left", "B-person O"), ner("train-2", "ok ok", "O O")]
    dev = [ner(f"dev-{n}", f"Bo saw {n}", "B-person O O") for n in range(30)]
    test = [ner("test-1", "Ana left", "B-person O")]
    unified = [
        *seen,
        ner("chunk-1", "Ana left", "B-person O", silver=True),
        *(ner(f"chunk-{n + 2}", f"Bo saw {n}", "O O O", silver=True) for n in range(30)),
    ]
    return lambda seed, mark: judge_layer(
        Task.NER,
        unified,
        {"train": seen, "dev": dev, "test": test},
        {"dev": [ner(s.id, " ".join(s.words), f"{mark} O O", silver=True) for s in dev]},
        domain="tweets",
        seed=seed,
        labeller="tweets.ner",
    )


def test_a_layer_is_judged_by_all_that_is_known(quality):
    dev, seen, held_out = quality(1, "B-person")
    assert [row["evidence"] for row in (dev, seen, held_out)] == [
        Evidence.DEV,
        Evidence.SEEN,
        Evidence.HELD_OUT,
    ]
    assert dev["agreement"] == 100.0
    # The test sentence stands in train too: its labels were seen.
    assert seen["sentences"] == 1
    assert held_out["sentences"] == 30
    assert held_out["missed"] == 100.0
    assert dev["silver_sentences"] == 31
    assert dev["silver_share"] == pytest.approx(100 * 31 / 33)
    assert dev["layer_gold_per_1000"] == 250.0
    assert dev["layer_silver_per_1000"] == pytest.approx(1000 / 92)


def test_the_table_gives_mean_and_spread(quality):
    table = tabulate_quality([*quality(1, "B-person"), *quality(2, "O")], "quick")
    text = table.markdown
    assert text.startswith("# Silver labels (quick): agreement with gold\n")
    assert "| Tweets NER | tweets.ner | 31 of 33 (94 %)" in " ".join(text.split())
    assert "50.00 ± 70.71 (30, 90)" in text
    spans = " ".join(text.split("## ")[1].split())
    assert "| Tweets NER | dev | 50.0 ± 70.7 |" in spans
    assert "| Tweets NER | same words, held out | 100.0 ± 0.0 |" in spans
    assert "person → O (60)" in text  # held out, both seeds
    assert "same words, seen |" not in text.split("## ")[1]  # one sentence says nothing


def test_one_seed_has_no_spread(quality):
    table = tabulate_quality(quality(1, "B-person"), "demo")
    assert "(demo: synthetic data)" in table.title
    assert "±" not in table.markdown


def test_the_frame_keeps_every_seed_and_comparison(quality):
    frame = tabulate_quality([*quality(1, "B-person"), *quality(2, "O")], "quick").frame
    assert list(frame.seed) == [1, 1, 1, 2, 2, 2]
    assert set(frame.measure) == {"f1"}
    dev = frame[frame.evidence == "dev"]
    assert list(dev.agreement) == [100.0, 0.0]
    assert list(dev.missed) == [0.0, 100.0]
    assert dev.invented.isna().tolist() == [False, True]
    assert list(dev.confusions) == ["", "person → O (30)"]
