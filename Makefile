# The two commands of a newcomer are `make demo` and `make test`; `make help` lists the rest.
VENV ?= .venv
PYTHON ?= python3
VERSIONS ?= 3.11 3.12 3.13
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help demo test check slow chaos parts matrix only bench benchhttp benchdelivery mutants docs lock clean

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile

demo: $(READY)  ## walk invoices through their lives, offline
	@$(BIN)/billhook demo

test: $(READY)  ## the tests, without the slow ones
	$(BIN)/pytest -n 2 -m "not slow"
	$(BIN)/pytest -q -p no:randomly README.md docs
	$(BIN)/pytest -q -p no:randomly --doctest-modules domain adapters/billhook_adapters --ignore=adapters/billhook_adapters/sql/migrations

check: $(READY)  ## formatting, lint, types and layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/python tests/architecture/words.py

slow: $(READY)  ## the tests that take minutes, and branch coverage of the domain
	$(BIN)/pytest -n 2 -m slow --ignore tests/chaos --ignore tests/parts
	$(BIN)/pytest -q -n 2 tests/unit --cov --cov-fail-under=100

chaos: $(READY)  ## kill workers and writers, and tell the figures; CHAOS=full takes a quarter of an hour
	BILLHOOK_CHAOS=$(CHAOS) $(BIN)/pytest -q -n 2 -rP tests/chaos

parts: $(READY)  ## through a real browser, mail server and SMS gateway; root, because Postfix asks for it
	$(BIN)/pytest -q -m slow tests/parts

matrix:  ## the tests of the domain on every supported Python that is here
	@for version in $(VERSIONS); do \
	  python=$$(command -v python$$version && python$$version --version >/dev/null 2>&1 || \
	    ls -d $${PYENV_ROOT:-$$HOME/.pyenv}/versions/$$version.*/bin/python 2>/dev/null | tail -n 1); \
	  python=$$(echo "$$python" | tail -n 1); \
	  if [ -z "$$python" ]; then echo "SKIPPED Python $$version: install python$$version to run it"; continue; fi; \
	  echo "Python $$version"; \
	  $(MAKE) --no-print-directory PYTHON=$$python VENV=.venv-$$version only || exit 1; \
	done

only: $(READY)
	$(BIN)/pytest -q -n 2 -m "not slow" tests/unit tests/contracts tests/adapters

bench: $(READY)  ## ratios of speed, in one run
	$(BIN)/python tests/benchmarks/decisions.py

benchhttp: $(READY)  ## the service against a fixed answer and against Django, per CPU second
	$(BIN)/python tests/benchmarks/http/run.py

benchdelivery: $(READY)  ## messages a second, waits and expiry, on every database; BENCH=full takes minutes
	$(BIN)/python tests/benchmarks/delivery/run.py $(BENCH)

mutants: $(READY)  ## mutate the domain, and compare with the committed survivors
	$(BIN)/python tests/mutants/run.py

docs: $(READY)  ## regenerate the pages that are derived from the code
	$(BIN)/python docs/generate.py

lock: $(READY)  ## resolve the dependencies anew; no host is named
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --extra dev \
	  --generate-hashes --no-header --no-annotate --no-emit-index-url --output-file requirements.lock

clean:  ## remove what the other targets made
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache mutants

# uv where it is on PATH, else venv and pip, else the one line that is missing.
$(READY): requirements.lock pyproject.toml
	@if command -v uv >/dev/null; then \
	  uv venv -q --allow-existing --python $(PYTHON) $(VENV) && \
	  uv pip install -q --python $(BIN)/python --require-hashes -r requirements.lock && \
	  uv pip install -q --python $(BIN)/python --no-build-isolation --no-deps -e . ; \
	elif $(PYTHON) -c 'import ensurepip' 2>/dev/null; then \
	  $(PYTHON) -m venv $(VENV) && \
	  $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock && \
	  $(BIN)/python -m pip install -q --disable-pip-version-check --no-build-isolation --no-deps -e . ; \
	else \
	  echo 'billhook needs uv, or pip: apt-get install python3-venv' >&2; exit 1; \
	fi
	@touch $(READY)
