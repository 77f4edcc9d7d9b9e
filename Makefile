# The commands of this checkout. `make up` and `make test` need nothing but python3 and make on
# Debian; they install what is missing, and say what.

BIN := .venv/bin
# Many tests wait for a process, a peer or the clock: two more than there are cores at a time.
WORKERS = $(shell expr $$(nproc) + 2)

# The tests start our programs hundreds of times: what was compiled is kept, whatever is set.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: up test check reference baselines screenshots

up:
	@scripts/install run
	@scripts/link
	@$(BIN)/micelio up $(ARGS)

test:
	@scripts/install dev
ifdef ARGS
	$(BIN)/pytest -n auto --dist worksteal $(ARGS)
else
	$(BIN)/pytest -n $(WORKERS) --dist worksteal --ignore=tests/browser tests
	$(BIN)/pytest -n auto --dist worksteal tests/browser
endif

check:
	@scripts/install dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell

reference:
	@scripts/install dev
	$(BIN)/python scripts/cli_reference.py > docs/reference/cli.md.new
	mv docs/reference/cli.md.new docs/reference/cli.md
	$(BIN)/python scripts/agent_guide.py > web/areas/agents/guide.txt.new
	mv web/areas/agents/guide.txt.new web/areas/agents/guide.txt

baselines:
	@scripts/install dev
	BASELINES=take $(BIN)/pytest -q tests/browser/test_looks.py

screenshots:
	@scripts/install dev
	$(BIN)/python scripts/screenshots.py
