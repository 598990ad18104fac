PYTHON ?= python3.11
BIN := .venv/bin
STAMP := .venv/installed

.PHONY: demo test lint test-real clean

demo: $(STAMP)  ## synthetic films, training, evaluation, inference and a page of it all
	$(BIN)/python -m bundle demo --out demo

test: $(STAMP) lint  ## every test but the slow ones on real films
	$(BIN)/pytest

lint: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

test-real: $(STAMP)  ## train on the real films for minutes; RADIOGRAPH_DATA names their folder
	$(BIN)/pytest -m real_data_slow

$(STAMP): pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet -e .[dev]
	touch $@

clean:
	rm -rf .venv demo runs samples models
