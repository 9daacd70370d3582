"""A small model learns from what its teacher labels."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from mutspad.cli.main import main
from mutspad.config.load import load_params
from mutspad.data.conllup import read_conllup, write_conllup
from mutspad.data.lexicon import build_lexicon, write_lexicon
from mutspad.data.predictions import write_predictions
from mutspad.data.sentence import Origin, Sentence
from mutspad.data.vectors import VectorTable
from mutspad.errors import CheckpointError
from mutspad.files import read_json
from mutspad.models.checkpoint import load_model
from mutspad.plan.build import build_plan
from mutspad.plan.layout import PREDICTED, Layout
from mutspad.plan.plan import write_plan
from mutspad.tagging.distil import label_text, reduce_lexicon
from mutspad.tasks import TASKS, Task
from tests.tagging.conftest import TWEETS
from tests.tiny import make_sentences

ROOT = Path(__file__).resolve().parents[2]


def keep(sentence, task):
    return Sentence(sentence.id, sentence.words).with_layers({task: sentence.layers[task]})


def test_gold_stays_and_the_teacher_labels_the_rest(nlp):
    gold = make_sentences(TWEETS)
    corpora = {task: [keep(gold[0], task)] for task in TASKS if task is not Task.NER}
    corpora[Task.NER] = [keep(gold[1], Task.NER)]
    text = [gold[0].words, ("Great", "rain", "!"), gold[2].words]
    labelled = label_text(corpora, text, dict.fromkeys(corpora, nlp))
    assert [each.words for each in labelled] == [gold[0].words, gold[1].words, *text[1:]]
    assert len({each.id for each in labelled}) == len(labelled)
    assert labelled[0].layers[Task.POS] == gold[0].layers[Task.POS]
    assert labelled[0].layers[Task.NER].origin is Origin.SILVER
    assert labelled[1].layers[Task.NER].origin is Origin.GOLD
    # The model knows these sentences by heart.
    assert labelled[0].layers[Task.NER].labels == gold[0].layers[Task.NER].labels
    assert labelled[3].layers[Task.DEP].heads == gold[2].layers[Task.DEP].heads


def test_each_task_is_labelled_by_its_own_teacher(nlp):
    gold = make_sentences(TWEETS)
    corpora = {task: [keep(gold[0], task)] for task in (Task.POS, Task.DEP)}

    class Tagger:
        tasks, model = (Task.POS,), nlp.model

        def pipe(self, sentences):
            for document in nlp.pipe(sentences):
                yield replace(document, layers={Task.POS: "its own"})

    labelled = label_text(corpora, [gold[1].words], {Task.POS: Tagger(), Task.DEP: nlp})
    assert labelled[1].layers[Task.POS] == "its own"
    assert labelled[1].layers[Task.DEP].heads == gold[1].layers[Task.DEP].heads
    with pytest.raises(CheckpointError, match="dep"):
        label_text(corpora, [], dict.fromkeys(corpora, Tagger()))


@pytest.fixture
def lexicon():
    rng = np.random.default_rng(0)
    words = {word: number for number, word in enumerate("abcdefgh")}
    flat = rng.standard_normal((8, 2)) @ rng.standard_normal((2, 6))
    vectors = {word: flat[row].astype(np.float32) for word, row in words.items()}
    sentence = Sentence("s", (*words, "none"))
    table = VectorTable(source="tests", dim=6, vectors=vectors)
    return build_lexicon([sentence], [], vectors=table, lowercase=False, scale=0.35)


def test_frequent_words_keep_a_vector(lexicon):
    counted = [Sentence("s", ("h", "h", "H", "none", "none", "b"))]
    reduced = reduce_lexicon(lexicon, counted, words=3, dim=6)
    assert reduced.words == ("b", "h", "none")
    assert reduced.has_vector.tolist() == [True, True, False]
    assert np.array_equal(reduced.vectors[1], lexicon.vectors[lexicon.words.index("h")])


def test_handles_are_left_out(lexicon):
    words = (
        "@somebody",
        "@USER//RT@somebody",
        "rt@usera",
        "@USER",
        "(@user)",
        "@",
        "b@ c",
        "d",
        "e",
    )
    marked = replace(lexicon, words=words)
    assert reduce_lexicon(marked, [], words=100, dim=6).words == words[3:]


def test_rare_words_without_a_vector_are_left_out(lexicon):
    counted = [Sentence("s", ("none", "none", "h"))]
    for min_count, kept in ((2, True), (3, False)):
        reduced = reduce_lexicon(lexicon, counted, words=100, dim=6, min_count=min_count)
        assert ("none" in reduced.words) is kept
        assert {*"abcdefgh"} <= {*reduced.words}


def test_vectors_keep_their_distances_where_few_dimensions_suffice(lexicon):
    reduced = reduce_lexicon(lexicon, [], words=100, dim=2)
    before, after = lexicon.vectors[lexicon.has_vector], reduced.vectors[reduced.has_vector]
    assert after.shape == (8, 2)
    assert after.std() == pytest.approx(before.std(), rel=1e-5)
    ratios = [
        np.linalg.norm(after[row] - after[0]) / np.linalg.norm(before[row] - before[0])
        for row in range(1, 8)
    ]
    assert ratios == pytest.approx([ratios[0]] * 7, rel=1e-4)
    assert not reduced.vectors[~reduced.has_vector].any()


def test_the_verbs_make_a_model_that_tags(nlp, model_folder, lexicon, tmp_path, capsys):
    """From a labelled text to a tagged one, with the teacher's predictions at hand."""
    miniature = yaml.safe_load((ROOT / ".test/miniature.yaml").read_text())
    said = {"experiment": "demo", **miniature}
    plan = build_plan(load_params(ROOT / "params.yaml", said))
    layout, gold = Layout(tmp_path / "results"), make_sentences(TWEETS)
    write_plan(plan, layout)
    for task in TASKS:
        for split in ("train", *PREDICTED):
            corpus = [keep(each, task) for each in gold]
            write_conllup(layout.corpus("tweets", task, f"{split}.conllup"), corpus)
    for split in PREDICTED:
        predicted = {task: [keep(each, task) for each in gold] for task in TASKS}
        write_predictions(layout.predictions(plan.teachers["pos"], 1, split), predicted)
    layout.text("tweets").parent.mkdir()
    layout.text("tweets").write_text("Great rain !\n")
    write_lexicon(layout.distilled / "lexicon", lexicon)

    labelled = layout.labelled("tweets")
    label = [
        "label-text",
        *(flag for task in TASKS for flag in ("--teacher", task, model_folder)),
        "--corpora",
        layout.corpora("tweets"),
    ]
    label += ["--text", layout.text("tweets"), "--output", labelled]
    distil = ["distil", "--plan", layout.plan, "--results", layout.root]
    for arguments in (label, distil):
        with pytest.raises(SystemExit) as stopped:
            main(["step", *map(str, arguments)])
        assert stopped.value.code == 0, capsys.readouterr().err
    assert len(read_conllup(labelled)) == len(gold) + 1
    loaded = load_model(layout.distilled)
    assert loaded.run.model == plan.params.distil.model
    assert len(loaded.vocabulary.neighbours) == 0  # the miniature has no vectors
    assert len(loaded.vocabulary.words) <= 2 + plan.params.distil.words
    scores = read_json(layout.distilled / "scores.json")
    assert scores["teacher_scores"]["dep"]["test"]["las"] == 100
    assert set(scores["scores"]["ner"]) == set(PREDICTED)
    card = (layout.distilled / "README.md").read_text()
    assert f"those of {plan.teachers['pos']} on raw text" in card
    with pytest.raises(SystemExit):
        main(["tag", "Great rain !", "--format", "jsonl", "--model", str(layout.distilled)])
    assert '"Great"' in capsys.readouterr().out


@pytest.mark.parametrize("verb", ["unify --labeller", "label-text --text none --teacher"])
def test_a_task_that_nobody_knows_is_one_message(verb, model_folder, tmp_path, capsys):
    more = [str(model_folder), "--corpora", str(tmp_path), "--output", str(tmp_path / "x.conllup")]
    with pytest.raises(SystemExit) as stopped:
        main(["step", *verb.split(), "sense", *more])
    assert stopped.value.code == 1
    known = "mutspad: error: expected one of the tasks pos, chunk, ner, dep, found 'sense'\n"
    assert capsys.readouterr().err == known
