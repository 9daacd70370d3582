"""What the peers read is what we read."""

from pathlib import Path

import click
import numpy as np
import pytest

from benchmarks import inputs
from benchmarks.inputs import Inputs, to_conllu, to_word2vec
from mutspad.cli.main import cli
from mutspad.data.lexicon import Lexicon
from mutspad.data.sentence import Layer, Sentence
from mutspad.tasks import Task


def test_conllu_holds_words_tags_and_trees() -> None:
    layers = {
        Task.POS: Layer(("NNS", "VBP")),
        Task.DEP: Layer(("nsubj", "root"), heads=(2, 0)),
    }
    assert to_conllu([Sentence("1", ("birds", "sing"), layers), Sentence("2", ("so",))]) == (
        "1\tbirds\t_\t_\tNNS\t_\t2\tnsubj\t_\t_\n"
        "2\tsing\t_\t_\tVBP\t_\t0\troot\t_\t_\n"
        "\n"
        "1\tso\t_\t_\t_\t_\t_\t_\t_\t_\n"
        "\n"
    )


def test_word2vec_holds_the_words_that_have_a_vector() -> None:
    lexicon = Lexicon(
        words=("a", "b c", "d"),
        chars=("a",),
        vectors=np.array([[0.5, -1.0], [1.0, 1.0], [0.0, 0.0]], dtype=np.float32),
        has_vector=np.array([True, True, False]),
        lowercase=True,
        source="test",
        substitute_for=None,
        dim=2,
        coverage={},
    )
    assert to_word2vec(lexicon) == "1 2\na 0.5 -1\n"


def test_they_are_made_by_verbs_that_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = []

    def parse(*arguments: str) -> None:
        command: click.Command = cli
        rest, context = list(arguments), click.Context(cli)
        while isinstance(command, click.Group):
            name, found, rest = command.resolve_command(context, rest)
            assert found is not None
            command = found
            called.append(name)
        # Asks for every required option and knows each that is given.
        command.make_context(name, rest, parent=context)

    (tmp_path / "corpora").mkdir()
    monkeypatch.setattr(inputs, "CACHE", tmp_path)
    monkeypatch.setattr(inputs, "_run", parse)
    Inputs(tmp_path, tmp_path).lexicon()
    assert {"download", "prepare", "build-lexicon"} <= set(called)
