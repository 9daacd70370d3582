# The map: parameters -> phases -> tables. What depends on what inside a phase stands in workflow/rules/<phase>.smk.
#
# results/<experiment>/
#   corpora/<domain>/<task>/{train,dev,test}.conllup      text/<domain>.txt     lexicon/
#   language_model/      contextual/<encoder>/<domain>.npy      runs/<run>.json      precision.json
#   {baselines,pretrain,finetune}/<run>/seed<k>/          unified/<domain>/seed<k>/train.conllup
#   predictions/<run>/seed<k>/<task>.<split>.conllup      scores/<run>/seed<k>.json
#   ablation/<run>/seed<k>/<task>.csv                     tables/table<n>.{csv,md}
#   figures/{convergence,figure2}.{pdf,png}               statistics/{differences,seeds,silver}.csv
#   claims.{md,json}      provenance.json                 report/{parameters,table<n>,claims,silver}.html
from snakemake.utils import min_version

min_version("9.20")


configfile: "params.yaml"


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"


pathvars:
    results=f"results/{PARAMS.experiment}",
    logs=f"logs/{PARAMS.experiment}",
    benchmarks=f"benchmarks/runs/{PARAMS.experiment}",


include: "workflow/rules/corpora.smk"
include: "workflow/rules/runs.smk"
include: "workflow/rules/encoders.smk"
include: "workflow/rules/baselines.smk"
include: "workflow/rules/unify.smk"
include: "workflow/rules/pretrain.smk"
include: "workflow/rules/finetune.smk"
include: "workflow/rules/predict.smk"
include: "workflow/rules/score.smk"
include: "workflow/rules/ablate.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/statistics.smk"
include: "workflow/rules/describe.smk"
include: "workflow/rules/provenance.smk"


# Every phase by name: Snakemake does not look behind scores and tables that a clone already holds.
rule all:
    default_target: True
    input:
        rules.corpora.input,
        rules.runs.input,
        rules.encoders.input,
        rules.baselines.input,
        rules.unify.input,
        rules.pretrain.input,
        rules.finetune.input,
        rules.predict.input,
        rules.score.input,
        rules.ablate.input,
        rules.tables.input,
        rules.figures.input,
        rules.statistics.input,
        rules.describe.input,
        rules.provenance.input,
