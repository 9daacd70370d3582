"""The clock of the steps and the speed of several jobs."""

import json
from pathlib import Path

import pytest

from benchmarks.clock import StepClock
from benchmarks.jobs import (
    MODES,
    ONE_THREAD,
    OURS,
    JobError,
    Program,
    measure_speed,
    run_together,
    words_per_second,
)


def test_the_clock_leaves_out_the_warm_up_and_stops_by_itself() -> None:
    clock = StepClock(warm_up=2, steps=3)
    begun: list[int] = []

    def loop() -> None:
        for words in range(100):
            begun.append(words)
            clock.begin(words)

    clock.run(loop)
    assert [words for _, _, words in clock.steps] == [2, 3, 4]
    assert len(begun) == 6
    assert all(start <= end for start, end, _ in clock.steps)


def test_a_loop_that_ends_early_keeps_its_whole_steps() -> None:
    clock = StepClock(warm_up=0, steps=9)
    clock.run(lambda: [clock.begin(words) for words in (5, 6)])
    assert [words for _, _, words in clock.steps] == [5]


def test_the_speed_of_one_job() -> None:
    assert words_per_second([[(0.0, 1.0, 100), (1.0, 4.0, 500)]]) == 150.0


def test_two_jobs_count_while_both_measure() -> None:
    early = [(0.0, 2.0, 200), (2.0, 4.0, 400)]
    late = [(1.0, 3.0, 100), (3.0, 9.0, 600)]
    # From 1 to 4: 100 + 400 of the first, 100 + 100 of the second.
    assert words_per_second([early, late]) == pytest.approx(700 / 3)


@pytest.mark.parametrize(
    "jobs", [[], [[]], [[(0.0, 1.0, 1)], []], [[(0.0, 1.0, 1)], [(1.0, 2.0, 1)]]]
)
def test_jobs_must_measure_at_the_same_time(jobs: list[list[tuple[float, float, int]]]) -> None:
    with pytest.raises(JobError, match="same time"):
        words_per_second(jobs)


def test_a_failed_job_says_what_it_said() -> None:
    with pytest.raises(JobError, match="nothing_here"):
        run_together([[str(OURS), "-m", "nothing_here"]], threads=1)


def test_a_program_is_measured_in_every_mode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = [(0.0, 2.0, 100)]
    seen: list[list[str]] = []

    def pretend(commands: list[list[str]], *, threads: int) -> None:
        seen.extend(commands)
        for command in commands:
            output = Path(command[-1].removeprefix("--output="))
            output.write_text(json.dumps({"steps": steps, "threads": threads}))

    monkeypatch.setattr("benchmarks.jobs.run_together", pretend)
    program = Program(OURS, "a.module", ("--seed={seed}",))
    speeds = [measure_speed(program, mode, repetition=1) for mode in MODES]
    assert speeds == [50.0, 50.0, 100.0]
    # Jobs side by side are not the same job twice.
    assert [command[3] for command in seen] == ["--seed=2", "--seed=2", "--seed=3", "--seed=4"]


def test_threads_must_be_those_of_the_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    def pretend(commands: list[list[str]], *, threads: int) -> None:
        output = Path(commands[0][-1].removeprefix("--output="))
        output.write_text(json.dumps({"steps": [(0.0, 1.0, 1)], "threads": 7}))

    monkeypatch.setattr("benchmarks.jobs.run_together", pretend)
    with pytest.raises(JobError, match="expected 1 threads, found 7"):
        measure_speed(Program(OURS, "a.module", ()), ONE_THREAD, repetition=0)
