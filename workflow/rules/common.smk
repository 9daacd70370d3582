# What Snakemake alone needs: the plan of the experiment, and short names for what it is asked most.
import os
import re
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError

from mutspad.config.base import SPLITS
from mutspad.config.load import load_params
from mutspad.data.registry import load_registry
from mutspad.errors import MutspadError
from mutspad.fingerprint import code_of
from mutspad.plan.build import build_plan
from mutspad.plan.files import ELMO_FILES, Files
from mutspad.plan.layout import HISTORY, MODEL_FILES, PREDICTED
from mutspad.plan.plan import digest, write_plan
from mutspad.tasks import TASKS

MIRROR = os.environ.get("MUTSPAD_MIRROR")
LICENSED = os.environ.get("MUTSPAD_LICENSED")

# The plan is written whenever this file is read, a dry run included, and not by a job: all jobs behind a job that runs would
# run again, where only the models shall whose own resolved file has changed.
# There is no `configfile:`, so `config` holds what the user said by --config and --configfile and nothing else: it wins over
# params.yaml and over the experiment's overlay.
try:
    PARAMS = load_params("params.yaml", config)
    PLAN = build_plan(PARAMS, mirror=MIRROR, licensed=LICENSED)
    FILES = Files(PLAN, MIRROR, LICENSED)
    AT = PLAN.layout
    write_plan(PLAN, AT)
    # What the pages of the report show.
    config["experiment"], config["target"] = PARAMS.experiment, PLAN.target
    config["sources"] = " and ".join(
        domain for domain in PARAMS.domains if domain != PLAN.target
    )
    ABLATED = PLAN.ablated
except MutspadError as error:
    raise WorkflowError(str(error)) from None

REGISTRY = load_registry()
RESULTS = str(AT.root)
PREDICTED_FILES = [f"{split}.conllup" for split in PREDICTED]
CORPUS_FILES = [*(f"{split}.conllup" for split in SPLITS), "summary.json"]
# The words of a part are those of the whole domain: a further part must not have all trained again.
WHOLE = [name for name, domain in PARAMS.domains.items() if not domain.sentence_budget]

# Jobs inherit the environment. They call `python -m mutspad.cli`: the Python that runs Snakemake, whether or not .venv is
# activated. How often a training is kept changes no result: as one of a rule's params, it would have everything trained
# again.
os.environ.update(
    PATH=os.pathsep.join(
        [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
    ),
    MUTSPAD_CHECKPOINT_SECONDS=str(PARAMS.checkpoint_seconds),
)


def one_of(values):
    """Build a wildcard constraint that lets exactly these values through."""
    return "|".join(map(re.escape, values)) or "(?!)"


# Nothing is made of a seed whose results are in git: what of it is missing stops the run, and is not trained again.
wildcard_constraints:
    corpus=r"[^/]+/[^/]+",
    domain=one_of(PARAMS.domains),
    encoder=one_of(PARAMS.encoders),
    model=one_of(PLAN.models),
    seed=one_of(map(str, PLAN.trained_seeds)),
    task=one_of(TASKS),


def resolved(wildcards):
    """Name the resolved file of a model."""
    return str(AT.resolved(wildcards.model))


def training_files(wildcards):
    """List what the training of a model reads."""
    return FILES.training(wildcards.model, wildcards.seed)


def gpus(wildcards):
    """Ask for a GPU where the training insists on one: `--resources gpu=12` lets twelve share a card."""
    return 1 if PLAN.resolve(wildcards.model).training.device == "cuda" else None


# Each asks for 1.5 times the largest of its kind in benchmarks/ or more (tests/contract/test_workflow.py); rules that
# ask for nothing take the default of profiles/default.
def growing(amount):
    """Ask for an amount, for twice as much at the second try, and so on."""
    return lambda wildcards, attempt: amount * attempt
