# The door to the project. `make demo` and `make test` set up all that they need, in .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
REPLAY := $(VENV)/replay/.ready

.DEFAULT_GOAL := help
.PHONY: help install demo test check format lint types bench bench-extraction bench-feeds bench-mutations \
	bench-verdicts bench-verify clean

help:  ## what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

$(READY): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "On Record needs Python 3.11 or later: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $(READY)

# pywb judges our captures. It stands apart: it takes the name of a package of ours. Without it a few tests are skipped.
$(REPLAY): $(READY)
	$(PYTHON) -m venv $(VENV)/replay
	-$(VENV)/replay/bin/python -m pip install --quiet --disable-pip-version-check 'pywb>=2.8.3,<3'
	@touch $(REPLAY)

install: $(READY)  ## the package and its tools, into .venv

demo: $(READY)  ## follow the three bundled publications for two days, and show an article
	rm -rf build/demo
	$(BIN)/onrecord demo build/demo

test: $(READY) $(REPLAY)  ## all tests
	$(BIN)/python -m pytest -n auto --dist loadfile

check: $(READY) lint types test  ## what runs before each commit

format: $(READY)  ## put the code into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(READY)
	$(BIN)/mypy

bench: $(READY)  ## what a round costs beside fetching alone (needs ../shared)
	$(BIN)/python benchmarks/round.py

bench-extraction: $(READY)  ## how well pages are read (needs ../shared)
	$(BIN)/python benchmarks/extraction/run.py

bench-feeds: $(READY)  ## what a round over twenty thousand feeds costs beside a bare loop
	$(BIN)/python benchmarks/many_feeds.py

bench-verdicts: $(READY)  ## how many walls are kept, and how many articles refused (needs ../shared)
	$(BIN)/python benchmarks/verdicts.py

bench-verify: $(READY)  ## how fast every byte is read again, beside sha256sum
	$(BIN)/python benchmarks/verify.py
bench-mutations: $(READY)  ## what pages made worse cost, and whether memory grows (needs ../shared)
	$(BIN)/python benchmarks/mutations.py

clean:  ## remove what was made
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
