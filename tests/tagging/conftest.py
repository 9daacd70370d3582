"""Two models of a few seconds: one of all tasks that knows three tweets by heart, one of tags."""

from pathlib import Path

import pytest

from mutspad.models.checkpoint import save_model
from mutspad.tagging.pipeline import Pipeline, load
from mutspad.tasks import TASKS, Task
from mutspad.training.loop import fit
from mutspad.training.seeding import seed_everything
from mutspad.training.stages import build_model, build_vocabulary
from tests.tiny import make_lexicon, make_run, make_sentences

TWEETS = (
    (
        "@USER Ada Lund sails to Bergen lol HTTPURL",
        "PROPN PROPN PROPN VERB ADP PROPN INTJ X",
        "B-NP B-NP I-NP B-VP B-PP B-NP B-INTJ B-NP",
        "O B-person I-person O O B-location O O",
        "4 4 2 0 6 4 4 4",
        "vocative nsubj flat root case obl discourse list",
    ),
    (
        "We do n't like rain & wind !",
        "PRON AUX PART VERB NOUN CCONJ NOUN PUNCT",
        "B-NP B-VP I-VP I-VP B-NP O B-NP O",
        "O O O O O O O O",
        "4 4 4 0 4 7 5 4",
        "nsubj aux advmod root obj cc conj punct",
    ),
    (
        "Great day . See Oslo",
        "ADJ NOUN PUNCT VERB PROPN",
        "B-NP I-NP O B-VP B-NP",
        "O O O O B-location",
        "2 0 2 0 4",
        "amod root punct root obj",
    ),
)


def train(folder: Path, tasks: tuple[Task, ...]) -> Path:
    sentences = make_sentences(TWEETS)
    words = {form for each in sentences for word in each.words for form in (word, word.lower())}
    words |= {"never", "trained"}
    lexicon = make_lexicon(words, {char for word in words for char in word}, lowercase=False)
    run = make_run(
        tasks,
        training={
            "batch_sentences": 3,
            "learning_rate": 0.02,
            "optimiser": "adam",
            "schedule": "constant",
            "max_epochs": 60,
            "patience": 3,
            "loss_weights": dict.fromkeys(tasks, 1.0),
        },
        model={
            "tagger_hidden": 16,
            "dropout": {"pos": 0.0, "chunk": 0.0, "ner": 0.0},
            "parser": {
                "hidden": 16,
                "layers": 1,
                "biaffine": 12,
                "dropout": 0.0,
                "word_dropout": 0.0,
            },
        },
        corpora={"pos": "tweebank2", "dep": "tweebank2", "ner": "wnut17", "chunk": "ours"},
    )
    seed_everything(0)
    vocabulary = build_vocabulary(tasks, sentences, lexicon)
    model = build_model(run, vocabulary, lexicon)
    gold = dict.fromkeys(tasks, sentences)
    fit(run, model, vocabulary, train=sentences, dev=gold, seed=1)
    save_model(folder, model, vocabulary, run, seed=1)
    return folder


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(tmp_path_factory.mktemp("models") / "tiny" / "seed1", TASKS)


@pytest.fixture(scope="session")
def nlp(model_folder: Path) -> Pipeline:
    return load(model_folder)


@pytest.fixture(scope="session")
def tagger_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(tmp_path_factory.mktemp("models") / "tags" / "seed1", (Task.POS,))
