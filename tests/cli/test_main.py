"""The command line: every verb answers, a user's mistake is one message and a failure status."""

import json
import re
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

import click
import pytest

from mutspad.cli.main import cli, main, step
from mutspad.errors import CheckpointError

VERBS, STEPS = list(cli.verbs), step.list_commands(click.Context(step))
ALL = [*([verb] for verb in VERBS), *(["step", verb] for verb in STEPS)]


@pytest.mark.parametrize(
    ("call", "shown", "hidden"), [([], [*VERBS, "step"], STEPS), (["step"], STEPS, VERBS)]
)
def test_the_overview_lists_the_verbs_of_its_group(
    call: list[str],
    shown: Collection[str],
    hidden: Collection[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([*call, "--help"])
    assert stopped.value.code == 0
    listed = re.findall(r"^  ([\w-]+)  ", capsys.readouterr().out, re.MULTILINE)
    assert set(shown) <= set(listed)
    assert not set(hidden) & set(listed)


@pytest.mark.parametrize("call", ALL, ids=" ".join)
def test_every_option_says_what_it_is(call: list[str]) -> None:
    command: click.Command | None = cli
    for name in call:
        assert isinstance(command, click.Group)
        command = command.get_command(click.Context(command), name)
    assert command is not None
    options = [option for option in command.params if isinstance(option, click.Option)]
    assert [option.name for option in options if not option.help] == []


@pytest.mark.parametrize("call", [["tag"], ["step", "fit"]], ids=" ".join)
def test_a_verb_explains_itself(call: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([*call, "--help"])
    assert stopped.value.code == 0
    assert "--" in capsys.readouterr().out


@pytest.mark.parametrize("call", [["pretrane"], ["step", "pretrane"], ["fit"]])
def test_an_unknown_verb_is_refused(call: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(call)
    assert stopped.value.code == 2
    assert f"No such command '{call[-1]}'" in capsys.readouterr().err


def test_a_verb_of_the_other_group_is_pointed_at(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["score", "--help"])
    assert stopped.value.code == 2
    assert "Did you mean: mutspad step score?" in capsys.readouterr().err


def test_a_mistake_is_one_message_without_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run.json"
    run.write_text(json.dumps({"name": "x"}))
    with pytest.raises(SystemExit) as stopped:
        main(["step", "score", "--plan", str(run), "--seed", "1", "--results", str(tmp_path)])
    assert stopped.value.code == 1
    error = capsys.readouterr().err
    assert error.startswith(f"mutspad: error: {run}: expected a plan")
    assert "Traceback" not in error
    assert list(tmp_path.iterdir()) == [run]


@pytest.mark.parametrize("call", [["tag"], ["step", "fit"]], ids=" ".join)
def test_a_wrong_option_is_a_mistake_of_usage(
    call: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([*call, "--no-such-option"])
    assert stopped.value.code == 2
    assert "--no-such-option" in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize("error", [CheckpointError("no model"), ValueError("no number")])
def test_only_debug_shows_a_traceback(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("mutspad.tagging.pipeline.load", fail)
    with pytest.raises(SystemExit) as stopped:
        main(["tag", "a text"])
    assert stopped.value.code == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("mutspad: error: ")
    assert str(error) in line
    assert ("--debug" in line) == isinstance(error, ValueError)
    with pytest.raises(type(error), match=str(error)):
        main(["--debug", "tag", "a text"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("7", "--params: expected the section language_model as JSON"),
        ('{"domains": ["forum"], "dim": 0}', "dim: Input should be greater than 0, found 0; "),
    ],
)
def test_bad_json_is_one_message(
    text: str,
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stopped:
        main(["step", "pretrain-lm", "--text", "x.txt", "--output", "x", "--params", text])
    assert stopped.value.code == 1
    error = capsys.readouterr().err
    assert error.startswith("mutspad: error: --")
    assert message in error
    assert error.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_scoring_and_tabulating_never_import_torch() -> None:
    program = (
        "import sys; import mutspad.cli.step.score, mutspad.cli.step.tabulate; "
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_times_are_collected_from_the_benchmarks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    header = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time\n"
    (tmp_path / "fit").mkdir()
    (tmp_path / "fit" / "a.tsv").write_text(f"{header}60\t0:01:00\t512\t1\t1\t1\t1\t1\t90\t54\n")
    (tmp_path / "b.tsv").write_text(f"{header}0.1\t0:00:00\t-\t-\t-\t-\t-\t-\t-\t-\n")
    output = tmp_path / "out" / "times.csv"
    with pytest.raises(SystemExit):
        main(["list-times", "--benchmarks", str(tmp_path), "--output", str(output)])
    assert output.read_text().splitlines() == [
        "phase,job,seconds,cpu_seconds,max_rss_mib",
        "fit,fit/a,60.0,54.0,512.0",
        "b,b,0.1,,",
    ]
    assert "2 jobs, 0.9 minutes of processor time" in capsys.readouterr().out


def test_a_table_becomes_a_page_without_the_parameters(tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "table3.md").write_text("# Table 3\n\n| a |\n|---|\n| ± |\n", "utf-8")
    with pytest.raises(SystemExit) as stopped:
        main(["step", "describe", "--page", "tables/table3.md", "--results", str(tmp_path)])
    assert stopped.value.code == 0
    (page,) = (tmp_path / "report").iterdir()
    assert page.name == "table3.html"
    assert "<td>±</td>" in page.read_text("utf-8")
