"""Results in which it is known how every claim must come out."""

import numpy as np
import pytest

from mutspad.config.sections import StatisticsParams
from mutspad.report.claims.judging import Material
from mutspad.report.statistics.comparisons import Comparisons, list_rows
from mutspad.report.statistics.trainings import Training
from mutspad.tasks import Task

PARAMS = StatisticsParams(shuffles=400, resamples=400, confidence=0.95, seed=13)
SENTENCES = 80
# Right words of twenty in each sentence: POS, DP, NER, CK.
STRENGTHS = {
    "mono": (10, 8, 6, 9),
    "multi": (11, 12, 8, 11),
    "as-is": (0, 8, 0, 9),
    "plain": (13, 14, 12, 14),
    "source": (15, 16, 14, 16),
    "both": (17, 18, 10, 14),
}
ORDER = (Task.POS, Task.DEP, Task.NER, Task.CHUNK)


def draw_counts(hits, stream, seeds=2):
    """Draw counts of twenty words a sentence that scatter around some hits, seeds by one word."""
    rng = np.random.default_rng(stream)
    found = np.repeat(hits + rng.integers(-2, 3, (1, SENTENCES)), seeds, axis=0)
    found[range(seeds), range(seeds)] += 1
    found = np.clip(found, 0, 20)
    return np.stack([found, np.full_like(found, 20)], axis=-1)


def name_sentences():
    """Name the test sentences of each task; POS and DP have one corpus, as in TweeBank."""
    corpora = dict.fromkeys(ORDER, "tweebank") | {Task.NER: "wnut", Task.CHUNK: "tchunk"}
    return {task: [f"{corpora[task]}-{n}" for n in range(SENTENCES)] for task in ORDER}


@pytest.fixture
def params():
    return PARAMS


@pytest.fixture
def build_material(read_results, report):
    """Build results; `strengths` moves runs, `rows` adds rows of Table 2."""

    def call(*, strengths=None, rows=None, **changes):
        levels = STRENGTHS | (strengths or {})
        table2 = report.table2 | {
            row: dict.fromkeys(ORDER, run) for row, run in (rows or {}).items()
        }
        passed = changes.keys() & {"experiment", "unavailable", "seeds", "scores"}
        results = read_results(
            report=report.model_copy(update={"table2": table2, "table3": report.table3}),
            **{name: changes[name] for name in passed},
        )
        n_seeds = len(changes.get("seeds", (1, 2)))
        counts = {
            task: {
                run: draw_counts(
                    level[place], 10 * place + number, changes.get("n_seeds", {}).get(run, n_seeds)
                )
                for number, (run, level) in enumerate(levels.items())
                if run != "as-is" or task in (Task.DEP, Task.CHUNK)
            }
            for place, task in enumerate(ORDER)
        }
        return Material(
            results,
            Comparisons(list_rows(results), counts, name_sentences(), PARAMS),
            changes.get("trainings", {}),
            changes.get("units"),
            changes.get("min_support", 1),
        )

    return call


@pytest.fixture
def train():
    """Build trainings from dev scores."""

    def call(*dev, max_epochs=9):
        return [Training(tuple(map(float, scores)), max_epochs) for scores in dev]

    return call
