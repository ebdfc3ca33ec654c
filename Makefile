# The two commands of a newcomer are `make demo` and `make test`; `make help` lists the rest.
VENV ?= .venv
PYTHON ?= python3
VERSIONS ?= $(shell sed -n 's/.*:: Python :: \(3\.[0-9]*\)".*/\1/p' pyproject.toml)
BIN := $(VENV)/bin
DEMO_READY := $(VENV)/.demo-ready
READY := $(VENV)/.ready

.PHONY: help demo setup test check lint types slow chaos e2e pythons matrix only bench benchhttp \
  benchdelivery attacks mutants docs dist lock clean

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile

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
	$(BIN)/pytest -n 2 -m slow --ignore tests/chaos --ignore tests/e2e
	$(BIN)/pytest -q -n 2 tests/unit --cov --cov-fail-under=100

chaos: $(READY)  ## kill workers and writers, and print the figures; CHAOS=full takes a quarter of an hour
	BILLHOOK_TEST_CHAOS=$(CHAOS) $(BIN)/pytest -q -n 3 -rP tests/chaos

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
  tests/adapters/documents tests/adapters/test_smtp.py tests/attacks/test_mail_headers.py

only: $(READY)
	$(BIN)/pytest -q -n 2 -m "not slow" $(ON_EVERY_PYTHON)

bench: $(READY)  ## ratios of speed, in one run
	$(BIN)/python tests/benchmarks/decisions.py

benchhttp: $(READY)  ## the service against a fixed answer and against Django, per CPU second
	$(BIN)/python tests/benchmarks/http/run.py

benchdelivery: $(READY)  ## messages a second, waits and expiry, on every database; BENCH=full takes minutes
	$(BIN)/python tests/benchmarks/delivery/run.py $(BENCH)

attacks: $(READY)  ## what a neighbour waits for during each attack; two minutes
	cd tests && $(abspath $(BIN))/python -m attacks.neighbours

mutants: $(READY)  ## mutate the domain, and compare with the committed survivors
	$(BIN)/python tests/mutants/run.py

docs: $(READY)  ## regenerate the pages that are derived from the code
	$(BIN)/python docs/generate.py

dist: $(DEMO_READY)  ## build the wheel and the source distribution
	$(BIN)/hatchling build

lock: $(READY)  ## resolve the dependencies anew within the pins; UPGRADE=1 takes newer versions
	$(COMPILE) --all-extras --group build --group dev $(if $(UPGRADE),--upgrade) \
	  --output-file requirements/dev.lock
	$(COMPILE) --extra demo --group build --constraint requirements/dev.lock --upgrade \
	  --output-file requirements/demo.lock

# One resolution for all supported Pythons and systems, with extras and hashes, naming no host.
COMPILE = $(BIN)/uv pip compile -q pyproject.toml --universal --python-version 3.11 \
  --no-strip-extras --generate-hashes --no-header --no-annotate --no-emit-index-url

clean:  ## remove what the other targets made
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache mutants

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
