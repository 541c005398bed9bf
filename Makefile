# `make help` lists the targets. Each one prepares .venv first when it is missing or out of date.

.DEFAULT_GOAL := help
SHELL := /bin/sh
BIN := .venv/bin
COMMAND := .venv/.command
TOOLS := .venv/.tools
ARGS ?=

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(TOOLS) ## Only prepare .venv: the recoup command, and the tools to work on it
	@:

demo: $(COMMAND) ## A day at two shops and the week after, in seconds; writes demo-report.html
	@$(BIN)/recoup demo $(ARGS)

dev: $(COMMAND) ## The engine on localhost, with its mailbox to look at
	@$(BIN)/recoup dev $(ARGS)

test: $(TOOLS) ## All tests; ARGS="-k name" narrows them
	@$(BIN)/pytest -n auto --dist worksteal $(ARGS)

check: $(TOOLS) ## Format, lint, types, import rules and layout
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/pytest -q tests/architecture

format: $(TOOLS) ## Format the code and fix what can be fixed
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(TOOLS) ## Measure throughput and latency
	@$(BIN)/python -m tests.bench $(ARGS)

bench-intake: $(TOOLS) ## What becomes of the real sample payloads, per platform
	@$(BIN)/python -m tests.bench.intake $(ARGS)

clean: ## Remove .venv and everything generated
	@rm -rf .venv build dist *.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Stamps make a prepared environment cost nothing. A .venv whose python is gone or too old is built again.
# The demo needs the command only; what developers need on top is installed when they ask for it.
$(COMMAND): pyproject.toml requirements.txt
	@usable() { "$$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }; \
	if ! usable $(BIN)/python; then \
		for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 none; do \
			usable $$python && break; \
		done; \
		if [ $$python = none ]; then \
			echo "Recoup needs Python 3.11 or later; found $$(python3 --version 2>/dev/null || echo no python3)." >&2; exit 1; \
		fi; \
		if ! $$python -c 'import venv, ensurepip' 2>/dev/null; then \
			echo "$$python has no venv module; on Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; \
		fi; \
		$$python -m venv --clear .venv; \
	fi
	@echo "Installing into .venv" >&2
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --editable '.[cli]'
	@touch $@

$(TOOLS): $(COMMAND)
	@echo "Installing the tools for tests and checks into .venv" >&2
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --editable '.[cli,dev]'
	@touch $@

.PHONY: help setup demo dev test check format bench bench-intake clean
