# The map: parameters -> plan -> phases -> tables. What depends on what inside a phase stands in workflow/rules/<phase>.smk.
#
# results/<experiment>/
#   plan.json      plan/<model>.json      precision.json
#   corpora/<domain>/<task>/{train,dev,test}.conllup      text/<domain>.txt     lexicon/
#   language_model/      contextual/<encoder>/<domain>.npy
#   models/<model>/seed<k>/      predictions/<model>/seed<k>/{dev,test}.conllup      unified/<domain>/seed<k>/train.conllup
#   scores/<model>/seed<k>.{json,counts.csv,history.csv}  silver/seed<k>.json        data.json
#   ablation/<model>/seed<k>/<task>.csv                   tables/table<n>.{csv,md}
#   figures/{convergence,figure2}.{pdf,png}               statistics/{differences,seeds,silver}.csv
#   distilled/{model.json,weights.safetensors,README.md,scores.json,history.csv}
#   claims.{md,json}      provenance.json                 report/{parameters,table<n>,claims,silver}.html
from snakemake.utils import min_version

min_version("9.20")


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"


pathvars:
    results=RESULTS,
    logs=f"logs/{PARAMS.experiment}",
    benchmarks=f"benchmarks/runs/{PARAMS.experiment}",


include: "workflow/rules/flags.smk"
include: "workflow/rules/corpora.smk"
include: "workflow/rules/plan.smk"
include: "workflow/rules/encoders.smk"
include: "workflow/rules/baselines.smk"
include: "workflow/rules/unify.smk"
include: "workflow/rules/pretrain.smk"
include: "workflow/rules/finetune.smk"
include: "workflow/rules/evaluate.smk"
include: "workflow/rules/ablate.smk"
include: "workflow/rules/study.smk"
include: "workflow/rules/distil.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/statistics.smk"
include: "workflow/rules/describe.smk"
include: "workflow/rules/provenance.smk"
include: "workflow/rules/adapt.smk"


# From what git has of `committed_seeds` and from the other seeds, which are trained (docs/architecture.md). By name, as below.
rule outcome:
    input:
        FILES.committed(),
        rules.tables.input,
        rules.figures.input,
        rules.statistics.input,
        rules.describe.input,
        rules.provenance.input,


# Every phase by name: Snakemake does not look behind scores and tables that a clone already holds.
rule all:
    default_target: True
    input:
        rules.corpora.input,
        rules.plan.input,
        rules.encoders.input,
        rules.baselines.input,
        rules.unify.input,
        rules.pretrain.input,
        rules.finetune.input,
        rules.predictions.input,
        rules.scores.input,
        rules.ablate.input,
        rules.tables.input,
        rules.figures.input,
        rules.statistics.input,
        rules.describe.input,
        rules.provenance.input,
