# The two commands: `make recommend` and `make test`. Everything else is listed by `make help`.
#
# Another interpreter:  make test PYTHON=python3.12 VENV=.venv-3.12
# Tests that read original data files look for them in the folder HEDGERESEARCH_DATA_DIR; without it they are skipped.

PYTHON ?= python3
VENV ?= .venv
NOTEBOOK_TIMEOUT ?= 300
LOWEST ?= .venv-lowest
PEERS ?= .venv-peers

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements.lock
# No windows, and one thread of linear algebra: the same numbers and the same speed on every machine.
STEADY := MPLBACKEND=Agg OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1
# Programs that estimate the same models, which benchmark-peers and accuracy compare with this one.
PROGRAMS := multigarch==0.5.0 multiarch==0.2.0 pymgarch==0.6.0 scivol==0.3.0
# Those with data that are downloaded run where these are at hand.
DOWNLOADING := $(wildcard $(patsubst %,notebooks/%_*.ipynb,09 10 11 13 16))
NOTEBOOKS := $(filter-out $(if $(HEDGERESEARCH_DATA_DIR),,$(DOWNLOADING)),$(wildcard notebooks/*.ipynb))

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help recommend test test-lowest quick lint types layers unit notebook-test wheel docs distribution coverage slow benchmark benchmark-peers accuracy market study notebooks gallery datasets lock format clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' Makefile

recommend: $(VENV)/.installed ## Install the package and print the recommended hedge
	@$(BIN)/hedgeresearch recommend

test: lint types layers unit notebook-test wheel ## Run every check: style, types, layers, tests, notebooks, wheel
	@echo "All checks passed."

quick: lint types layers ## Run the checks of daily work: style, types, layers, fast tests
	@echo "== fast tests"
	@$(STEADY) $(BIN)/python -m pytest --quiet --numprocesses=auto -m "not slow and not wheel and not long" tests

lint: $(VENV)/.installed-test ## ... style (ruff)
	@echo "== style"
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet . || { echo "Not formatted; run: make format"; $(BIN)/ruff format --check .; exit 1; }

types: $(VENV)/.installed-test ## ... types (mypy)
	@echo "== types"
	@$(BIN)/mypy

layers: $(VENV)/.installed-test ## ... direction of imports (import-linter)
	@echo "== layers"
	@$(BIN)/lint-imports --no-logo

unit: $(VENV)/.installed-test ## ... unit tests and doctests
	@echo "== unit tests and doctests"
	@$(STEADY) $(BIN)/python -m pytest --quiet --numprocesses=auto --doctest-modules tests hedgeresearch

notebook-test: $(VENV)/.installed-test ## ... every notebook runs
	@echo "== notebooks"
	@$(if $(NOTEBOOKS),$(STEADY) $(BIN)/python -m pytest --quiet --numprocesses=auto -o filterwarnings= --nbmake --nbmake-kernel=python3 \
		--nbmake-timeout=$(NOTEBOOK_TIMEOUT) $(NOTEBOOKS),echo "no notebooks")

wheel: $(VENV)/.installed-test ## ... the wheel works in an empty environment
	@echo "== wheel"
	@$(STEADY) $(BIN)/python -m pytest --quiet -m wheel tests/test_wheel.py

docs: $(VENV)/.installed-docs ## Build the documentation into docs/_build/html and check its links, figures and colors
	@$(STEADY) $(BIN)/python docs/site/build.py

distribution: $(VENV)/.installed-test ## Build the wheel and the source archive into dist and check both
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check twine check-wheel-contents
	@rm -rf dist
	@$(BIN)/python -m build --outdir dist . > /dev/null
	@$(BIN)/twine check --strict dist/*
	@$(BIN)/check-wheel-contents --toplevel hedgeresearch dist/*.whl

coverage: $(VENV)/.installed-test ## Run the tests and report which lines of Python they run (kernels are compiled, so not counted)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check pytest-cov
	@$(STEADY) $(BIN)/python -m pytest --quiet --numprocesses=auto --cov=hedgeresearch --cov-report=term:skip-covered --doctest-modules tests hedgeresearch

slow: $(VENV)/.installed-test ## Run the slow tests: parameters recovered from simulations
	@$(STEADY) $(BIN)/python -m pytest --numprocesses=auto -m slow --durations=10

test-lowest: ## Run the tests with the lowest versions of all dependencies that pyproject.toml allows
	@echo "== tests with the lowest versions"
	@$(PYTHON) -m venv $(LOWEST)
	@$(LOWEST)/bin/python -m pip install --quiet --disable-pip-version-check uv
	@$(LOWEST)/bin/uv pip install --quiet --python $(LOWEST)/bin/python --resolution lowest-direct --editable ".[test]"
	@$(STEADY) NUMBA_CACHE_DIR=$(LOWEST)/numba $(LOWEST)/bin/python -m pytest --quiet --numprocesses=auto \
		-W ignore::DeprecationWarning --doctest-modules tests hedgeresearch

benchmark: $(VENV)/.installed-test ## Time the recursions and the fits, in CPU seconds
	@$(STEADY) $(BIN)/python -m pytest tests/benchmarks --benchmark-only --benchmark-timer=time.process_time

benchmark-peers: $(PEERS)/.installed ## Compare times with those of other programs: docs/speed.md (5 minutes)
	@$(STEADY) NUMBA_NUM_THREADS=1 $(PEERS)/bin/python -m tests.benchmarks.peers.speed --write docs/speed.md

accuracy: $(PEERS)/.installed ## Compare estimates, errors and forecasts over 100 samples: docs/accuracy.md (10 minutes)
	@$(STEADY) NUMBA_NUM_THREADS=1 $(PEERS)/bin/python -m tests.benchmarks.peers.accuracy --write docs/accuracy.md

notebooks: $(VENV)/.installed-test ## Execute the notebooks again and save their outputs in place
	@$(if $(NOTEBOOKS),$(STEADY) $(BIN)/jupyter execute --inplace --kernel_name=python3 --timeout=$(NOTEBOOK_TIMEOUT) $(NOTEBOOKS),echo "no notebooks")

gallery: $(VENV)/.installed-test ## Reproduce everything and write docs/reproductions.md
	@$(STEADY) $(BIN)/python docs/gallery.py

market: $(VENV)/.installed-test ## Hedge a simulated market of 500 stocks, refitted every day: 10 minutes
	@$(STEADY) $(BIN)/python docs/market.py --folder market

study: $(VENV)/.installed-test ## Run the study of when regimes help a hedge again and record it: a quarter of an hour
	@$(STEADY) $(BIN)/python docs/when_regimes_help.py --run --checkpoint study

datasets: $(VENV)/.installed-test ## Rebuild the bundled tables
	@$(BIN)/python datasets/build.py

lock: $(VENV)/.installed-test ## Pin the newest versions that fit pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --upgrade --quiet \
		--no-header --no-annotate --no-emit-index-url --no-emit-find-links --output-file requirements.lock

format: $(VENV)/.installed-test ## Format the code and apply the fixes of ruff
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format --quiet .

clean: ## Remove the environment, caches and built files
	@rm -rf $(VENV) $(PEERS) build dist .benchmarks .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache docs/_build
	@find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("hedgeresearch needs Python 3.11 or newer; set PYTHON=..." if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: pyproject.toml requirements.lock | $(BIN)/python
	@echo "Installing hedgeresearch into $(VENV); the first time takes a minute."
	@$(PIP) --editable .
	@touch $@

$(VENV)/.installed-test: pyproject.toml requirements.lock | $(BIN)/python
	@echo "Installing hedgeresearch and its test tools into $(VENV); the first time takes a minute or two."
	@$(PIP) --editable '.[test]'
	@touch $(VENV)/.installed $@

$(VENV)/.installed-docs: pyproject.toml requirements.lock | $(BIN)/python
	@echo "Installing hedgeresearch and the tools of its documentation into $(VENV)."
	@$(PIP) --editable '.[all,docs]'
	@touch $@

$(PEERS)/.installed: pyproject.toml requirements.lock
	@echo "Installing hedgeresearch and the programs it is compared with into $(PEERS)."
	@$(PYTHON) -m venv $(PEERS)
	@$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --constraint requirements.lock \
		--editable '.[reproductions]' $(PROGRAMS)
	@touch $@
