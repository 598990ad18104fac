PYTHON ?= python3.11
BIN := .venv/bin
STAMP := .venv/installed
MONAI_LABEL := .venv-monailabel
AUDIT := .venv-audit

.PHONY: demo label monailabel test lint docs sbom audit test-real test-shared test-monailabel test-soak test-ray clean

SITE ?= pelvis
FILMS := demo/$(SITE)

demo: $(STAMP)  ## synthetic films, both stages on 10 labelled ones, confidence, evaluation, predictions and a page of it all
	rm -rf demo/run demo/study demo/predictions
	$(BIN)/python -m bundle sample --site $(SITE) --out $(FILMS) \
	    --labeled 10 --unlabeled 200 --validation 10 --test 50 --workers 2
	$(BIN)/python -m bundle train $(FILMS) --out demo/run --method multi_view \
	    --overlays configs/quick.yaml --stage2_overlays configs/quick_few_shot.yaml
	mkdir -p demo/study && cp $(FILMS)/films/*test_00000[0-5].dcm demo/study
	$(BIN)/python -m bundle predict demo/run demo/study --out demo/predictions
	$(BIN)/python -m bundle report demo/run/stage1 demo/run/stage2 --predictions demo/predictions --out demo/index.html

label: $(STAMP)  ## a page to place landmarks on SYNTHETIC films and train on them
	$(BIN)/python -m bundle sample --site $(SITE) --out demo/label/$(SITE) --unlabeled 30 --workers 2
	$(BIN)/python -m bundle label demo/label/$(SITE)

monailabel: $(MONAI_LABEL)/installed  ## the same page and MONAI Label's API for its clients, in an environment of its own
	$(BIN)/python -m bundle sample --site $(SITE) --out demo/label/$(SITE) --unlabeled 30 --workers 2
	$(MONAI_LABEL)/bin/python -m bundle label demo/label/$(SITE) --engine monailabel

test: $(STAMP) lint  ## every test but the slow ones on real films
	OMP_NUM_THREADS=1 $(BIN)/pytest --numprocesses 2 --dist loadfile

lint: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

docs: $(STAMP)  ## the documentation site, into site/: open site/index.html, or serve the folder to search in it
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

ENVIRONMENT ?= .venv
SBOM ?= sbom.json

sbom: $(AUDIT)/installed  ## sbom.json, what is installed in ENVIRONMENT (.venv), as CycloneDX
	$(AUDIT)/bin/cyclonedx-py environment --no-validate --pyproject pyproject.toml --of JSON \
	    -o $(SBOM) $(ENVIRONMENT)/bin/python

audit: $(AUDIT)/installed  ## ask the Python Packaging Advisory Database about what is installed in ENVIRONMENT (.venv)
	$(ENVIRONMENT)/bin/python -m pip list --format freeze --exclude-editable > $(AUDIT)/installed.txt
	sed 's/+.*//' $(AUDIT)/installed.txt > $(AUDIT)/packages.txt
	$(AUDIT)/bin/pip-audit --strict --disable-pip --no-deps -r $(AUDIT)/packages.txt

test-real: $(STAMP)  ## train on the real films for minutes; RADIOGRAPH_DATA names their folder
	$(BIN)/pytest -m real_data_slow

test-shared: $(STAMP)  ## export a model to share, to ONNX as well, and run the model zoo's unit test on it
	$(BIN)/pytest -m shared_slow

test-monailabel: $(MONAI_LABEL)/installed  ## serve through MONAI Label, with its own client
	OMP_NUM_THREADS=1 $(MONAI_LABEL)/bin/python -m pytest -m monailabel

test-soak: $(STAMP)  ## films through real Orthancs while everything is killed or full, for minutes, as root
	$(BIN)/pytest -m soak tests/serve/test_soak.py

test-ray: $(STAMP)  ## films answered by a Ray that is started here, for a minute or more
	OMP_NUM_THREADS=1 $(BIN)/pytest -m ray tests/batch/test_on_ray.py

$(STAMP): pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet -e .[dev]
	touch $@

# That of $(STAMP) with MONAI Label on top, whose pins contradict ours: it changes nothing there.
$(MONAI_LABEL)/installed: $(STAMP) bundle/label/monailabel/requirements.txt
	$(PYTHON) -m venv $(MONAI_LABEL)
	$(BIN)/python -c 'import sysconfig; print("import site; site.addsitedir(%r)" % sysconfig.get_path("purelib"))' \
	    > $$($(MONAI_LABEL)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/development.pth
	$(MONAI_LABEL)/bin/pip install --quiet --no-deps -r bundle/label/monailabel/requirements.txt
	touch $@

$(AUDIT)/installed: deploy/audit.txt
	$(PYTHON) -m venv $(AUDIT)
	$(AUDIT)/bin/pip install --quiet -r deploy/audit.txt
	touch $@

clean:
	rm -rf .venv $(MONAI_LABEL) $(AUDIT) sbom.json demo runs samples models site
