# Two commands a newcomer needs: `make demo` and `make test`. They need python3 (3.11 or newer), python3-venv and make.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install -qq --disable-pip-version-check --no-input
PORT   ?= 8000

unexport PYTHONPATH PYTHONHOME DJANGO_SETTINGS_MODULE

.PHONY: help demo serve test lint format bench lock wheel clean
.DEFAULT_GOAL := help

help: ## this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: $(VENV)/run.stamp $(VENV)/browser.stamp ## install, build the demo company, serve it on http://127.0.0.1:8000
	@$(BIN)/troth demo --port $(PORT)

serve: $(VENV)/run.stamp $(VENV)/browser.stamp ## serve the database that TROTH_DATABASE_URL names
	@$(BIN)/troth serve --port $(PORT)

bench: $(VENV)/run.stamp ## measure one thing quickly: make bench NAME=order-entry
	@$(BIN)/troth bench $(NAME) --quick

test: $(VENV)/dev.stamp $(VENV)/browser.stamp ## every check and every test, on SQLite and on PostgreSQL
	@$(BIN)/python tools/test.py

lint: $(VENV)/dev.stamp ## the checks that need no database: style, types, contracts, house rules
	@$(BIN)/python tools/test.py style types contracts house

format: $(VENV)/dev.stamp ## let ruff put the code in shape
	@$(BIN)/ruff check --fix --quiet . && $(BIN)/ruff format .

wheel: $(VENV)/dev.stamp $(VENV)/browser.stamp ## build dist/troth-….whl
	@$(BIN)/python -m pip wheel -qq --no-deps --no-build-isolation --wheel-dir dist . && ls dist

COMPILE = $(BIN)/uv pip compile --quiet --system-certs --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock" --default-index https://pypi.org/simple

lock: $(VENV)/bin/python ## lock versions again (UPGRADE=--upgrade for newer ones)
	@test -x $(BIN)/uv || $(PIP) uv hatchling
	@$(COMPILE) $(UPGRADE) pyproject.toml --extra postgres --group build -o requirements/run.txt
	@$(COMPILE) $(UPGRADE) -c requirements/run.txt pyproject.toml --extra postgres --group build --group dev -o requirements/dev.txt
	@$(COMPILE) $(UPGRADE) --group node -o requirements/node.txt
	@command -v npm >/dev/null || $(PIP) --require-hashes -r requirements/node.txt
	@$(BIN)/python hatch_build.py lock

clean: ## remove what can be made again
	rm -rf $(VENV) dist build src/troth/locale/*/*/*.mo .mypy_cache .ruff_cache .pytest_cache .import_linter_cache src/troth/platform/static/vendor

# --- how the environment comes about -----------------------------------------------------------------------------------

$(VENV)/bin/python:
	@command -v $(PYTHON) >/dev/null || { echo "python3 is missing; install it with: sudo apt-get install -y python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Troth needs Python 3.11 or newer, this is $$($(PYTHON) -V); choose another with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "python3-venv is missing; install it with: sudo apt-get install -y python3-venv"; exit 1; }
	@echo "making $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	@echo "installing Troth and what it needs"
	@$(PIP) --require-hashes -r requirements/run.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/run.stamp
	@echo "installing what the tests need"
	@$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/browser.stamp: web/package-lock.json web/package.json hatch_build.py $(wildcard src/troth/locale/*/*/*.po) | $(VENV)/run.stamp
	@command -v npm >/dev/null || $(PIP) --require-hashes -r requirements/node.txt
	@$(BIN)/python hatch_build.py
	@touch $@
