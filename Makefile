# make run: the app.  make test: everything that CI checks.  make bench: the benchmarks, as ratios.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
ADDRESS ?= localhost
PORT ?= 8501

.PHONY: run test bench atlas clean

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Token Atlas needs Python 3.11 or newer; name one: make run PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/test.stamp: requirements-dev.txt requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@ $(VENV)/run.stamp

run: $(VENV)/run.stamp
	$(BIN)/python -m streamlit run app.py --server.address $(ADDRESS) --server.port $(PORT)

test: $(VENV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest

bench: $(VENV)/test.stamp
	$(BIN)/python -m benchmarks

atlas: $(VENV)/run.stamp
	$(BIN)/python -m core.atlas

clean:
	rm -rf $(VENV)
