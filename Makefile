# Everything runs in a virtual environment that is made here, .venv; nothing else on the machine is touched.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The tests wait for terminals and timers more than they compute.
WORKERS ?= 4

.PHONY: help demo test never-wrong test-real test-xen-lab test-xen image check bench clean

help:
	@echo "make demo       the whole job against a rehearsed Xen host: an installed, verified image"
	@echo "make test       the tests (those of tools that are missing here are skipped, and named)"
	@echo "make test-real  a whole real installation of Debian 13 in QEMU, and two images of it (under half an hour, as root)"
	@echo "make test-xen-lab  the driver on a real Xen host in QEMU (a quarter of an hour, as root the first time)"
	@echo "make test-xen   a whole real installation of Debian 13 on that Xen host (up to an hour)"
	@echo "make never-wrong  twenty seeds of each fault on the real frontend's line (an hour)"
	@echo "make image      an image of Debian 13, by the real installer in QEMU (up to an hour)"
	@echo "make check      ruff and mypy"
	@echo "make bench      the figures: how fast, how small"
	@echo "make clean      remove what the others made"

demo: $(VENV)/installed
	@scripts/demo $(BIN)

test: $(VENV)/installed-dev
	@$(BIN)/pytest -n $(WORKERS)

never-wrong: $(VENV)/installed-dev
	@AUTOINSTALL_SEEDS=20 $(BIN)/pytest -n $(WORKERS) tests/installer/test_never_wrong.py

# Output is not captured: the minutes that it takes show their progress.
test-real: $(VENV)/installed-dev
	@$(BIN)/pytest -s -m real tests/real

# The lab is one machine: one worker.
test-xen-lab: $(VENV)/installed-dev
	@$(BIN)/pytest -v -m xen tests/xen

# Output is not captured: the hour that it takes shows its progress, and the stages' times.
test-xen: $(VENV)/installed-dev
	@$(BIN)/pytest -s -m xen tests/xen_whole

image: $(VENV)/installed-dev
	@$(BIN)/python scripts/image $(ARGS)

check: $(VENV)/installed-dev
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy

bench: $(VENV)/installed-dev
	@$(BIN)/python scripts/bench $(ARGS)

clean:
	rm -rf $(VENV) build/demo-* dist .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
	    "Python 3.11 or newer is needed; name one: make PYTHON=python3.12")'
	@echo "making $(VENV)" >&2
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

# Installed anew only when pyproject.toml changes; the code itself is used where it lies.
$(VENV)/installed: pyproject.toml | $(BIN)/python
	@echo "installing autoinstall and its libraries into $(VENV)" >&2
	@$(BIN)/pip install -qq --disable-pip-version-check --editable .
	@touch $@

$(VENV)/installed-dev: pyproject.toml | $(BIN)/python
	@echo "installing autoinstall, its libraries and the tests' into $(VENV)" >&2
	@$(BIN)/pip install -qq --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/installed
