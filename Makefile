# Everything is set up in .venv on first use; see CONTRIBUTING.md.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test test-crash test-year test-peers lint bench clean

$(STAMP): pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

demo: $(STAMP)
	@$(BIN)/python seeds/demo.py

test: $(STAMP)
	$(BIN)/python -m pytest --numprocesses=auto

test-crash: $(STAMP)
	$(BIN)/python -m pytest tests/crash

test-year: $(STAMP)
	$(BIN)/python -m pytest tests/year

test-peers: $(STAMP)
	$(BIN)/python -m pytest tests/peers

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(STAMP)
	@command -v inotifywait >/dev/null || { \
	  echo "installing inotify-tools, for the shell pipeline that we are measured beside"; \
	  apt-get install -y -qq inotify-tools >/dev/null 2>&1 || \
	  { apt-get update -qq && apt-get install -y -qq inotify-tools; } >/dev/null 2>&1 || \
	  echo "could not; that part is left out"; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev,bench]' || \
	  echo "could not install flashtext2 and hyperscan; they are left out"
	$(BIN)/python bench/run.py

clean:
	rm -rf $(VENV) var dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
