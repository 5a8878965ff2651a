# Everything a newcomer needs: `make run` to talk to Lotse, `make test` to see that it works.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help setup run demo-teams demo-matrix test check format lock bench clean

help: ## what can be done
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(VENV)/.installed ## install only

$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Lotse needs Python 3.11 or newer; run e.g. make PYTHON=python3.12 …" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes --requirement requirements.lock
	@$(BIN)/python -c 'import pathlib, sysconfig; pathlib.Path(sysconfig.get_path("purelib"), "lotse.pth").write_text(str(pathlib.Path.cwd()))'
	@printf '#!/bin/sh\nexec "$(CURDIR)/$(BIN)/python" -m adapters.cli "$$@"\n' > $(BIN)/lotse && chmod +x $(BIN)/lotse
	@touch $@

$(VENV)/.developing: $(VENV)/.installed requirements-dev.lock
	$(PIP) --require-hashes --requirement requirements-dev.lock
	@touch $@

run: $(VENV)/.installed ## talk to Lotse in the terminal, in a demo network
	@$(BIN)/lotse demo

demo-teams: $(VENV)/.installed ## the bot for Microsoft's playground on this machine, with the demo network
	@$(BIN)/python -m adapters.teams.demo

demo-matrix: $(VENV)/.developing ## a homeserver on this machine with three members and the bot, for any Matrix client
	@$(BIN)/python -m adapters.matrix.demo

test: $(VENV)/.developing ## all tests, on SQLite and PostgreSQL
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

check: $(VENV)/.developing ## style, types, layers, catalogues
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest tests/bot/test_languages.py

format: $(VENV)/.developing ## put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

LOCK := $(BIN)/pip-compile --quiet --strip-extras --generate-hashes --no-emit-index-url --no-emit-trusted-host --no-emit-find-links

lock: $(VENV)/.developing ## write the lock files anew after a change in pyproject.toml
	$(LOCK) --output-file requirements.lock pyproject.toml
	$(LOCK) --allow-unsafe --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml

bench: $(VENV)/.developing ## the numbers, as ratios against named peers
	$(BIN)/python -m bench

clean: ## remove what the project made
	rm -rf $(VENV) .lotse build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .benchmarks
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
