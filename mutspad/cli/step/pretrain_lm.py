"""Train a small ELMo of our own on raw text.

Example: mutspad step pretrain-lm --text results/demo/text/tweets.txt
         --text results/demo/text/news.txt --params '{"token_budget": 700000, ...}'
         --output results/demo/language_model

Interrupted, the same command goes on from the checkpoint and ends with the same bytes.

results/<experiment>/language_model/
├── options.json    sizes, as the published models have them
├── weights.hdf5    weights, as the published models have them
├── history.csv     loss and held-out perplexity, epoch by epoch
└── summary.json    tokens, epochs, parameters, held-out perplexity and that of word frequencies
"""

from pathlib import Path

import click

from mutspad.cli.options import code_option, path_option, seconds_option
from mutspad.config.params import parse_json
from mutspad.config.sections import LanguageModelParams
from mutspad.data.text import read_text
from mutspad.files import write_csv, write_json
from mutspad.models.elmo_format import OPTIONS, WEIGHTS
from mutspad.training.pretrain_lm import fit_language_model
from mutspad.training.resume import Checkpoint, identify


@click.command("pretrain-lm")
@path_option(
    "--text", multiple=True, help="Text file, one tokenised sentence a line; repeat for several."
)
@click.option(
    "--params",
    "params_json",
    required=True,
    help="The section language_model of params.yaml, as JSON.",
)
@path_option(
    "--checkpoint",
    required=False,
    help="File with the state of an interrupted training: resumed from if there, and written to.",
)
@seconds_option
@code_option
@path_option(
    "--output", help="Folder to write: the model in ELMo's format, its history and summary."
)
def command(
    *,
    text: tuple[Path, ...],
    params_json: str,
    checkpoint: Path | None,
    seconds: float,
    code: str,
    output: Path,
) -> None:
    """Read the texts, train, write the model and its history."""
    expected = "the section language_model as JSON"
    params = parse_json(LanguageModelParams, params_json, "--params", expected)
    kept = None
    if checkpoint is not None:
        identity = identify(f"{code} {params_json}", params.seed, text)
        kept = Checkpoint(checkpoint, identity, seconds)
    fitted = fit_language_model([read_text(path) for path in text], params, kept)
    write_csv(output / "history.csv", fitted.history)
    write_json(output / "summary.json", fitted.summary())
    fitted.elmo.to_files(output / OPTIONS, output / WEIGHTS)
    if kept is not None:
        kept.remove()
