PYTHON ?= python3.11
BIN := .venv/bin
STAMP := .venv/installed

.PHONY: demo test lint test-real clean

RUN := $(BIN)/python -m monai.bundle run
SITE ?= pelvis
FILMS := demo/$(SITE)
INFERENCE := configs/inference.json
EVALUATE := "['configs/inference.json','configs/evaluate.json']"

demo: $(STAMP)  ## synthetic films, training on 10 of them, evaluation, inference and a page of it all
	rm -rf demo/run demo/evaluation demo/mean_shape demo/inference
	$(BIN)/python -m bundle sample --site $(SITE) --out $(FILMS) --labelled 10 --validation 10 --test 50 --workers 2
	$(RUN) training --config_file "['configs/train.json','configs/small.json']" \
	    --dataset_dir $(FILMS) --output_dir demo/run --model_file demo/run/model.pt
	$(RUN) evaluate --config_file $(EVALUATE) \
	    --dataset_dir $(FILMS) --checkpoint demo/run/model.pt --output_dir demo/evaluation
	$(RUN) evaluate --config_file $(EVALUATE) --overlays 0 \
	    --dataset_dir $(FILMS) --checkpoint demo/run/mean_shape.pt --output_dir demo/mean_shape
	mkdir -p demo/study && cp $(FILMS)/films/*test_00000[0-5].dcm demo/study
	$(RUN) inference --config_file $(INFERENCE) \
	    --dataset_dir demo/study --checkpoint demo/run/model.pt --output_dir demo/inference
	$(BIN)/python -m bundle report demo/run --evaluation demo/evaluation --baseline demo/mean_shape \
	    --predictions demo/inference --out demo/index.html

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
