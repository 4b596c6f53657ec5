# One verb per job. `make run` and `make test` are all that a newcomer needs.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help run install test test-slow check bench train screenshots chromium clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: install ## open the app with the demo company on 127.0.0.1:8501
	$(BIN)/askwell serve --host 127.0.0.1 --port 8501

install: $(STAMP) ## create .venv and install Askwell with pinned versions

# torch first and by itself: its pinned version must be chosen before another package asks for a newer one.
$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt torch
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	touch $(STAMP)

chromium: ## install Debian's Chromium for the browser tests, where that is possible
	@command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
	  apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium fonts-noto-cjk >/dev/null; } || \
	  echo "no Chromium and no way to install it: the browser tests will be skipped" >&2

test: install chromium ## run the tests
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup

test-slow: install chromium ## run the full-size checks, too
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup -m ''

check: install ## lint, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install ## ratios against named baselines
	$(BIN)/python -m benchmarks

train: install ## rebuild the trained arrays from intents/
	$(BIN)/python -m assistant.understanding.training

screenshots: install chromium ## make the pictures of the README
	$(BIN)/python -m tests.browser.screenshots

clean: ## remove what the other commands made
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .hypothesis .import_linter_cache
