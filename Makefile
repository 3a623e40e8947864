# `make test` is what CI runs; `make demo` shows the library at work. `make help` lists the rest.

PYTHON ?= python3
WORKERS ?= 2
FLOORS_TESTS ?= tests/models tests/unit tests/wire

BIN := .venv/bin
FLOORS_BIN := .venv-floors/bin
DEMO_BIN := .venv-demo/bin

# uv trusts its own list of certificates and reads none of pip's configuration, unless told: use the
# machine's certificates, and the index that pip would use. The shell asks pip, not make, so that an
# index with a password in it is not echoed.
export UV_SYSTEM_CERTS := true
export UV_PYTHON_DOWNLOADS := never
pip_index = $$($(1)/python -m pip config list 2>/dev/null | sed -n "s/^[^=]*\.index-url='\(.*\)'/\1/p" | head -n 1)
with_index = UV_DEFAULT_INDEX="$${UV_DEFAULT_INDEX:-$(pip_index)}"
uv = $(with_index) $(1)/python -m uv

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo test lint format types unit chaos docs package floors bench pacing clean generate generate-check drift

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

demo: .venv-demo/.stamp ## show a batch with failures, end to end, against a local AWS
	$(DEMO_BIN)/python examples/offboard.py

test: lint types generate-check unit docs package floors ## everything that CI checks, in this order

lint: .venv/.stamp ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: .venv/.stamp ## repair what ruff can
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

types: .venv/.stamp ## mypy and pyright, both strict
	$(BIN)/mypy
	PYRIGHT_PYTHON_IGNORE_WARNINGS=1 $(BIN)/pyright

unit: .venv/.stamp ## pytest
	$(BIN)/python -m pytest -n $(WORKERS)

chaos: .venv/.stamp ## 10 minutes of runs under random faults; CHAOS_SECONDS=60 CHAOS_SEED=1 to say which
	$(BIN)/python -m tests.property.chaos

generate: .models/.stamp ## write the service modules from botocore's models and the overlays
	PYTHONPATH=.models $(BIN)/python -m codegen generate

generate-check: .models/.stamp ## fail where a generated file is not what would be generated
	PYTHONPATH=.models $(BIN)/python -m codegen check
	PYTHONPATH=.models $(BIN)/python -m pytest -m models -n $(WORKERS) tests/models

drift: .venv/.stamp ## show what the installed botocore says otherwise than the modules
	$(BIN)/python -m codegen drift

docs: .venv/.stamp ## the site, with every warning an error
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

package: .venv/.stamp ## build wheel and sdist, and test the wheel as a user gets it
	rm -rf dist
	$(call with_index,$(BIN)) $(BIN)/python -m build --installer uv
	$(call with_index,$(BIN)) $(BIN)/python -m pytest -m packaging tests/packaging

floors: .venv-floors/.stamp ## the tests again, on the oldest dependencies we claim
	$(FLOORS_BIN)/python -m pytest -m "not packaging" -n $(WORKERS) $(FLOORS_TESTS)

pacing: .venv/.stamp ## how the pace fares with simulated services: the tables of its page
	$(BIN)/python -m tests.unit.pacing_table

bench: .venv/.stamp ## what a call and a run cost beside plain aiobotocore, into docs (21 min)
	$(BIN)/python -m benchmarks $(BENCH)

clean: ## remove all that the targets here make
	rm -rf .venv .venv-demo .venv-floors .models dist site .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find $(wildcard src tests examples codegen benchmarks) -type d -name __pycache__ -prune -exec rm -rf {} +

# --- environments -------------------------------------------------------------------------------
# Each is made anew when pyproject.toml changes; the stamp is written last, so a half-made one counts
# for nothing.

define new_venv
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit(1)' || { \
		echo "itemwise needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make environments; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	rm -rf $(1)
	$(PYTHON) -m venv $(1)
	$(1)/bin/python -m pip install --quiet --disable-pip-version-check --upgrade pip uv
endef

.venv/.stamp: pyproject.toml
	$(call new_venv,.venv)
	$(call uv,$(BIN)) pip install --quiet --python $(BIN)/python --editable '.[dev]'
	@touch $@

# The models that the service modules are from, so that what AWS says tomorrow breaks no check today.
.models/.stamp: codegen/botocore.txt .venv/.stamp
	rm -rf .models
	$(call uv,$(BIN)) pip install --quiet --no-deps --python $(BIN)/python \
		--target .models --requirement codegen/botocore.txt
	@touch $@

.venv-demo/.stamp: pyproject.toml
	$(call new_venv,.venv-demo)
	$(call uv,$(DEMO_BIN)) pip install --quiet --python $(DEMO_BIN)/python \
		--editable '.[testing]' rich
	@touch $@

# What we name goes to its floor, all else to its newest; the test tools bend to that.
.venv-floors/.stamp: pyproject.toml .venv/.stamp
	rm -rf .venv-floors
	$(BIN)/python -m venv --without-pip .venv-floors
	$(call uv,$(BIN)) pip compile --quiet --no-header --no-annotate \
		--python $(FLOORS_BIN)/python --resolution lowest-direct --extra otel --extra testing \
		pyproject.toml --output-file .venv-floors/floors.txt
	$(call uv,$(BIN)) pip install --quiet --python $(FLOORS_BIN)/python \
		--constraint .venv-floors/floors.txt --editable '.[otel,testing]' \
		hypothesis opentelemetry-sdk pytest-timeout pytest-xdist
	@touch $@
