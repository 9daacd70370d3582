"""The lines of the table: what is compared with what, and the goal."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """Hold one line.

    Parameters
    ----------
    name
        As `--only` and `results.json` call it.
    title, peer
        What is measured, and what stands against it; no peer where the goal alone
        decides.
    unit
        Of the samples. More is better where it ends with `/s`.
    goal
        Of ours / peer in that unit's own sense: how many times as fast where `at_least`, else the
        share of the peer's time; without a peer, the largest sample allowed.
    at_least
        Whether the goal is a least or a largest value.
    """

    name: str
    title: str
    peer: str | None
    unit: str
    goal: float
    at_least: bool = False

    @property
    def more_is_better(self) -> bool:
        """Return whether a large sample is a fast one."""
        return self.unit.endswith("/s")


LINES = (
    Line(
        "train-dep",
        "train the mono-task DP model of the paper experiment on UD-EWT",
        "Stanza, `stanza.models.parser`, its defaults, no tags, same vectors",
        "words/s",
        10,
        at_least=True,
    ),
    Line(
        "train-pos",
        "train the mono-task POS model of the paper experiment on UD-EWT",
        "Flair SequenceTagger, word + char LSTM, hidden 200, no CRF, batch 16, same vectors",
        "words/s",
        8,
        at_least=True,
    ),
    Line(
        "unified-epoch",
        "one epoch of MuTSPad on unified data, all four tasks",
        "the sum of the four mono-task epochs on the same sentences",
        "s per 1,000 words",
        0.6,
    ),
    Line(
        "predict",
        "predict all four tasks on TweeBank test, from tokens",
        "spaCy en_core_web_md, tagger + parser + NER",
        "words/s",
        2,
        at_least=True,
    ),
    Line(
        "predict-stanza",
        "predict all four tasks on tweets of TweeBank test, from tokens",
        "Stanza: tagger, parser and NER of its English sizes, with character language models",
        "words/s",
        20,
        at_least=True,
    ),
    Line(
        "cold-start",
        "load a trained model and predict the first tweet, cold process",
        "spaCy en_core_web_md, the same",
        "s",
        0.5,
    ),
    Line(
        "ablation",
        "ablate all units, four tasks, TweeBank dev",
        "the naive loop: one model and one pass a unit",
        "s",
        20,
        at_least=True,
    ),
    Line(
        "two-cores",
        "`snakemake --cores 2` on training jobs of the quick experiment",
        "`snakemake --cores 1`",
        "s",
        1.8,
        at_least=True,
    ),
    Line("quick-clock", "the quick experiment, one seed, all rows", None, "min", 45),
    Line("paper-clock", "the paper experiment, one seed, rows that can run", None, "min", 180),
    Line("paper-memory", "peak memory of any job of the paper experiment", None, "GiB", 4),
)
