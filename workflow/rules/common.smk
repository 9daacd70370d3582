# The only file with functions: reads the parameters once, answers "which files does this job need".
import json
import os
import re
import sys
from pathlib import Path
from typing import NamedTuple

from snakemake.exceptions import WorkflowError

from mutspad.config import leave_out, parse_params, resolve_run
from mutspad.data.encoder_files import list_files, package_version
from mutspad.data.registry import choose_corpora, load_registry
from mutspad.errors import MutspadError
from mutspad.fingerprint import code_of
from mutspad.tasks import TASKS

MIRROR = os.environ.get("MUTSPAD_MIRROR")
LICENSED = os.environ.get("MUTSPAD_LICENSED")

try:
    PARAMS = parse_params(config)
    REGISTRY = load_registry()
    CHOICES = choose_corpora(
        PARAMS.corpora.domains,
        PARAMS.corpora.substitutes,
        substitution=PARAMS.corpora.substitution,
        raw_dir=Path("raw"),
        mirror=MIRROR,
        licensed=LICENSED,
    )
except MutspadError as error:
    raise WorkflowError(str(error)) from None

# Jobs inherit the environment. They call `python -m mutspad.cli`: the Python that runs Snakemake, whether or not .venv is
# activated. How often a training is kept changes no result: as one of a rule's params, it would have everything trained
# again.
os.environ.update(
    PATH=os.pathsep.join(
        [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
    ),
    MUTSPAD_CHECKPOINT_SECONDS=str(PARAMS.checkpoint_seconds),
)
RESULTS = f"results/{PARAMS.experiment}"
LANGUAGE_MODEL = f"{RESULTS}/language_model"


class Page(NamedTuple):
    """Say where the report shows a Markdown file of the results."""

    source: str
    category: str
    title: str


PAGES = {
    "table1": Page("tables/table1.md", "Tables", "Table 1: corpora"),
    "table2": Page("tables/table2.md", "Tables", "Table 2: methods"),
    "table3": Page("tables/table3.md", "Tables", "Table 3: unification"),
    "table4": Page("tables/table4.md", "Tables", "Table 4: units"),
    "claims": Page("claims.md", "Findings", "What the paper says, judged"),
    "silver": Page("statistics/silver.md", "Findings", "How good silver labels are"),
}


def is_missing(encoder):
    """Say whether an ELMo of the registry is nowhere on this machine; nobody is made to fetch 400 MB unasked."""
    return encoder.source in REGISTRY.corpora and bool(
        REGISTRY.corpus(encoder.source).missing(("raw", MIRROR, LICENSED))
    )


PARAMS, UNAVAILABLE_ROWS = leave_out(
    PARAMS, [name for name, encoder in PARAMS.encoders.items() if is_missing(encoder)]
)
SPLITS = ("train", "dev", "test")
CORPORA = [f"{domain}/{task}" for domain, tasks in CHOICES.items() for task in tasks]
RUNS_OF = {
    phase: [name for name, run in PARAMS.runs.items() if run.phase == phase]
    for phase in ("baselines", "pretrain", "finetune")
}
ONE_TASK_RUNS = [name for name, run in PARAMS.runs.items() if len(run.tasks) == 1]
ALL_TASK_RUNS = [name for name, run in PARAMS.runs.items() if len(run.tasks) > 1]
MODEL_FILES = ("model.json", "weights.safetensors")
ELMO_FILES = ("options.json", "weights.hdf5")


def one_of(values):
    """Build a wildcard constraint that lets exactly these values through."""
    return "|".join(map(re.escape, values)) or "(?!)"


wildcard_constraints:
    domain=one_of(PARAMS.corpora.domains),
    task=one_of(TASKS),
    run=one_of(PARAMS.runs),
    encoder=one_of(PARAMS.encoders),
    seed=r"\d+",


def choice_of(corpus):
    """Find which corpora serve `<domain>/<task>`."""
    domain, task = corpus.split("/")
    return CHOICES[domain][task]


def raw_files(wildcards):
    """List the raw files behind `<domain>/<task>`."""
    return [
        str(file)
        for name in choice_of(wildcards.corpus).names
        for file in REGISTRY.corpus(name).local_files("raw", MIRROR, LICENSED)
    ]


def has_references(corpus):
    """Say whether the corpus also has its trees with one root (TweeBank's `.fixed` files)."""
    _, task = corpus.split("/")
    return task == "dep" and any(
        REGISTRY.corpus(name).single_root_references for name in choice_of(corpus).names
    )


def prepare_flags(wildcards):
    """Say to `prepare` what to read and what to do with it."""
    domain, task = wildcards.corpus.split("/")
    choice = choice_of(wildcards.corpus)
    flags = [f"--domain={domain}", f"--task={task}"]
    flags += [f"--corpus={name}" for name in choice.names]
    if choice.substitute_for:
        flags.append(f"--substitute-for={choice.substitute_for}")
    if domain in PARAMS.corpora.anonymised:
        flags.append("--anonymise")
    if domain in PARAMS.corpora.token_budget:
        flags.append(f"--token-budget={PARAMS.corpora.token_budget[domain]}")
    return flags


def processed_files():
    """List every file of the processed corpora."""
    names = [f"{split}.conllup" for split in SPLITS] + ["summary.json"]
    references = ["dev.single-root.conllup", "test.single-root.conllup"]
    return [
        f"{RESULTS}/corpora/{corpus}/{name}"
        for corpus in CORPORA
        for name in names + (references if has_references(corpus) else [])
    ]


def unlabelled_files(wildcards):
    """List the raw text of a domain."""
    return [
        str(path)
        for name in PARAMS.corpora.unlabelled.get(wildcards.domain, ())
        for path in REGISTRY.corpus(name).local_files("raw", MIRROR, LICENSED)
    ]


def splits_of(domain):
    """List every split of every task of a domain."""
    return [
        f"{RESULTS}/corpora/{domain}/{task}/{split}.conllup"
        for task in CHOICES[domain]
        for split in SPLITS
    ]


def encoder_folder(encoder):
    """Name the folder of an encoder's files; None for one that its library finds by itself."""
    source = PARAMS.encoders[encoder].source
    if source == "language_model":
        return LANGUAGE_MODEL
    if source in REGISTRY.corpora:
        return folder_of(
            [
                str(path)
                for path in REGISTRY.corpus(source).local_files("raw", MIRROR, LICENSED)
            ]
        )
    return source if PARAMS.encoders[encoder].kind == "elmo" else None


def encoder_files(wildcards):
    """List the files of an encoder; none of one that a package or the hub holds."""
    folder = encoder_folder(wildcards.encoder)
    if folder:
        return [f"{folder}/{name}" for name in ELMO_FILES]
    return [str(path) for path in list_files(PARAMS.encoders[wildcards.encoder].source)]


def encoder_version(wildcards):
    """Name the version of the package that holds an encoder, if one does."""
    return package_version(PARAMS.encoders[wildcards.encoder].source)


def trained_source(run):
    """Name the source of the encoder that a run trains; nothing for other runs."""
    encoder = PARAMS.encoders.get(PARAMS.runs[run].encoder)
    return encoder.source if encoder is not None and encoder.trained else ""


def trained_files(wildcards):
    """List the files of the encoder that the job's run trains."""
    return [str(path) for path in list_files(trained_source(wildcards.run))]


def trained_version(wildcards):
    """Name the version of the package that holds the encoder that the job's run trains."""
    return package_version(trained_source(wildcards.run))


def encoder_flags(wildcards):
    """Say to `embed` where the files of an ELMo are."""
    folder = encoder_folder(wildcards.encoder)
    return [f"--folder={folder}"] if folder else []


def contextual_stem(run):
    """Name the cached vectors that a run reads, without suffix; None when it reads none."""
    name = PARAMS.runs[run].encoder
    if name is None or PARAMS.encoders[name].trained:
        return None
    return f"{RESULTS}/contextual/{name}/{PARAMS.runs[run].domain}"


def contextual_files_of(run):
    """List the cached vectors that a run reads."""
    stem = contextual_stem(run)
    return [f"{stem}.npy", f"{stem}.json"] if stem else []


def contextual_flag_of(run):
    """Hand the cached vectors to whoever uses the run's model."""
    stem = contextual_stem(run)
    return [f"--contextual={stem}"] if stem else []


def contextual_files(wildcards):
    """List the cached vectors that the job's run reads."""
    return contextual_files_of(wildcards.run)


def contextual_flag(wildcards):
    """Hand the cached vectors to `fit` and `predict`."""
    return contextual_flag_of(wildcards.run)


def contextual_vectors():
    """List every cache that some run reads."""
    stems = dict.fromkeys(filter(None, map(contextual_stem, PARAMS.runs)))
    return [f"{stem}.{kind}" for stem in stems for kind in ("npy", "json")]


def adversarial_files(wildcards):
    """List the text that an adversarial run is to tell no more from its own."""
    target = PARAMS.runs[wildcards.run].adversarial
    return [f"{RESULTS}/text/{target}.txt"] if target else []


def adversarial_flag(wildcards):
    """Hand the other domain's text to `fit`."""
    return [f"--unlabelled={path}" for path in adversarial_files(wildcards)]


def ablation_folder():
    """Name the folder of what was found inside the network (paper 5.5): one model, the first seed's."""
    return f"{RESULTS}/ablation/{PARAMS.ablation.run}/seed{PARAMS.seeds[0]}"


def ablation_corpora():
    """Name the folder of the corpora of the model to look into."""
    return f"{RESULTS}/corpora/{PARAMS.runs[PARAMS.ablation.run].domain}"


def ablation_model():
    """Name the folder of the model to look into."""
    return model_folder(PARAMS.ablation.run, PARAMS.seeds[0])


def ablation_files():
    """List what is found inside the network."""
    return [
        f"{ablation_folder()}/{name}"
        for name in (
            *(f"{task}.{kind}" for task in TASKS for kind in ("csv", "json")),
            "activations.json",
        )
    ]


def unavailable_flags():
    """Say to `tabulate` and `claim` which rows need weights that are not on this machine."""
    where = "its ELMo is in none of raw/, the mirror and the licensed folder"
    return [f"--unavailable={row}={where}" for row in UNAVAILABLE_ROWS]


def vector_flags():
    """Say to `build-lexicon` which word vectors to use."""
    vectors = PARAMS.vectors
    flags = [f"--source={vectors.source}", f"--dim={vectors.dim}"]
    if vectors.substitute:
        flags.append(f"--substitute={vectors.substitute}")
    if vectors.lowercase:
        flags.append("--lowercase")
    if vectors.scale:
        flags.append(f"--scale={vectors.scale}")
    return flags


def corpora_folder(wildcards):
    """Name the folder of the run's domain."""
    return f"{RESULTS}/corpora/{PARAMS.runs[wildcards.run].domain}"


def corpora_of(wildcards, *splits):
    """List the splits of every task of the run."""
    run = PARAMS.runs[wildcards.run]
    return [
        f"{RESULTS}/corpora/{run.domain}/{task}/{split}.conllup"
        for task in run.tasks
        for split in splits
    ]


def training_files(wildcards):
    """List what the run trains on: each task's own corpus, or the unified one (paper 4.2)."""
    run = PARAMS.runs[wildcards.run]
    if run.unified:
        return [f"{RESULTS}/unified/{run.domain}/seed{wildcards.seed}/train.conllup"]
    return corpora_of(wildcards, "train")


def unified_flag(wildcards):
    """Hand the unified training set to `fit` when the run trains on it."""
    unified = PARAMS.runs[wildcards.run].unified
    return [f"--unified={training_files(wildcards)[0]}"] if unified else []


def folder_of(files):
    """Name the folder that these files share."""
    return os.path.commonpath([os.path.dirname(file) for file in files])


def model_folder(run, seed):
    """Name the folder of a trained model."""
    return f"{RESULTS}/{PARAMS.runs[run].phase}/{run}/seed{seed}"


def parent_folder(wildcards):
    """Name the folder of the model that the run starts from."""
    return model_folder(PARAMS.runs[wildcards.run].parent, wildcards.seed)


def parent_files(wildcards):
    """List the files of the model that the run starts from; none when it starts afresh."""
    if PARAMS.runs[wildcards.run].parent is None:
        return []
    return [f"{parent_folder(wildcards)}/{name}" for name in MODEL_FILES]


def parent_flag(wildcards):
    """Hand the model that the run starts from to `fit`, when there is one."""
    parent = PARAMS.runs[wildcards.run].parent
    return [f"--parent={parent_folder(wildcards)}"] if parent else []


def predictor_folder(wildcards):
    """Name the model that predicts for the run: its own, or the parent's when applied as it is."""
    if PARAMS.runs[wildcards.run].phase == "as-is":
        return parent_folder(wildcards)
    return model_folder(wildcards.run, wildcards.seed)


def predictor_files(wildcards):
    """List the files of the model that predicts for the run."""
    return [f"{predictor_folder(wildcards)}/{name}" for name in MODEL_FILES]


def labellers(wildcards):
    """Map each task to the mono-task model that writes silver labels in the domain (paper 4.2.2)."""
    return {
        task: model_folder(run, wildcards.seed)
        for task, run in PARAMS.unify[wildcards.domain].items()
    }


def labeller_files(wildcards):
    """List the files of the models that write silver labels."""
    return [
        f"{folder}/{name}"
        for folder in labellers(wildcards).values()
        for name in MODEL_FILES
    ]


def labeller_flags(wildcards):
    """Hand the models that write silver labels to `unify`."""
    return [
        f"--labeller={task}={folder}" for task, folder in labellers(wildcards).items()
    ]


def models(runs):
    """List the model files of these runs, all seeds; none where a parent is applied as it is."""
    return [
        f"{model_folder(run, seed)}/{name}"
        for run in runs
        if PARAMS.runs[run].phase in RUNS_OF
        for seed in PARAMS.seeds
        for name in MODEL_FILES
    ]


def predictions_of(run, seed):
    """List the prediction files of a run and seed."""
    return [
        f"{RESULTS}/predictions/{run}/seed{seed}/{task}.{split}.conllup"
        for task in PARAMS.runs[run].tasks
        for split in ("dev", "test")
    ]


def predictions(runs):
    """List the prediction files of these runs, all seeds."""
    return [
        path
        for run in runs
        for seed in PARAMS.seeds
        for path in predictions_of(run, seed)
    ]


def single_root_references(wildcards):
    """List the single-root references that the run is scored on beside its own."""
    run = PARAMS.runs[wildcards.run]
    return [
        f"{RESULTS}/corpora/{run.domain}/dep/{split}.single-root.conllup"
        for split in ("dev", "test")
        if "dep" in run.tasks and has_references(f"{run.domain}/dep")
    ]


def single_root_flags(wildcards, input):
    """Hand the single-root references to `score`, each with its split."""
    return [
        f"--single-root={os.path.basename(path).partition('.')[0]}={path}"
        for path in input.single_root
    ]


def scores(runs):
    """List the score files of these runs, all seeds."""
    return [
        f"{RESULTS}/scores/{run}/seed{seed}.json"
        for run in runs
        for seed in PARAMS.seeds
    ]


def behind_units():
    """List the model that is looked into, and what is found inside."""
    return [*models([PARAMS.ablation.run]), *ablation_files()]


def behind_scores(runs):
    """List the models, predictions and scores of these runs, all seeds."""
    return [*models(runs), *predictions(runs), *scores(runs)]


def summaries():
    """List the summaries of every corpus."""
    return [f"{RESULTS}/corpora/{corpus}/summary.json" for corpus in CORPORA]


def tables(*numbers):
    """List the files of these tables."""
    return [
        f"{RESULTS}/tables/table{number}.{kind}"
        for number in numbers
        for kind in ("csv", "md")
    ]


def unit_table():
    """List the files of Table 4."""
    return [f"{RESULTS}/tables/table4.{kind}" for kind in ("csv", "md", "html")]


def histories(runs):
    """List how these runs were trained, all seeds; none where a parent is applied as it is."""
    return [
        f"{model_folder(run, seed)}/history.csv"
        for run in runs
        if PARAMS.runs[run].phase in RUNS_OF
        for seed in PARAMS.seeds
    ]


def figures():
    """List the files of the figures."""
    convergence = [f"{RESULTS}/figures/convergence.{kind}" for kind in ("pdf", "png")]
    return convergence + [
        f"{RESULTS}/figures/figure2.{kind}" for kind in ("pdf", "png", "csv")
    ]


def reported_tasks():
    """List the tasks that some row of Tables 2 and 3 was run on."""
    rows = [*PARAMS.report.table2.values(), *PARAMS.report.table3.values()]
    return [task for task in TASKS if any(task in row for row in rows)]


def reported_tests():
    """List the test sets of the runs behind the tables."""
    return sorted(
        {
            f"{RESULTS}/corpora/{PARAMS.runs[run].domain}/{task}/test.conllup"
            for run in PARAMS.report.runs()
            for task in PARAMS.runs[run].tasks
        }
    )


def test_predictions(runs):
    """List the predictions of the test sets by these runs, all seeds."""
    return [path for path in predictions(runs) if path.endswith(".test.conllup")]


def statistics_files():
    """List what `compare` writes."""
    names = ["differences", "seeds", *(f"counts/{task}" for task in reported_tasks())]
    return [f"{RESULTS}/statistics/{name}.csv" for name in names]


def unification_runs():
    """List the runs of Table 3 and those that they were fine-tuned from."""
    runs = [run for row in PARAMS.report.table3.values() for run in row.values()]
    parents = [PARAMS.runs[run].parent for run in runs]
    return list(dict.fromkeys(run for run in [*runs, *parents] if run))


def silver_quality():
    """List how good the silver labels are found to be."""
    return [f"{RESULTS}/statistics/silver.{kind}" for kind in ("csv", "md")]


def behind_silver():
    """List the unified training sets, the labellers' own corpora and what they predict there."""
    gold = [
        f"{RESULTS}/corpora/{domain}/{task}/{split}.conllup"
        for domain, runs in PARAMS.unify.items()
        for task in runs
        for split in SPLITS
    ]
    labelled_by = [run for runs in PARAMS.unify.values() for run in runs.values()]
    unified = [
        f"{RESULTS}/unified/{domain}/seed{seed}/train.conllup"
        for domain in PARAMS.unify
        for seed in PARAMS.seeds
    ]
    return [*unified, *gold, *predictions(labelled_by)]


def precision_flag():
    """Say to `measure-precision` whether some run waits for its answer."""
    runs = [resolve_run(PARAMS, name) for name in PARAMS.runs]
    return ["--asked"] if any(run.training.precision == "auto" for run in runs) else []


def resolved_run(wildcards):
    """Resolve a run, with the corpora that really serve it: substitutes by name."""
    run = resolve_run(PARAMS, wildcards.run)
    used = {task: "+".join(CHOICES[run.domain][task].names) for task in run.tasks}
    return run.model_copy(update={"corpora": used}).model_dump_json()
