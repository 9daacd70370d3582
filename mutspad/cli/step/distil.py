"""Train the small model on what its teachers have labelled, and make it ready to publish.

Example: mutspad step distil --plan results/demo/plan.json --results results/demo

results/<experiment>/distilled/
├── model.json, weights.safetensors    in half precision
├── neighbours.safetensors    which words are read as the nearest word with a vector of its own
├── README.md      the model card: data, licences, scores beside the teachers'
├── scores.json    dev and test scores of these files, and the teachers'
└── history.csv    losses and dev scores, epoch by epoch
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import click
import pandas as pd

from mutspad.cli.options import plan_option, raw_files_options, results_option, seconds_option
from mutspad.config.params import Run
from mutspad.data.conllup import read_conllup
from mutspad.data.download import fetch
from mutspad.data.lexicon import read_lexicon
from mutspad.data.neighbours import find_neighbours
from mutspad.data.predictions import read_predictions, select_predictions
from mutspad.data.sentence import Sentence
from mutspad.data.vector_source import choose_source
from mutspad.data.vectors import NO_VECTORS, list_words, open_vectors
from mutspad.evaluation.score import score_layers
from mutspad.files import write_json, write_text
from mutspad.fingerprint import code_of
from mutspad.models.checkpoint import LoadedModel, load_model
from mutspad.plan.layout import HISTORY, PREDICTED, Layout
from mutspad.plan.plan import read_plan
from mutspad.tagging.distil import reduce_lexicon
from mutspad.tagging.export import export_model
from mutspad.tasks import Task
from mutspad.training.predict import annotate_corpora
from mutspad.training.resume import Checkpoint, identify
from mutspad.training.stages import fit_run

Predictions = dict[str, dict[Task, list[Sentence]]]


@click.command("distil")
@plan_option
@results_option
@seconds_option
@raw_files_options
def command(
    *,
    plan_file: Path,
    results: Path,
    seconds: float,
    raw: Path,
    mirror: Path | None,
    licensed: Path | None,
) -> None:
    """Reduce the words, train, find neighbours, round, score, write the card."""
    plan, layout = read_plan(plan_file), Layout(results)
    run, seed, params = plan.resolve_student(), plan.seeds[0], plan.params.distil
    labelled, folder = layout.labelled(run.domain), layout.distilled / "lexicon"
    lexicon = read_lexicon(folder)
    sentences = read_conllup(labelled)
    code = code_of("mutspad.cli.step.distil", "numpy", "torch")
    identity = identify(code + run.model_dump_json(), seed, [labelled, folder])
    checkpoint = Checkpoint(layout.checkpoint(run.name, seed), identity, seconds)
    gold = {
        split: {
            t: read_conllup(layout.corpus(run.domain, t, f"{split}.conllup")) for t in run.tasks
        }
        for split in PREDICTED
    }
    fitted = fit_run(
        run,
        seed=seed,
        train=sentences,
        dev=gold["dev"],
        lexicon=reduce_lexicon(
            lexicon,
            sentences,
            words=params.words,
            dim=params.dim,
            min_count=params.min_count,
        ),
        parent=None,
        checkpoint=checkpoint,
    )
    history = pd.DataFrame([record.as_row() for record in fitted.history])
    write_text(layout.distilled / HISTORY, history.to_csv(index=False, float_format="%.6g"))
    vectors = plan.params.vectors
    get = partial(fetch, raw_dir=raw, mirror=mirror, licensed=licensed)
    # That of the lexicon: where it is the substitute, nothing is fetched again.
    named = vectors.source if lexicon.substitute_for is None else vectors.substitute
    source, path = choose_source(named or NO_VECTORS, None, get)
    words = list_words(source, params.neighbours, dim=vectors.dim, path=path)
    table = open_vectors(source, set(words), dim=vectors.dim, path=path)
    neighbours = find_neighbours(words, table, lexicon, fitted.vocabulary.word_rows)
    vocabulary = replace(fitted.vocabulary, neighbours=neighbours)
    trained = LoadedModel(fitted.model, vocabulary, fitted.run, seed)
    export_model(trained, layout.distilled)
    exported = load_model(layout.distilled)
    predicted = {
        split: annotate_corpora(exported, gold[split], multi_root=run.multi_root)
        for split in PREDICTED
    }
    scores = {
        "scores": _score(run, gold, predicted),
        "teachers": plan.teachers,
        "method": plan.params.distil.teacher,
        "teacher_scores": _score(run, gold, _read_teachers(layout, plan.teachers, seed, gold)),
    }
    write_json(layout.distilled / "scores.json", scores)
    export_model(
        exported,
        layout.distilled,
        scores=scores,
        ancestors=[
            plan.resolve(model)
            for teacher in dict.fromkeys(plan.teachers.values())
            for model in plan.lineage(teacher)
        ],
    )
    checkpoint.remove()


def _read_teachers(
    layout: Layout, teachers: Mapping[Task, str], seed: int, gold: Predictions
) -> Predictions:
    """Read what the teachers predicted on the same sentences."""
    read: Predictions = {}
    for split, corpora in gold.items():
        read[split] = {}
        for task, sentences in corpora.items():
            path = layout.predictions(teachers[task], seed, split)
            read[split][task] = select_predictions(read_predictions(path), task, sentences, path)
    return read


def _score(run: Run, gold: Predictions, predicted: Predictions) -> dict[str, Any]:
    """Score each task and split."""
    return {
        str(task): {
            split: score_layers(task, gold[split][task], predicted[split][task])
            for split in PREDICTED
        }
        for task in run.tasks
    }
