# Two commands matter: `make run` and `make test`. Both prepare what they need, and are quick the
# second time. All paths are relative, because make cannot name a folder with a space in it.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run setup test lint format types layers migrations-lint pytest bench lock clean always

BIN := .venv/bin
NPM ?= $(BIN)/npm
VENDOR := catalogtool/web/static/vendor
TESTS ?=
# Each with a PostgreSQL of its own; a file's tests stay together. What fails is run once more alone:
# some tests wait for real processes, and two at a time may be too much for a busy machine.
PROCESSES ?= 2

# A virtual environment does not survive a move of its folder, nor the loss of its Python.
ifneq ($(shell $(BIN)/python -c "print(open('.venv/ready').read().strip())" 2>/dev/null),$(CURDIR))
.venv/ready: always
endif

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

run: setup  ## start everything and print the address; Ctrl-C stops it
	@$(BIN)/catalogtool up

setup: .venv/ready $(VENDOR)/ready  ## the virtual environment and the front end's files, nothing else

test: lint types layers migrations-lint pytest  ## everything that must hold: lint, types, layers, all tests

lint: setup  ## ruff: rules and format
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet

format: setup  ## ruff: mend what can be mended
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

types: setup  ## mypy, strict
	@$(BIN)/mypy --no-error-summary

layers: setup  ## who may import whom
	@$(BIN)/lint-imports --no-logo

migrations-lint: setup  ## squawk: no migration may hold a lock for long
	@$(BIN)/python tools/lint_migrations.py

pytest: setup  ## all tests, or some: make pytest TESTS=tests/core
	@$(BIN)/pytest --numprocesses $(PROCESSES) --dist loadfile $(TESTS) || { \
		echo "Once more, without others beside them, the tests that failed:"; \
		$(BIN)/pytest --last-failed --last-failed-no-failures none $(TESTS); }

bench: setup  ## the benchmarks, one after the other
	@for benchmark in benchmarks/*.py; do $(BIN)/python "$$benchmark" || exit 1; done

lock: setup  ## write both lock files anew; UPGRADE=--upgrade takes newer versions
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --all-extras --group dev --custom-compile-command "make lock" \
		$(UPGRADE) pyproject.toml --output-file requirements.lock
	@NODE_USE_SYSTEM_CA=1 $(NPM) install --package-lock-only --ignore-scripts --loglevel error

clean:  ## remove what can be made again; your data in var/ stay
	@rm -rf .venv node_modules $(VENDOR) .mypy_cache .ruff_cache .pytest_cache \
		.hypothesis .import_linter_cache catalogtool.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/ready: requirements.lock pyproject.toml tools/install.sh
	@sh tools/install.sh

$(VENDOR)/ready: package.json package-lock.json tools/vendor.py .venv/ready
	@echo "Fetching the front end's libraries"
	@NODE_USE_SYSTEM_CA=1 $(NPM) ci --include=dev --ignore-scripts --loglevel error
	@$(BIN)/python tools/vendor.py $(VENDOR)
	@touch $(VENDOR)/ready
