# Every command a fresh machine needs: `make up` runs the system, `make test` proves it.
# Python 3.11 to 3.13 must be there; everything else is fetched into this folder.

UV_VERSION := 0.13.9
TOOLS := .tools
BIN := .venv/bin
PYTHON ?= python3
SOURCES := libs services bench tests
DISTRIBUTIONS := $(patsubst %/pyproject.toml,%,$(wildcard libs/*/pyproject.toml services/*/pyproject.toml bench/pyproject.toml))

# uv takes the Python that is here rather than fetching another.
export UV_PYTHON_DOWNLOADS ?= never

UV := $(or $(shell command -v uv 2>/dev/null),$(TOOLS)/bin/uv)

.DEFAULT_GOAL := help
.PHONY: help up test lint test-faults format sync sync-dev clean

help:  ## Say what there is
	@sed -n 's/^\([a-z-]*\):.*  ## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST)

up: sync  ## Start everything, play the story, stay up (ARGS="--port 9000 --scale full" goes to `sangathan up`)
	@exec $(BIN)/sangathan up $(ARGS)

test: lint  ## Formatting, linting, types, imports, dependencies, and every test (ARGS goes to pytest)
	$(BIN)/pytest --numprocesses auto --reruns 1 -rR $(ARGS)

lint: sync-dev  ## All of `make test` that needs no server
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(SOURCES)
	$(BIN)/lint-imports
	@for each in $(DISTRIBUTIONS); do (cd $$each && $(CURDIR)/$(BIN)/deptry --no-ansi src) || exit 1; done

test-faults: sync-dev  ## Kill, starve and cut off each part in turn under load, about 5 minutes
	SANGATHAN_FAULTS=long $(BIN)/pytest tests/faults $(ARGS)

format: sync-dev  ## Bring the code into form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# What is there beyond the lock stays: `make up` must not throw out what `make test` has fetched.
sync: $(UV)
	@$(UV) sync --frozen --quiet --inexact --no-default-groups

sync-dev: $(UV)
	@$(UV) sync --frozen --quiet

# Debian's python3 can lack venv's ensurepip; pip alone will do then.
$(TOOLS)/bin/uv:
	@echo "uv is not here: fetching uv $(UV_VERSION) into $(TOOLS)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; name one with PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -m venv $(TOOLS) >/dev/null 2>&1 && $(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION) \
		|| $(PYTHON) -m pip install --quiet --disable-pip-version-check --upgrade --target $(TOOLS) uv==$(UV_VERSION)
	@test -x $@

clean:  ## Remove what was fetched and built; the data in .sangathan stays
	rm -rf $(TOOLS) .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
