import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from mutspad.config.sections import StatisticsParams
from mutspad.errors import MutspadError
from mutspad.evaluation.mnrg import mnrg
from mutspad.report.records import RunScores, ScoreBook, read_record
from mutspad.report.statistics.comparisons import (
    Comparisons,
    check_counts,
    differences_frame,
    list_rows,
    seeds_frame,
)
from mutspad.tasks import PAPER_TASKS, Task

PARAMS = StatisticsParams(shuffles=500, resamples=500, confidence=0.95, seed=13)
SENTENCES = 60
TASKS = {"pos": 0.8, "dep": 0.6, "ner": 0.4, "chunk": 0.7}


def counts_of(share, *, seeds=2, stream=0):
    """Draw counts of ten words a sentence, about `share` of them right; seeds differ by a word."""
    rng = np.random.default_rng(stream)
    hits = np.repeat(rng.binomial(10, share, (1, SENTENCES)), seeds, axis=0)
    hits[range(seeds), range(seeds)] = 5
    return np.stack([hits, np.full_like(hits, 10)], axis=-1)


def name_sentences(tasks, corpora=None):
    """Name the test sentences of tasks, each task's its own unless a corpus is named."""
    corpora = corpora or {task: task for task in tasks}
    return {task: [f"{corpora[task]}-{n}" for n in range(SENTENCES)] for task in tasks}


@pytest.fixture
def comparisons():
    """Compare a reference row, a better one, one that only parses, and one that shares runs."""
    rows = {
        "mono_task_learning": {Task(task): f"mono-{task}" for task in TASKS},
        "multi_task_learning": dict.fromkeys(map(Task, TASKS), "multi"),
        "as_is": {Task.DEP: "as-is"},
        "mixed": {Task(task): "multi" if task == "pos" else f"mono-{task}" for task in TASKS},
    }
    counts = {
        Task(task): {
            f"mono-{task}": counts_of(share, stream=1),
            "multi": counts_of(share + 0.1, stream=2),
        }
        for task, share in TASKS.items()
    }
    counts[Task.DEP]["as-is"] = counts_of(0.61, stream=3)
    return Comparisons(rows, counts, name_sentences(counts), PARAMS)


def test_a_difference_is_of_means_over_seeds_with_its_interval_and_p(comparisons):
    differences = comparisons.compare("multi_task_learning", "mono_task_learning")
    assert [difference.task for difference in differences] == ["pos", "dep", "ner", "chunk"]
    dep = differences[1]
    wanted = counts_of(0.7, stream=2)[..., 0].mean() - counts_of(0.6, stream=1)[..., 0].mean()
    assert dep.difference == pytest.approx(10 * wanted)
    assert dep.metric == "las"
    assert dep.mean_a - dep.mean_b == pytest.approx(dep.difference)
    assert 0 < dep.ci_low < dep.difference < dep.ci_high
    assert dep.p == pytest.approx(1 / 501)
    assert dep.p_holm == pytest.approx(4 / 501)
    assert (dep.seeds, dep.seeds_agreeing, dep.sentences) == (2, 2, SENTENCES)


def test_a_pair_is_compared_on_common_tasks_by_different_runs(comparisons):
    assert [d.task for d in comparisons.compare("as_is", "mono_task_learning")] == ["dep"]
    assert comparisons.compare("as_is", "mono_task_learning")[0].p_holm == pytest.approx(
        comparisons.compare("as_is", "mono_task_learning")[0].p
    )
    assert [d.task for d in comparisons.compare("mixed", "mono_task_learning")] == ["pos"]
    assert comparisons.compare_mnrg("as_is", "mono_task_learning") is None


def test_mnrg_is_that_of_mean_scores_and_has_an_interval(comparisons):
    gain = comparisons.compare_mnrg("multi_task_learning", "mono_task_learning")
    scores, reference = (
        [float(comparisons.scores(row, Task(task)).mean()) for task in TASKS]
        for row in ("multi_task_learning", "mono_task_learning")
    )
    assert gain.mean_a == pytest.approx(mnrg(scores, reference, 100.0))
    assert gain.mean_b == 0.0
    assert gain.ci_low < gain.difference < gain.ci_high
    assert gain.p is None
    assert gain.sentences == 4 * SENTENCES


def test_mnrg_of_two_methods_is_their_difference(comparisons):
    gain = comparisons.compare_mnrg("mixed", "multi_task_learning")
    assert gain.mean_a < gain.mean_b
    assert gain.ci_low < gain.difference < gain.ci_high < 0


def test_test_sets_are_drawn_together_only_where_they_are_the_same_sentences():
    counts = counts_of(0.5, seeds=1)
    rows = {"a": dict.fromkeys(PAPER_TASKS, "run")}
    # The order of tasks is not to matter: DP comes after NER and has POS's sentences.
    corpora = dict(zip(PAPER_TASKS, ("tweebank", "tchunk", "wnut", "tweebank"), strict=True))
    drawn = Comparisons(
        rows,
        {task: {"run": counts} for task in PAPER_TASKS},
        name_sentences(PAPER_TASKS, corpora),
        PARAMS,
    )
    found = {task: drawn.replicates("a", task) for task in PAPER_TASKS}
    assert np.array_equal(found[Task.POS], found[Task.DEP])
    for a, b in ((Task.POS, Task.CHUNK), (Task.POS, Task.NER), (Task.CHUNK, Task.DEP)):
        assert abs(np.corrcoef(found[a], found[b])[0, 1]) < 0.2


def test_other_seeds_are_drawn_for_each_task_by_itself():
    # All sentences alike: only seeds make a difference.
    hits = np.repeat([[5], [6]], SENTENCES, axis=1)
    counts = np.stack([hits, np.full_like(hits, 10)], axis=-1)
    tasks = (Task.POS, Task.DEP)
    drawn = Comparisons(
        {"a": dict.fromkeys(tasks, "run")},
        {task: {"run": counts} for task in tasks},
        name_sentences(tasks, dict.fromkeys(tasks, "tweebank")),
        PARAMS,
    )
    found = [np.sign(drawn.replicates("a", task) - 55) for task in tasks]
    assert abs(np.corrcoef(found)[0, 1]) < 0.2


def test_mnrg_counts_the_sentences_of_two_tasks_once(comparisons):
    corpora = {Task(task): "tweebank" if task in ("pos", "dep") else task for task in TASKS}
    rows = comparisons.rows
    counts = {
        Task(task): {run: counts_of(share) for run in (f"mono-{task}", "multi", "as-is")}
        for task, share in TASKS.items()
    }
    found = Comparisons(rows, counts, name_sentences(map(Task, TASKS), corpora), PARAMS)
    gain = found.compare_mnrg("multi_task_learning", "mono_task_learning")
    assert gain.sentences == 3 * SENTENCES


def test_seeds_that_disagree_are_counted():
    down = counts_of(0.5, stream=1)
    up = down.copy()
    up[0, :, 0] += 2
    up[1, :20, 0] -= 1
    rows = {"a": {Task.POS: "up"}, "b": {Task.POS: "down"}}
    counts = {Task.POS: {"up": up, "down": down}}
    (found,) = Comparisons(rows, counts, name_sentences(counts), PARAMS).compare("a", "b")
    assert found.difference > 0
    assert (found.seeds, found.seeds_agreeing) == (2, 1)


def test_a_row_with_fewer_seeds_is_compared_on_those_that_both_have():
    down, up = counts_of(0.5, seeds=3, stream=1), counts_of(0.6, seeds=1, stream=2)
    rows = {"mono_task_learning": dict.fromkeys(map(Task, TASKS), "down")}
    rows["mine"] = dict.fromkeys(map(Task, TASKS), "up")
    counts = {Task(task): {"down": down, "up": up} for task in TASKS}
    found = Comparisons(rows, counts, name_sentences(counts), PARAMS)
    first = found.compare("mine", "mono_task_learning")[0]
    assert (first.seeds, first.seeds_agreeing) == (1, 1)
    # As the tables have it: of all seeds of either row.
    assert first.mean_b == pytest.approx(100 * down[..., 0].mean() / 10)
    assert found.compare_mnrg("mine", "mono_task_learning").seeds == 1
    # A second training of the single one could have come out otherwise.
    single = {task: {"down": down[:1], "up": up} for task in counts}
    alone = Comparisons(rows, single, name_sentences(counts), PARAMS)
    (other, *_) = alone.compare("mine", "mono_task_learning")
    assert first.ci_high - first.ci_low > other.ci_high - other.ci_low


def test_common_seeds_that_say_the_opposite_are_no_evidence():
    up = counts_of(0.5, seeds=3, stream=1)
    up[0, :, 0] -= 3
    up[1:, :, 0] += 3
    rows = {"a": {Task.POS: "up"}, "b": {Task.POS: "down"}}
    counts = {Task.POS: {"up": up, "down": counts_of(0.5, seeds=1, stream=1)}}
    (found,) = Comparisons(rows, counts, name_sentences(counts), PARAMS).compare("a", "b")
    assert found.difference > 0
    assert (found.p, found.seeds, found.seeds_agreeing) == (1.0, 1, 0)


def test_the_frame_has_every_pair_once_the_later_row_first(comparisons):
    frame = differences_frame(comparisons)
    pairs = frame[["a", "b"]].drop_duplicates().to_numpy().tolist()
    assert ["multi_task_learning", "mono_task_learning"] in pairs
    assert ["mono_task_learning", "multi_task_learning"] not in pairs
    assert len(pairs) == 6
    gains = frame[frame["metric"] == "mnrg"]
    assert len(gains) == 3
    assert gains["p"].isna().all()
    assert frame.equals(differences_frame(comparisons))


def test_counts_that_do_not_come_to_their_score_are_refused(scores):
    record = read_record(RunScores, "scores", scores[0])
    check_counts(record, Task.POS, np.array([[40, 50], [39, 50]]))
    with pytest.raises(
        MutspadError, match=r"run mono, seed 1: expected counts with pos accuracy 79.0"
    ):
        check_counts(record, Task.POS, np.array([[40, 50], [40, 50]]))


def test_rows_stand_in_the_order_of_the_tables_and_end_with_the_choices(read_results):
    rows = list_rows(read_results())
    assert list(rows) == [
        "mono_task_learning",
        "multi_task_learning",
        "mono_task_pretraining_as_is",
        "without_unification",
        "source_unification",
        "source_target_unification",
        "mutspad_best_on_test",
        "mutspad_chosen_on_dev",
    ]
    # Chosen by the scores of the small world, on test and on dev; POS, DP, NER, CK.
    best, chosen = rows["mutspad_best_on_test"], rows["mutspad_chosen_on_dev"]
    assert list(best.values()) == ["plain", "source", "plain", "source"]
    assert list(chosen.values()) == ["both", "both", "source", "plain"]


def test_every_score_of_every_seed_is_listed(scores):
    book = ScoreBook("paper", (1, 2), scores)
    frame = seeds_frame({"row": {Task.DEP: "as-is", Task.POS: "mono"}}, book)
    assert len(frame) == 2 * 2 * 4
    found = frame[(frame["metric"] == "las") & (frame["split"] == "test")]
    assert found[["seed", "score"]].to_numpy().tolist() == [[1, 49.0], [2, 51.0]]


def test_a_frame_of_nothing_has_its_columns():
    frame = differences_frame(Comparisons({}, {}, {}, PARAMS))
    assert isinstance(frame, pd.DataFrame)
    assert list(frame.columns)[:3] == ["a", "b", "task"]


@pytest.mark.parametrize("change", [{"shuffles": 0}, {"confidence": 1.0}, {"seed": -1}])
def test_impossible_parameters_are_refused(change):
    with pytest.raises(ValidationError):
        StatisticsParams(**(PARAMS.model_dump() | change))
