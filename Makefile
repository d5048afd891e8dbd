# make run: the app.  make serve: the app for a group.  make bench: the benchmarks, as ratios.
# make quick: lint, types, and the tests of two minutes.  make test: everything that CI checks.  make format: the code, formatted.
# make constraints: versions of indirect packages anew.  make audit: known vulnerabilities of all packages (asks pypi.org).
# make opening: cut anew the text that Segmentation opens with, after a change to what cuts (tests/test_opening.py says when).
# make lab-results: the shipped comparisons of transplants anew (an hour on a CPU; fetches a model of 93 MB; KEYS= names some).
# make mixtures: what well-known tokenizers were trained on, inferred anew (some minutes each; needs the data folder).
# make probes: a real model asked what the page Probes shows of it (half an hour of a CPU; fetches a model of 93 MB).
# make adders, make counters: train the tiny models of the probes of numbers and letters again (ten minutes of a free CPU
# each); then make probes.
# make family: train the tokenizers that the page Train opens on again (some minutes; needs FLORES-200).
# make segmenters: train all segmenters that ship again and judge them (a quarter of an hour of a CPU; needs FLORES-200; KEYS= names
# some; stopped, it goes on from the last that was finished).
# make hypernetwork: train the hypernetwork of the lab that ships again (ten minutes of a CPU; needs the data folder); for
# another model into a new folder: make hypernetwork MODEL=folder INTO=folder OPTIONS="--steps 110"; --help says all.
# make families: generations of well-known vocabularies, compared anew (needs the data folder).
# make models: train the shipped models again (an hour on a CPU; needs the data folder beside the repository, and apt-get).
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
ADDRESS ?= localhost
PORT ?= 8501
WORKERS ?= 4

.PHONY: run serve quick quick-tests test tests lint style types node format bench atlas opening models lab-results mixtures family segmenters hypernetwork families probes adders counters constraints audit clean

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Token Atlas needs Python 3.11 or newer; name one: make run PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.txt constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -r requirements.txt
	touch $@

# Where tests run, Python is compiled as it is first imported, and kept: of 350 MB in the packages they import 80.
# 0 is how pip's --no-compile is switched on.
unexport PYTHONDONTWRITEBYTECODE
$(VENV)/test.stamp: export PIP_NO_COMPILE = 0
$(VENV)/test.stamp: requirements-dev.txt requirements.txt constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -r requirements-dev.txt
	touch $@ $(VENV)/run.stamp

run: $(VENV)/run.stamp
	$(BIN)/python -m streamlit run app.py --server.address $(ADDRESS) --server.port $(PORT)

$(VENV)/login.stamp: requirements-login.txt requirements.txt constraints.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -r requirements-login.txt
	touch $@ $(VENV)/run.stamp

# For a group: make serve BASE=atlas PORT=8600 serves http://HOST:8600/atlas to everybody who reaches this machine; README,
# "Serving a group", has the proxy before it, logging in, and what bounds memory. Behind a proxy, SERVE_ADDRESS=127.0.0.1
# keeps everybody else out. What visitors may do:
#   LOGIN=on        nobody gets in before logging in: [auth] in secrets.toml, or TOKEN_ATLAS_USER_HEADER
#   PATHS=on|off    name files of this machine; off here unless asked for
#   UPLOADS=on|off  upload tokenizers and corpora
#   HUB=on|off      fetch from the network, with the HF_TOKEN of this environment if there is one
# HOSTS=atlas.example.org,… names by which browsers reach this machine beside its own name and numeric addresses.
# All other settings of core/common/settings.py and core/jobs/runner/capacity.py are taken from the environment.
SERVE_ADDRESS ?= 0.0.0.0
BASE ?=
LOGIN ?= off
PATHS ?= off
UPLOADS ?= on
HUB ?= on
HOSTS ?= $(TOKEN_ATLAS_HOSTS)

serve: $(VENV)/run.stamp $(if $(filter on,$(LOGIN)),$(VENV)/login.stamp)
	TOKEN_ATLAS_LOGIN=$(LOGIN) TOKEN_ATLAS_PATHS=$(PATHS) TOKEN_ATLAS_UPLOADS=$(UPLOADS) TOKEN_ATLAS_HUB=$(HUB) \
	TOKEN_ATLAS_HOSTS="$(HOSTS)" \
	$(BIN)/python -m streamlit run app.py --server.address $(SERVE_ADDRESS) --server.port $(PORT) \
		--server.baseUrlPath "$(BASE)"

# Development tools from npm, for the JavaScript and for browsers; without npm what needs them is skipped, and says so.
node:
	@if command -v npm >/dev/null; then \
		[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-progress; \
	else echo "npm is not installed: the JavaScript is neither checked nor tested here, nor are pages with axe and in Firefox"; fi

lint: style types

style: $(VENV)/test.stamp node
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@if command -v npm >/dev/null; then npm run check; fi

types: $(VENV)/test.stamp
	$(BIN)/mypy
	$(BIN)/vulture

format: $(VENV)/test.stamp node
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	@if command -v npm >/dev/null; then npm run format; fi

# What reads the whole program, mypy and vulture, keeps one processor busy for half a minute: the tests begin beside it. There is one process of tests more than
# the two processors that are the least: some tests wait for a process, a server or a browser.
quick: style
	@$(MAKE) --no-print-directory --jobs=2 types quick-tests

quick-tests: $(VENV)/test.stamp
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m "not slow and not browser and not thorough" \
		--ignore=tests/browser $(addprefix --ignore=,$(shell grep ^tests/ tests/thorough.txt))

test: style
	@$(MAKE) --no-print-directory --jobs=2 types tests

tests: $(VENV)/test.stamp
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

bench: $(VENV)/test.stamp
	$(BIN)/python -m benchmarks

atlas: $(VENV)/run.stamp
	$(BIN)/python -m core.premium.atlas
	$(BIN)/python -m core.premium.atlas.fidelity
	$(BIN)/python -m core.premium.atlas.measures
	$(BIN)/python -m core.premium.atlas.udhr

opening: $(VENV)/run.stamp
	$(BIN)/python -m core.tokenizers.opening

models: $(VENV)/run.stamp
	$(BIN)/python -m core.models.build

lab-results: $(VENV)/run.stamp
	$(BIN)/python -m core.lab.shipping $(KEYS)

mixtures: $(VENV)/run.stamp
	$(BIN)/python -m core.vocabulary.mixture.shipping $(KEYS)

family: $(VENV)/run.stamp
	$(BIN)/python -m core.training.family

segmenters: $(VENV)/run.stamp
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m core.segmenters.build $(KEYS)

hypernetwork: $(VENV)/run.stamp
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m core.transplants.hypernetworks.build $(MODEL) $(INTO) $(OPTIONS)

families: $(VENV)/run.stamp
	$(BIN)/python -m core.vocabulary.families

probes: $(VENV)/run.stamp
	$(BIN)/python -m core.probes.bytes.shipping
	$(BIN)/python -m core.probes.sums.shipping
	$(BIN)/python -m core.probes.counting.shipping
	$(BIN)/python -m core.probes.samples.shipping
	$(BIN)/python -m core.probes.respelled.shipping
	$(BIN)/python -m core.probes.asked_otherwise.shipping
	$(BIN)/python -m core.probes.pooling.shipping
	$(BIN)/python -m core.probes.merging.shipping
	$(BIN)/python -m core.probes.filling.shipping

adders: $(VENV)/run.stamp
	$(BIN)/python -m core.probes.sums

counters: $(VENV)/run.stamp
	$(BIN)/python -m core.probes.counting

constraints: | $(BIN)/python
	$(BIN)/python .ci/constraints.py > constraints.new
	mv constraints.new constraints.txt

audit:
	folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && $(PYTHON) -m venv "$$folder/venv" && \
	"$$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check pip-audit==2.10.1 && \
	grep -hv '^-r' requirements*.txt constraints.txt > "$$folder/all.txt" && \
	"$$folder/venv/bin/pip-audit" --no-deps --disable-pip -r "$$folder/all.txt"

clean:
	rm -rf $(VENV)
