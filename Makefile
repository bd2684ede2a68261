# supachat: everything a clone needs. `make help` lists the targets.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# Debian 12 brings pip 23.0, which knows no dependency groups.
PIP    := pip==26.3
# Twice the cores of a small machine: many tests wait for processes to start and clocks to pass.
JOBS   ?= 4
CHAOS  := $(addprefix tests/,journeys/test_storm.py journeys/test_storm_of_changes.py journeys/test_leaks.py \
	journeys/test_killed_at_awaits.py journeys/test_lost_broadcasts.py unit/test_a_day.py \
	remote/test_a_day_of_the_link.py remote/test_failure_table.py server/test_faults.py \
	server/test_hostile.py unit/test_engine_at_random.py)
PG15   ?= /usr/lib/postgresql/15/bin
# What PostgreSQL's version matters to: the server, its recordings, whole ways through both. ON_PG15=tests runs all.
ON_PG15 ?= tests/server tests/vectors tests/journeys
# Python that may not keep what it compiled compiles the program anew for each of the tests' processes.
unexport PYTHONDONTWRITEBYTECODE
# Where a venv is remembered to hold the extra `local`, and the tests' tools as well.
READY  := $(VENV)/.ready
DEV    := $(VENV)/.ready-dev

.DEFAULT_GOAL := help
.PHONY: help demo test test-pg15 chaos check screenshots bench lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(READY) ## install what the demo needs and start it
	@$(BIN)/supachat demo

test: $(DEV) ## run all tests
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal -q $(ARGS)

test-pg15: $(DEV) ## what depends on PostgreSQL's version, on 15 (apt install postgresql-15)
	SUPACHAT_POSTGRES_BIN=$(PG15) $(BIN)/python -m pytest -n $(JOBS) --dist worksteal -q $(ON_PG15) $(ARGS)

chaos: $(DEV) ## faults, kills and hostile input in full, and a table of what came of it (ten minutes)
	SUPACHAT_CHAOS=1 $(BIN)/python -m pytest -n $(JOBS) --dist load --maxschedchunk 1 -p tests.longest \
	  -q -o faulthandler_timeout=1200 $(CHAOS) $(ARGS)

check: $(DEV) ## lint, format, types and walls
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

screenshots: $(DEV) ## picture the real demo (PNG needs chromium, fonts-noto-cjk, fonts-noto-color-emoji)
	$(BIN)/python -m tests.pictures

bench: $(DEV) ## measure, and print a table of ratios
	$(BIN)/python -m tests.bench

lock: $(DEV) ## write the installed versions to constraints.txt
	@{ head -n 1 constraints.txt; $(BIN)/python -m pip freeze --exclude-editable; } > constraints.new
	@! grep -n ' @ ' constraints.new || { echo "a package came from an address: not locked" >&2; exit 1; }
	@mv constraints.new constraints.txt

clean: ## remove the venv, caches and what tests left (never what a person wrote)
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache snapshot_report.html
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "supachat needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "making $(VENV)"
	@$(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "python3-venv is missing: apt install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check '$(PIP)'

# The venv is an order-only need: its time says nothing about what is installed in it.
$(READY): pyproject.toml constraints.txt | $(BIN)/python
	@echo "installing supachat with its local server"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[local]'
	@touch $@

$(DEV): pyproject.toml constraints.txt | $(BIN)/python
	@echo "installing supachat and what its tests need"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[local]' --group dev
	@touch $(READY) $@
