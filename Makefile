# Everything is set up in .venv on first use; see CONTRIBUTING.md.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PROMTOOL := $(VENV)/prometheus/usr/bin/promtool

.PHONY: demo test test-crash test-year test-peers test-systemd check-alerts lint bench \
  fuzz lock audit sbom dist install uninstall clean

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

$(PROMTOOL):
	@echo "fetching promtool from Debian's package prometheus; nothing is installed or started"
	@mkdir -p $(VENV)/prometheus
	@cd $(VENV)/prometheus && { apt-get download -qq prometheus 2>/dev/null || \
	  { apt-get update -qq && apt-get download -qq prometheus 2>/dev/null; }; }
	@cd $(VENV)/prometheus && dpkg-deb --fsys-tarfile prometheus_*.deb | tar x ./usr/bin/promtool
	@rm -f $(VENV)/prometheus/*.deb

check-alerts: $(STAMP) $(PROMTOOL)
	$(PROMTOOL) check rules docs/alerts.yml
	$(PROMTOOL) test rules docs/alerts_test.yml
	$(BIN)/python -m pytest tests/test_dashboards.py --quiet
	$(BIN)/python tests/test_metrics.py | $(PROMTOOL) check metrics

test-systemd: $(STAMP)
	@{ command -v systemd-analyze && command -v shellcheck; } >/dev/null || { \
	  echo "installing systemd and shellcheck, to try the service for real"; \
	  apt-get install -y -qq systemd shellcheck python3-venv >/dev/null 2>&1 || \
	  { apt-get update -qq && apt-get install -y -qq systemd shellcheck python3-venv; } \
	  >/dev/null 2>&1 || echo "could not; what needs them is left out"; }
	@! command -v shellcheck >/dev/null || shellcheck systemd/install.sh tests/host/boot.sh
	$(BIN)/python -m pytest -rs tests/host tests/test_unit.py

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

# Minutes for each format; FORMATS="pdf mail" for some of them only.
MINUTES ?= 1
fuzz: $(VENV)/.audit
	$(BIN)/python -m tests.fuzz.run --minutes $(MINUTES) $(FORMATS)

$(VENV)/.audit: $(STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev,audit]'
	@touch $@

# Everything that is installed with the extras `documents` and `pictures`, by version and hash.
lock: $(VENV)/.audit
	CUSTOM_COMPILE_COMMAND='make lock' $(BIN)/pip-compile --quiet --upgrade --strip-extras \
	  --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	  --no-emit-options --extra documents --extra pictures --output-file requirements.lock \
	  pyproject.toml

audit: $(VENV)/.audit
	$(BIN)/python release/audit.py

sbom: $(VENV)/.audit
	$(BIN)/python release/sbom.py

dist: $(VENV)/.audit
	$(BIN)/python release/dist.py

install uninstall:
	@systemd/install.sh $@

clean:
	rm -rf $(VENV) var dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
