# Everything is set up in .venv on first use; see CONTRIBUTING.md.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PROMTOOL := $(VENV)/prometheus/usr/bin/promtool

.PHONY: demo test test-browser test-crash test-faults test-cluster test-year test-peers test-systemd check-alerts reliability \
  soak images lint bench fuzz lock audit sbom dist install uninstall clean

$(STAMP): pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

# `make demo SERVE=1` ends with its archive in the browser, until Ctrl-C.
demo: $(STAMP)
	@$(BIN)/python seeds/demo.py $(if $(SERVE),--serve)

test: $(STAMP)
	$(BIN)/python -m pytest --numprocesses=auto --dist=worksteal

test-browser: $(VENV)/.browser
	@command -v chromium >/dev/null || { \
	  echo "installing chromium, in which the pages are tried"; \
	  apt-get install -y -qq chromium >/dev/null 2>&1 || \
	  { apt-get update -qq && apt-get install -y -qq chromium; } >/dev/null 2>&1 || \
	  echo "could not; what needs it is left out"; }
	$(BIN)/python -m pytest -rs tests/browser

# The pictures in docs/pages.md, made anew.
images: $(VENV)/.browser
	WIREWATCH_IMAGES=$(CURDIR)/docs/images $(BIN)/python -m pytest tests/browser -k pictures

$(VENV)/.browser: $(STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev,browser]'
	@touch $@

test-crash: $(STAMP)
	$(BIN)/python -m pytest tests/crash

# Disks are mounted in a namespace of their own, of which nothing is left when it ends; who is not
# root gets one in which he is, without loop devices. What cannot be held is said, with its reason.
FAULTS := $(shell unshare --mount true 2>/dev/null && echo unshare --mount || \
  { unshare --map-root-user --mount true 2>/dev/null && echo unshare --map-root-user --mount; })

test-faults: $(STAMP)
	$(FAULTS) $(BIN)/python -m pytest tests/faults -rs --numprocesses=auto

# Debian starts the service that it installs; the tests need it not, and start nodes of their own.
test-cluster: $(STAMP)
	@test -x /usr/lib/rabbitmq/bin/rabbitmq-server || { \
	  echo "installing rabbitmq-server, iproute2 and openssl, to try a cluster for real"; \
	  { apt-get install -y -qq rabbitmq-server iproute2 openssl || \
	  { apt-get update -qq && apt-get install -y -qq rabbitmq-server iproute2 openssl; }; } >/dev/null 2>&1 || \
	  echo "could not; what needs them is left out"; \
	  test ! -d /run/systemd/system || systemctl disable --now --quiet rabbitmq-server || true; }
	$(BIN)/python -m pytest -rs tests/cluster

# An hour or so: more rounds, a million files, a store that is held for a minute.
reliability: $(STAMP)
	@rm -rf var/tallies && mkdir -p var/tallies
	WIREWATCH_TALLIES=$(CURDIR)/var/tallies $(BIN)/python -m pytest tests/crash
	WIREWATCH_TALLIES=$(CURDIR)/var/tallies WIREWATCH_ROUNDS=$${WIREWATCH_ROUNDS:-2} \
	  WIREWATCH_WAITING=$${WIREWATCH_WAITING:-1000000} WIREWATCH_HELD=$${WIREWATCH_HELD:-60} \
	  $(FAULTS) $(BIN)/python -m pytest tests/faults -rs
	PYTHONPATH=tests $(BIN)/python -m trials.page var/tallies

# `make soak MINUTES=120 SEED=7`: as long as it says, with the faults and files of that seed.
SEED ?= 1
soak: $(STAMP)
	MINUTES=$${MINUTES:-30} $(BIN)/python -m pytest tests/soak --randomly-seed=$(SEED)

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
	@test -x $(VENV)/bare/bin/python || $(PYTHON) -m venv $(VENV)/bare
	@$(VENV)/bare/bin/python -m pip install --quiet --disable-pip-version-check --upgrade '.[documents,web]'
	$(BIN)/python bench/run.py $(BENCH)

# `make fuzz MINUTES=10 FORMATS="pdf mail"`: minutes for each format.
fuzz: $(VENV)/.audit
	$(BIN)/python -m tests.fuzz.run --minutes $${MINUTES:-1} $(FORMATS)

$(VENV)/.audit: $(STAMP)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev,audit]'
	@touch $@

# Everything that is installed with the extras of the service, by version and hash. Datasette asks
# for pip and setuptools, which are locked only when they are allowed to be.
lock: $(VENV)/.audit
	CUSTOM_COMPILE_COMMAND='make lock' $(BIN)/pip-compile --quiet --upgrade --strip-extras \
	  --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-find-links \
	  --no-emit-trusted-host --no-emit-options --extra cluster --extra documents --extra pictures --extra web \
	  --output-file requirements.lock pyproject.toml
	@sed -i '/considered to be unsafe/d' requirements.lock

audit: $(VENV)/.audit
	$(BIN)/python release/audit.py

sbom: $(VENV)/.audit
	$(BIN)/python release/sbom.py

dist: $(VENV)/.audit
	$(BIN)/python release/dist.py

# What the page of trends draws with, anew from the packages that are pinned; needs npm.
charts:
	@release/charts.sh

install uninstall:
	@systemd/install.sh $@

clean:
	rm -rf $(VENV) var dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
