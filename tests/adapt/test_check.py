"""The check reads whole corpora and says what is wrong, where, and what to do."""

import re
from pathlib import Path

import pytest

from mutspad.cli.main import main


def check(recipe_file: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as stopped:
        main(["adapt", str(recipe_file), "--check", *more])
    captured = capsys.readouterr()
    return int(stopped.value.code or 0), captured.out + captured.err


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_sound_corpora_are_counted(recipe_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, printed = check(recipe_file, capsys)
    assert code == 0
    assert re.search(r"source +ner +source-ner +20 \(80\) +held out +held out +1: NAME", printed)
    assert re.search(
        r"target +pos +target-pos-ner +12 \(48\) +held out +6 \(24\) +4: DET, ", printed
    )
    assert "warning:" not in printed
    assert "trainings: at most" in printed


def test_what_makes_scores_wrong_is_found(
    recipe_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = recipe_file.parent
    train = (folder / "target.conllup").read_text().split("\n\n")[1]
    test = folder / "target-test.conllup"
    replace(test, "\tO\n", "\tB-SHIP\n")
    test.write_text(f"{test.read_text()}\n{train}\n")
    code, printed = check(recipe_file, capsys)
    assert code == 0
    assert re.search(
        r"warning: target-test.conllup:2: ner: labels that never occur.*SHIP \(18\)", printed
    )
    repeated = r"warning: target-test.conllup:32: 1 sentences of test.*at target.conllup:7"
    assert re.search(repeated, printed)


@pytest.mark.usefixtures("forget_tasks")
def test_a_task_without_a_corpus_is_named(
    recipe_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replace(recipe_file, "budget: small", "budget: small\ntasks: { mood: { scheme: plain } }")
    code, printed = check(recipe_file, capsys)
    assert code == 0
    assert "warning: tasks.mood: no corpus has it" in printed


def test_labels_that_look_alike_are_named(
    recipe_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = recipe_file.parent
    for path in folder.glob("target*"):
        path.write_text(
            path.read_text().replace("B-NAME", "B-nameOfAny").replace("\tDET\t", "\tdet\t")
        )
    _, printed = check(recipe_file, capsys)
    assert "`equivalents: { ner: { nameOfAny: NAME } }`" in printed
    assert "pos: labels that are written differently and count as equal: det = DET" in printed
    assert "ner: source and target share 0 of the target's 1 labels" in printed


def test_trees_with_several_roots_ask_for_a_word_in_the_recipe(
    recipe_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = recipe_file.with_name("source.conllu")
    path.write_text(re.sub(r"\t\d\tdep\t", "\t0\troot\t", path.read_text(), count=1))
    assert "1 trees with several roots. Set `multi_root: true`" in check(recipe_file, capsys)[1]


@pytest.mark.parametrize(
    ("name", "old", "new", "place"),
    [
        ("source.conllu", "\t0\troot", "\tx\troot", "source.conllu:"),
        ("target.conllup", "# global.columns", "# columns", "target.conllup:1"),
        ("source-ner.txt", "B-NAME", "NAME", "source-ner.txt:"),
    ],
)
def test_a_broken_file_of_each_format_stops_the_recipe(
    recipe_file: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    old: str,
    new: str,
    place: str,
) -> None:
    replace(recipe_file.with_name(name), old, new)
    code, printed = check(recipe_file, capsys)
    assert code == 1
    assert f"error: {place}" in printed
    assert "Traceback" not in printed


def test_a_curve_is_of_parts(recipe_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, printed = check(recipe_file, capsys, "--curve", "4,12")
    assert code == 1
    assert "expected more training sentences than the largest of --curve, found 12" in printed


def test_other_parameters_are_not_overwritten(
    recipe_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe_file.with_name("params.yaml").write_text("seeds: [1]\n")
    code, printed = check(recipe_file, capsys)
    assert code == 1
    assert "Name another folder by --work" in printed
