# Each of these works as the first command on a fresh clone: it makes .venv, installs
# what is locked, and goes. Without make, see "In plain commands" in README.md.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
LOCKED := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock
# The Pythons that the locked packages serve; pyproject.toml says which.
SERVED := $(shell sed -n 's/^requires-python = ">=3\.\([0-9]*\),<3\.\([0-9]*\)".*/\1 \2/p' pyproject.toml)
UNNEEDED := @jupyter/nbgrader:create-assignment @jupyterlab/apputils-extension:announcements
QUICK := -m "not slow and not browser and not nightly"
# Each core works on tests of its own (tests/conftest.py says which), so each keeps to
# one thread.
ALL_CORES := OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses auto --dist loadgroup

.DEFAULT_GOAL := help
.PHONY: help lab grade test test-newest quick test-all coverage nightly libraries build lint data lock clean

help:             ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## */\t/' | expand -t 12

lab: $(VENV)/lab.done         ## open the map of the course in JupyterLab
	$(BIN)/jupyter lab --notebook-dir=. labs/START.ipynb

grade: $(VENV)/grade.done     ## grade a small example class and show the gradebook
	$(BIN)/python -m autograder example-class

test: $(VENV)/dev.done        ## run the tests (all of them where CI is set)
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(if $(CI),$(ALL_CORES),$(BIN)/python -m pytest $(QUICK))

# In an environment of its own; what no test imports need not be compiled.
test-newest:      ## run the quick tests on the newest other Python of this machine
	@newest=$$(.ci/newest-python $(PYTHON) $(SERVED)) || exit 1; \
	test -z "$$newest" || PIP_COMPILE=0 $(MAKE) --no-print-directory VENV=.venv-newest PYTHON="$$newest" quick

quick: $(VENV)/dev.done
	$(ALL_CORES) $(QUICK)

test-all: $(VENV)/dev.done    ## run all tests, including the slow and the browser tests
	$(ALL_CORES)

coverage: $(VENV)/dev.done    ## run all tests and list the lines that no test runs
	$(ALL_CORES) --cov=helpers --cov=autograder --cov-report=term-missing:skip-covered

libraries:        ## compare docs/libraries.md with the libraries it describes (2 GB)
	$(MAKE) --no-print-directory VENV=.venv-libraries .venv-libraries/grade.done
	.venv-libraries/bin/python -m pip install --quiet -e '.[libraries]'
	.venv-libraries/bin/python benchmarks/libraries.py --compare

nightly: $(VENV)/dev.done     ## every lab in a real JupyterLab, and through real notebook tools
	$(BIN)/python -m pytest -m nightly

build: $(VENV)/grade.done     ## make labs/ from solutions/
	$(BIN)/autograder build

data: $(VENV)/dev.done        ## download the sources of all data sets and build them again
	$(BIN)/python -m pip install --quiet -r datasets/build/requirements.txt
	$(BIN)/python datasets/build

lock: $(VENV)/dev.done        ## update requirements.lock
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --universal --python-version 3.11 --all-extras --upgrade --quiet --no-header --no-annotate --no-emit-index-url pyproject.toml -o requirements.lock

clean:            ## remove files of a course in progress; labs and sources stay
	rm -rf example-class $(VENV) .venv-newest .venv-libraries .pytest_cache .ruff_cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; low, end = map(int, "$(SERVED)".split()); sys.exit(not (3, low) <= sys.version_info[:2] < (3, end) and "The course runs on Python 3.%d to 3.%d, and this is %s. Name one that you have, for example: make PYTHON=python3.%d" % (low, end - 1, sys.version.split()[0], end - 1))'
	$(PYTHON) -m venv $(VENV)

# Labs are written as text, without nbgrader's panel; and the course needs no news.
$(VENV)/lab.done: requirements.lock pyproject.toml | $(BIN)/python
	$(LOCKED) -e .
	@$(BIN)/jupyter labextension disable --level=sys_prefix $(UNNEEDED) 2>&1 | grep -i error || true
	@touch $@

$(VENV)/grade.done: requirements.lock pyproject.toml | $(BIN)/python
	$(LOCKED) -e ".[grade]"
	@touch $@

$(VENV)/dev.done: requirements.lock pyproject.toml | $(BIN)/python
	$(LOCKED) -e ".[grade,dev,cluster,postgres]"
	@touch $@
