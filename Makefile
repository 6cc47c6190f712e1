# `make` alone lists what there is. One environment, .venv, serves all: the requirements of run and
# postgres are taken from those of dev, so none of the three undoes another.
PYTHON ?= python3
BIN := .venv/bin
RUN_WITH := $(if $(filter postgres% pgsql% psql%,$(DATABASE_URL)),postgres,run)
TEMPLATES = $$(find templates -name '*.html')
UV = .venv-uv/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11.5 \
	--generate-hashes --custom-compile-command "make requirements" $(UPGRADE)

.DEFAULT_GOAL := help
.PHONY: help run test test-fast check format messages bench requirements clean

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/$(RUN_WITH).stamp ## Serve on 127.0.0.1:$PORT (8000), with a sample on the first run
	@$(BIN)/python manage.py start

test: .venv/dev.stamp ## Run every test: SQLite, PostgreSQL, both again in a browser
	@$(BIN)/python tests/run.py

test-fast: .venv/dev.stamp ## Run the tests on SQLite, without a browser
	@env -u DATABASE_URL $(BIN)/python -m pytest -q -n 2 -m "not browser"

check: .venv/dev.stamp ## Check style, types, templates, migrations and settings
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/djade --target-version 5.2 --check $(TEMPLATES)
	$(BIN)/mypy
	DATABASE_URL=sqlite://:memory: $(BIN)/python manage.py makemigrations --check --dry-run
	DATABASE_URL=sqlite://:memory: RETRO_BASE_URL=https://retro.example.org \
		$(BIN)/python manage.py check --deploy --fail-level WARNING

format: .venv/dev.stamp ## Put Python and templates into their one format
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/djade --target-version 5.2 $(TEMPLATES)

messages: .venv/dev.stamp ## Bring the Korean messages up to date with the source
	$(BIN)/python retro/locale/update.py

bench: .venv/dev.stamp ## Measure speed and memory
	$(BIN)/python tests/bench/run.py

requirements: ## Pin the requirements again; UPGRADE=--upgrade takes newer versions
	$(PYTHON) -m venv .venv-uv
	.venv-uv/bin/pip install --quiet uv
	$(UV) --extra dev -o requirements/dev.txt
	$(UV) -c requirements/dev.txt -o requirements/run.txt
	$(UV) -c requirements/dev.txt --extra postgres -o requirements/postgres.txt
	rm -r .venv-uv

clean: ## Remove the environment and all caches; the data in var/ stay
	rm -rf .venv .venv-uv .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -r {} +

.venv/%.stamp: requirements/%.txt | .venv/bin/pip
	.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

# pip comes last when an environment is made: without it, an interrupted one is made again.
.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11, 5) or sys.exit("Retro needs Python 3.11.5 or newer, this is " + sys.version.split()[0] + "; try: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv
