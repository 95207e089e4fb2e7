# Everything from an empty clone: `make demo` and `make test` set up what they need.

PYTHON ?= python3
ARGS ?=
WORKERS ?= 4

VENV := .venv
BENCH := .venv-bench
FUZZ := .venv-fuzz
TARGET ?= camt
SECONDS ?= 600
INSTALL := -m pip install --quiet --disable-pip-version-check
COMPILE := PIP_CONFIG_FILE=/dev/null PIP_FIND_LINKS= CUSTOM_COMPILE_COMMAND="make locks" $(VENV)/bin/pip-compile --quiet \
	--generate-hashes --strip-extras --allow-unsafe --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	--no-emit-options

.DEFAULT_GOAL := help
.PHONY: help demo test lint bench bench-formats bench-exchange bench-matching bench-personal proof proof-roster fuzz schemas locks clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

demo: schemas ## a whole month with 1,000 payments and five rehearsal partners, in a new temporary folder
	@$(VENV)/bin/chitra demo "$$(mktemp -d)" --payments 1000

test: schemas ## all tests, four files at a time; one folder or name with ARGS="tests/unit -k name"
	@$(VENV)/bin/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(VENV)/.installed ## style, format and types
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy

bench: schemas $(BENCH)/.installed ## figures beside those of peers, who live in an environment of their own
	@$(BENCH)/bin/python -m bench $(ARGS)

bench-formats: schemas $(BENCH)/.installed ## messages beside the peers, at 1,000 to 1,000,000
	@$(BENCH)/bin/python -m bench --report formats

proof: schemas ## the long proofs of money safety, hours; a part with ARGS="kills --scale 0.1"
	@$(VENV)/bin/python -m proof $(ARGS)

proof-roster: schemas ## 38,000 people in nine lists with planted defects, and rosters of up to a million on both databases
	@$(VENV)/bin/python -m proof.roster $(ARGS)

bench-exchange: schemas $(BENCH)/.installed ## sending over OpenSSH beside its own client; needs root for the chroot
	@$(BENCH)/bin/python -m bench --report exchange

bench-matching: schemas $(BENCH)/.installed ## matching and the import of statements at 10,000 to 1,000,000, on both databases
	@$(BENCH)/bin/python -m bench --report matching

bench-personal: schemas $(BENCH)/.installed ## what sealing personal data costs, at 100,000 and 1,000,000
	@$(BENCH)/bin/python -m bench --report personal

fuzz: schemas $(FUZZ)/.installed ## one reader under arbitrary bytes: TARGET=camt SECONDS=600; see docs/reports/fuzz.md
	@$(FUZZ)/bin/python -m fuzz $(TARGET) $(SECONDS)

schemas: $(VENV)/.installed ## the official ISO 20022 schemas, from pinned and hash-checked packages
	@$(VENV)/bin/python tools/setup_schemas.py

locks: $(VENV)/.installed ## choose versions anew: the lock files, with hashes and without index addresses
	$(COMPILE) --output-file base.lock pyproject.toml
	$(COMPILE) --extra openpgp --extra pkcs11 --output-file dev.lock pyproject.toml requirements/dev.in
	$(COMPILE) --output-file bench.lock pyproject.toml requirements/bench.in
	$(COMPILE) --output-file fuzz.lock requirements/fuzz.in
	$(COMPILE) --output-file openpgp.lock requirements/openpgp.in
	$(COMPILE) --output-file pkcs11.lock requirements/pkcs11.in

clean: ## remove what the other targets made
	rm -rf $(VENV) $(BENCH) $(FUZZ) fuzz/found build dist formats/iso20022/xsd .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.installed: dev.lock pyproject.toml
	$(call install,$(VENV),dev.lock)

$(BENCH)/.installed: bench.lock pyproject.toml
	$(call install,$(BENCH),bench.lock)

$(FUZZ)/.installed: dev.lock fuzz.lock pyproject.toml
	$(call install,$(FUZZ),dev.lock)
	@$(FUZZ)/bin/python $(INSTALL) --require-hashes -r fuzz.lock

define install
@$(PYTHON) -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	{ echo "Python 3.11 or newer with venv is needed: make PYTHON=/path/to/python3.11" >&2; exit 1; }
@echo "setting up $(1) from $(2)"
@$(PYTHON) -m venv $(1)
@$(1)/bin/python $(INSTALL) --require-hashes -r $(2)
@$(1)/bin/python $(INSTALL) --no-deps --no-build-isolation -e .
@touch $@
endef
