# The two commands of a newcomer are `make demo` and `make test`; `make help` lists the rest.
VENV ?= .venv
PYTHON ?= python3
VERSIONS ?= $(shell sed -n 's/.*:: Python :: \(3\.[0-9]*\)".*/\1/p' pyproject.toml)
BIN := $(VENV)/bin
# Without bytecode each of the thousands of commands in the tests would compile all modules again.
unexport PYTHONDONTWRITEBYTECODE
DEMO_READY := $(VENV)/.demo-ready
READY := $(VENV)/.ready

.PHONY: help demo setup test check lint types slow image chaos histories fuzz mutated e2e pythons matrix \
  only bench benchdelivery benchlists benchsandbox attacks mutants sbom audit debian docs screenshots site \
  serve-docs dist release installed-wheel lock clean

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile

demo: $(DEMO_READY)  ## create, send and pay invoices, offline
	@$(BIN)/billhook demo

setup: $(READY)  ## install what the tests and checks need; the targets below do it by themselves

test: $(READY)  ## the tests, without the slow ones
	$(BIN)/pytest -n 2 --dist loadscope -m "not slow" --ignore tests/chaos
	$(BIN)/pytest -q -p no:randomly README.md docs
	$(BIN)/pytest -q -p no:randomly --doctest-modules domain adapters/billhook_adapters --ignore=adapters/billhook_adapters/sql/migrations

check: lint types  ## formatting, lint, types and layers

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(READY)
	$(BIN)/mypy
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/python tests/architecture/words.py

slow: $(READY)  ## the tests that take minutes, and branch coverage of the domain
	$(BIN)/pytest -n 2 -m slow --ignore tests/chaos --ignore tests/e2e --ignore tests/deployment
	$(BIN)/pytest -q -n 2 tests/unit --cov --cov-fail-under=100

image: $(READY)  ## execute the steps of the Dockerfile in a root of their own; eight minutes, and root
	$(BIN)/pytest -q tests/deployment

chaos: $(READY)  ## kill workers and writers, and print the figures; CHAOS=full takes a quarter of an hour
	BILLHOOK_TEST_CHAOS=$(CHAOS) $(BIN)/pytest -q -n 3 -rP tests/chaos

histories: $(READY)  ## check concurrent histories against a model; SECONDS=3600 for an hour, SEED=1 again
	PYTHONPATH=tests $(BIN)/python -m histories.run --seconds $(or $(SECONDS),60) $(if $(SEED),--seed $(SEED))

fuzz: $(READY)  ## fuzz every parser; SECONDS=60 for each, PARSER=json for one
	PYTHONPATH=tests $(BIN)/python -W ignore -m fuzz.run --seconds $(or $(SECONDS),3) $(if $(PARSER),--parser $(PARSER))

mutated: $(READY)  ## send mutated requests to all three APIs; REQUESTS=100000, SEED=1 again
	PYTHONPATH=tests $(BIN)/python -m attacks.mutated --requests $(or $(REQUESTS),100000) $(if $(SEED),--seed $(SEED)) 2>/dev/null

e2e: $(READY)  ## through a real browser, mail server and SMS gateway; root, because Postfix needs it
	$(BIN)/pytest -q -m slow tests/e2e

pythons:  ## where the supported Pythons are: on PATH, else from pyenv
	@for version in $(VERSIONS); do \
	  for python in python$$version $${PYENV_ROOT:-$$HOME/.pyenv}/versions/$$version.*/bin/python; do \
	    $$python -c 'import sys; print("%d.%d" % sys.version_info[:2], sys.executable)' 2>/dev/null && break; \
	  done || echo "$$version missing"; \
	done

matrix:  ## what depends on the version of Python, on every supported one that is here
	@$(MAKE) -s pythons | { while read -r version python; do \
	  if [ "$$python" = missing ]; then skipped="$$skipped $$version"; continue; fi; \
	  echo "=== Python $$version"; \
	  $(MAKE) --no-print-directory PYTHON=$$python VENV=.venv-$$version only </dev/null || exit 1; \
	done; \
	for version in $$skipped; do echo "=== SKIPPED: Python $$version is not on this machine"; done; }

# What depends on the version: the domain, SQLite, texts, and mails above all.
ON_EVERY_PYTHON := tests/unit tests/contracts/test_memory.py tests/contracts/test_sqlite.py \
  tests/adapters/documents tests/adapters/test_asynchronous.py tests/adapters/test_smtp.py \
  tests/attacks/test_mail_headers.py examples

only: $(READY)
	$(BIN)/pytest -q -n 2 -m "not slow" $(ON_EVERY_PYTHON)

bench: $(READY)  ## the speed of decisions and of the shipped service, as ratios; BENCH=full takes two hours
	$(BIN)/python tests/benchmarks/decisions.py
	PYTHONPATH=tests $(BIN)/python -m benchmarks.service.run $(if $(filter full,$(BENCH)),--full) $(if $(RECORD),--record)

benchdelivery: $(READY)  ## messages a second, waits and expiry, on every database; BENCH=full takes minutes
	PYTHONPATH=tests $(BIN)/python -m benchmarks.delivery.run $(BENCH)

benchlists: $(READY)  ## the time of lists, counts and searches of 60,000 invoices in SQLite
	$(BIN)/python tests/benchmarks/lists.py

benchsandbox: $(READY)  ## a year of 1,000 invoices in the sandbox, its clock moved day by day
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/sandbox.py

attacks: $(READY)  ## what a neighbour waits for during each attack; two minutes
	cd tests && $(abspath $(BIN))/python -m attacks.neighbours

mutants: $(READY)  ## mutate the domain, and compare with the committed survivors
	$(BIN)/python tests/mutants/run.py

docs: $(READY)  ## regenerate the pages that are derived from the code
	$(BIN)/python docs/generate.py

screenshots: $(READY)  ## pictures of page, PDF and mail, of every sample in every language; two minutes
	$(BIN)/python docs/screenshots.py

site: $(READY)  ## build the documentation site in site/, offline; its pages work from files too
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build

serve-docs: $(READY)  ## show the documentation site on http://127.0.0.1:8000, as it is edited
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs serve

dist: $(DEMO_READY)  ## build the wheel and the source distribution
	$(BIN)/hatchling build

release: $(READY)  ## build, check and try what is published, into dist/, on every Python here; publishes nothing
	@PYTHONPATH=tests $(BIN)/python -m installation.release $(or $(TRIED),$$($(MAKE) -s pythons))

installed-wheel:  # in a new $(VENV) of $(PYTHON), with the packages of the demo's lock alone
	@$(CHECK_PYTHON); $(CREATE)
	@$(INSTALL) --no-deps --require-hashes -r requirements/demo.lock
	@$(INSTALL) --no-deps $(WHEEL)
	@$(PIP) check

lock: $(READY)  ## resolve the dependencies anew within the pins; UPGRADE=1 takes newer versions
	$(COMPILE) --all-extras --group build --group dev $(if $(UPGRADE),--upgrade) \
	  --output-file requirements/dev.lock
	$(COMPILE) --extra demo --group build --constraint requirements/dev.lock --upgrade \
	  --output-file requirements/demo.lock
	$(COMPILE) --extra all --constraint requirements/dev.lock --upgrade \
	  --output-file requirements/service.lock

# One resolution for all supported Pythons and systems, with extras and hashes, naming no host.
COMPILE = $(BIN)/uv pip compile -q pyproject.toml --universal --python-version 3.11 \
  --no-strip-extras --generate-hashes --no-header --no-annotate --no-emit-index-url

sbom: $(READY)  ## the bill of materials, in dist/sbom.cdx.json
	@PYTHONPATH=tests $(BIN)/python -m supply_chain.sbom dist/sbom.cdx.json

audit: $(READY)  ## compare the locks with known vulnerabilities: ADVISORIES=folder; fails where it cannot
	@PYTHONPATH=tests $(BIN)/python -m supply_chain.audit $(ADVISORIES)

debian: $(READY)  ## compare the installed Debian packages with those that were tried
	@PYTHONPATH=tests $(BIN)/python -m supply_chain.debian

clean:  ## remove what the other targets made
	rm -rf $(VENV) site .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache mutants

# The one place that chooses how to install: uv where it is on PATH, else venv and that Python's pip.
ifneq ($(shell uv --version 2>/dev/null),)
INSTALLER := uv
CREATE := uv venv -q --python $(PYTHON) $(VENV)
PIP := UV_PYTHON=$(BIN)/python uv pip
INSTALL := $(PIP) install -q
else
INSTALLER := pip
CREATE := $(PYTHON) -m venv $(VENV)
PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install -q --no-compile
endif

# --no-deps: the lock is all there is, so nothing is resolved and no later release can matter.
# The stamp goes first: a set-up that was interrupted starts again from an empty $(VENV).
define INSTALL_LOCK
	@{ [ -e $(DEMO_READY) ] && $(PIP) list >/dev/null 2>&1; } || \
	  { $(CHECK_PYTHON); rm -rf $(VENV) && $(CREATE); }
	@rm -f $(DEMO_READY)
	@echo "Installing $< in $(VENV) with $(INSTALLER)"
	@$(INSTALL) --no-deps --require-hashes -r $<
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@$(PIP) check
	@touch $(DEMO_READY) $@
endef

define CHECK_PYTHON
if ! $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
  echo 'billhook needs Python 3.11 or later; name one: make PYTHON=python3.13 ...' >&2; exit 1; \
elif [ $(INSTALLER) = pip ] && ! $(PYTHON) -c 'import ensurepip' 2>/dev/null; then \
  echo 'billhook needs uv, or pip: apt-get install python3-venv' >&2; exit 1; \
fi
endef

$(DEMO_READY): requirements/demo.lock pyproject.toml
	$(INSTALL_LOCK)

$(READY): requirements/dev.lock $(DEMO_READY)
	$(INSTALL_LOCK)
