# Every command a person or CI runs. `make run` and `make test` are all that a fresh machine needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -q
SHARED_DATA ?= ../shared/data
# Neighboring tests stay together, since they share servers and browsers; whoever is done takes over.
PROCESSES ?= 2
export EMBEDDING_TEST_DATA ?= $(abspath $(SHARED_DATA))

.PHONY: run install test check bench soak format

run: install            ## start on the demo data; ARGS="--port 9000" passes options
	$(BIN)/embedding-dashboard $(ARGS)

install: $(VENV)/.installed

test: check             ## everything that must hold, browser journeys included
	$(BIN)/python -m pytest -m "not soak" -n $(PROCESSES) --dist worksteal

check: $(VENV)/.dev-installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev-installed   ## our figures as ratios to a floor measured in the same run
	$(BIN)/python -m tests.bench

soak: $(VENV)/.dev-installed    ## the long and heavy checks
	$(BIN)/python -m pytest -m soak

format: $(VENV)/.dev-installed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

$(VENV)/bin/python:
	sh .ci/system-packages venv
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml .ci/constraints.txt | $(VENV)/bin/python
	$(PIP) install -c .ci/constraints.txt -e .
	touch $@

$(VENV)/.dev-installed: $(VENV)/.installed
	sh .ci/system-packages chromium
	$(PIP) install -c .ci/constraints.txt -e '.[dev]'
	touch $@
