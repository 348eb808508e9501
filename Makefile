# One command for everything a developer does. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help

UV := $(shell if uv --version >/dev/null 2>&1; then command -v uv; else echo .uv/bin/uv; fi)
RUN := $(UV) run --frozen
READY := .venv/.ready

# Size of the demo company that `make run` builds, the instant at which its history ends, and the benchmark's size.
LEADS ?= 2000
MONTHS ?= 9
SEED ?= 7
AS_OF ?= 2026-06-30T00:00:00
SCALE ?= 10000
# What shares a warehouse stays on one worker (conftest says what); the longest comes first.
BY_FILE := -n 2 --dist loadfile --no-loadscope-reorder
# The two layout rules take half of sqlfluff's time and find nothing that `make fmt` does not mend.
NOT_LINTED = $(shell sed -n 's/^exclude_rules = //p' .sqlfluff | tr -d ' '),layout.spacing,layout.long_lines
# Nights of changes compared with one full refresh, and all ten kills of a night: too long for every commit.
NIGHTS ?= 30
DELTAS := tests/integration/test_delta_nights.py
# The demo company brings its own target list, calendars and overrides beside its extracts.
DEFINITIONS ?= $(or $(CONCORD_DEFINITIONS),$(or $(CONCORD_LANDING),landing)/_definitions)

# A machine that keeps Python from writing its byte code pays for every import again, in every process.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup run test check lint fmt types sql unit integration endurance dev bench docs clean

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

setup: $(READY)  ## install everything into .venv (and uv into .uv when it is not on the PATH)

run: $(READY)  ## from a fresh clone to a published warehouse: demo company, nightly run, summary
	$(RUN) concord demo --leads $(LEADS) --months $(MONTHS) --seed $(SEED) --if-missing
	$(RUN) concord nightly --as-of $(AS_OF) --definitions $(DEFINITIONS)

test: $(READY)  ## everything CI runs
	$(MAKE) --no-print-directory lint types sql unit integration

check: $(READY)  ## lint, type check and unit tests, in under a minute
	$(MAKE) --no-print-directory lint types unit

lint: $(READY)  ## ruff: rules and formatting
	$(RUN) ruff check .
	$(RUN) ruff format --check .

fmt: $(READY)  ## format Python and SQL in place
	$(RUN) ruff check --fix .
	$(RUN) ruff format .
	$(RUN) sqlfluff fix --disable-progress-bar models tests/dbt

types: $(READY)  ## mypy
	$(RUN) mypy

sql: $(READY)  ## sqlfluff over every model and test; spacing is mended by `make fmt` and seen by pre-commit
	$(RUN) sqlfluff lint --disable-progress-bar --processes 2 --exclude-rules $(NOT_LINTED) models tests/dbt

unit: $(READY)  ## the fast Python tests
	$(RUN) pytest -q tests/unit -n 2

integration: $(READY)  ## the tests that build warehouses
	$(RUN) pytest -q tests/integration $(BY_FILE) --durations 12 --ignore $(DELTAS)

endurance: $(READY)  ## nights of changes against one full refresh, ten kills: make endurance NIGHTS=30
	CONCORD_TEST_KILLS=10 $(RUN) pytest -q tests/integration/test_nightly.py -k killed
	CONCORD_TEST_NIGHTS=$(NIGHTS) $(RUN) pytest -q $(DELTAS) tests/integration/test_incremental_identity.py \
		tests/integration/test_incremental_by_subject.py

dev: $(READY)  ## Dagster's web interface with the asset graph, checks, schedule and sensor
	$(RUN) concord dev

bench: $(READY)  ## time and memory of a full build and of a 1 % night: make bench SCALE=100000
	$(RUN) python -m bench run --leads $(SCALE)

docs: $(READY)  ## dbt's documentation site in target/
	$(RUN) concord docs

clean:  ## forget everything that was built; extracts and published releases stay
	rm -rf target logs .pytest_cache .mypy_cache .ruff_cache warehouse/build

$(READY): uv.lock pyproject.toml | $(UV)
	$(UV) sync --frozen --quiet --compile-bytecode
	@touch $@

.uv/bin/uv:
	python3 tools/bootstrap_uv.py .uv
