"""`mutspad tag` as a user calls it."""

import io
import json
import re
import sys

import conllu
import pytest

from mutspad.cli.main import main
from mutspad.tagging.pipeline import PRETRAINED

TWEET = "@you Ada sails to Bergen https://t.co/x"


@pytest.fixture
def call(capsys):
    """Give a function that calls a verb and returns its exit status, output and messages."""

    def run(*arguments):
        with pytest.raises(SystemExit) as stopped:
            main([*map(str, arguments)])
        captured = capsys.readouterr()
        return stopped.value.code, captured.out, captured.err

    return run


def test_a_text_is_shown_as_a_table(call, model_folder):
    code, out, _ = call("tag", TWEET, "--model", model_folder)
    assert code == 0
    rows = [line.split() for line in out.splitlines()]
    assert [row[1] for row in rows if row and row[0].isdigit()] == TWEET.split()
    assert ["1", "@you", "PROPN", "B-NP"] in [row[:4] for row in rows]


def test_brackets_are_no_markup(call, model_folder):
    _, out, _ = call("tag", "[red] Oslo", "--tokenised", "--model", model_folder)
    assert "[red]" in out


@pytest.mark.parametrize("ending", ["conllu", "conllup", "jsonl", "conll"])
def test_the_ending_names_the_format(ending, call, model_folder, tmp_path):
    texts, output = tmp_path / "a.txt", tmp_path / f"b.{ending}"
    texts.write_bytes(b"\xef\xbb\xbf" + f"{TWEET}\r\n\nSee Oslo".encode())
    code, out, err = call("tag", texts, "--output", output, "--model", model_folder)
    # Without a terminal there is no bar to draw.
    assert (code, out, err) == (0, "", "")
    written = output.read_text(encoding="utf-8")
    first = {"conllu": "# sent_id = 1", "conllup": "# global", "jsonl": "{", "conll": "-DOCSTART-"}
    assert written.startswith(first[ending])
    assert "\ufeff" not in written
    assert "\r" not in written
    assert "@you" in written


def test_a_file_goes_to_the_standard_output_as_conllu(call, model_folder, tmp_path):
    texts = tmp_path / "a.txt"
    texts.write_text(f"{TWEET}\n")
    (sentence,) = conllu.parse(call("tag", texts, "--model", model_folder)[1])
    assert sentence[0]["form"] == "@you"


def test_standard_input_and_text_that_is_tokens(call, model_folder, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"don't  stop.\n")))
    arguments = ("tag", "-", "--tokenised", "--format", "jsonl", "--model", model_folder)
    value = json.loads(call(*arguments)[1])
    assert value["text"] == "don't  stop."
    assert [token["text"] for token in value["tokens"]] == ["don't", "stop."]


def test_bytes_that_are_no_text_are_replaced_and_reported_once(
    call, model_folder, tmp_path, caplog
):
    texts = tmp_path / "a.txt"
    texts.write_bytes(b"fine \xef\xbf\xbd\nbad \xff\nbad \xfe\n")
    code, out, _ = call("tag", texts, "--format", "jsonl", "--model", model_folder)
    assert code == 0
    assert [json.loads(line)["text"] for line in out.splitlines()] == [
        "fine \ufffd",
        "bad \ufffd",
        "bad \ufffd",
    ]
    assert len(caplog.records) == 1
    assert "a.txt:2: expected UTF-8 text, found the byte 0xff" in caplog.text


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("absent.txt",), 2, "found no file absent.txt"),
        (("a text", "--output", "a.doc"), 2, "expected an ending of .conllu"),
        (("a text", "--model", "absent"), 1, "model.json"),
        (("a text",), 1, "--model"),
    ],
)
def test_a_mistake_is_named_in_a_line(arguments, code, said, call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("mutspad.tagging.pipeline.PRETRAINED", tmp_path)
    found, _, err = call("tag", *arguments)
    assert found == code
    assert said in err.splitlines()[-1]


def test_what_ships_tags_a_tweet(call):
    code, out, _ = call("tag", "@you look at this lol https://t.co/x")
    assert code == 0
    for found in ("@you", "https://t.co/x", "VERB", "B-VP", "root"):
        assert found in out


def test_what_ships_is_small_and_says_what_it_learned_from():
    assert sum(path.stat().st_size for path in PRETRAINED.iterdir()) <= 10_000_000
    card = (PRETRAINED / "README.md").read_text()
    assert "CC BY-NC-SA" in card
    words = json.loads((PRETRAINED / "model.json").read_text())["vocabulary"]["words"]
    placeholders = re.compile(r"@(?!user\b)\w", re.IGNORECASE)
    assert not [word for word in words if placeholders.search(word)]


def test_the_model_that_ships_needs_no_name(call, model_folder, monkeypatch):
    monkeypatch.setattr("mutspad.tagging.pipeline.PRETRAINED", model_folder)
    code, out, _ = call("tag", "See Oslo")
    assert code == 0
    assert "Oslo" in out


def test_text_in_another_encoding_is_refused(call, model_folder, tmp_path):
    texts, output = tmp_path / "a.txt", tmp_path / "a.conllu"
    texts.write_bytes("See Oslo".encode("utf-16"))
    code, _, err = call("tag", texts, "--output", output, "--model", model_folder)
    assert code == 1
    assert "expected UTF-8 text, found UTF-16" in err
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
