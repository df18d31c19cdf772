# The project's commands: `make help` lists them. The first one that needs it makes .venv; Python ≥ 3.11 is enough.

VENV := .venv
BIN := $(VENV)/bin
ROOMS := product_events images model vector_store telemetry consumer search_api standalone
# mypy refuses a path that is not there.
TYPED := $(wildcard .ci $(ROOMS) bench docs producer_examples tests)

# The import contract names every room; one that is not there yet counts as empty.
ABSENT_ROOMS := $(filter-out $(wildcard $(ROOMS)),$(ROOMS))

# Another interpreter: make setup PYTHON=/usr/bin/python3.12
PYTHON :=
# Further words for the command behind a target: make demo ARGS="--reset"
ARGS :=

DOCKERFILES := deploy/docker/Dockerfile producer_examples/node/Dockerfile

# Tests run in several processes, each file's in one. One at a time, to debug: make test WORKERS=0
WORKERS := auto
IN_PARALLEL := --numprocesses $(WORKERS) --maxprocesses 4 --dist loadfile
# Those over real processes wait much, for other processes: one more of them than there are cores.
ONE_MORE = PYTEST_XDIST_AUTO_NUM_WORKERS=$$(($$(getconf _NPROCESSORS_ONLN) + 1))

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(VENV)/everything.stamp ## Make .venv with all that developing needs (torch included: some 5 GB)
	@echo "Ready: $(BIN)/python. Next: make demo, make test, make check."

.PHONY: demo
demo: $(VENV)/serving.stamp ## The whole system on this machine, with a sample shop (ARGS="--data-dir D --reset")
	@exec $(BIN)/python -m standalone $(ARGS)

.PHONY: test
test: $(VENV)/everything.stamp ## Unit, contract and property tests: nothing but Python needed
	$(BIN)/python -m pytest $(IN_PARALLEL) -m "not integration" $(wildcard tests/unit tests/contract tests/properties) $(ARGS)

.PHONY: integration
integration: $(VENV)/everything.stamp node-modules ## Tests over a real Kafka, whole processes and a browser (see CONTRIBUTING.md)
	$(ONE_MORE) $(BIN)/python -m pytest $(IN_PARALLEL) -m "integration and not exhaustive" tests $(ARGS)

.PHONY: chaos
chaos: $(VENV)/everything.stamp ## Kills, outages and a soak on real processes: about three quarters of an hour (CHAOS_SEED)
	CHAOS_SCALE=$${CHAOS_SCALE:-full} $(BIN)/python -m pytest -m "chaos or exhaustive" tests/chaos tests/properties tests/integration $(ARGS)

.PHONY: bench
bench: $(VENV)/everything.stamp ## All figures beside their bounds and peers, in a quarter of an hour (ARGS="--record")
	$(BIN)/python -m bench full $(ARGS)

.PHONY: bench-quick
bench-quick: $(VENV)/everything.stamp ## First figures, each beside its bound or a peer, in two minutes
	$(BIN)/python -m bench quick $(ARGS)

.PHONY: bench-search
bench-search: $(VENV)/everything.stamp ## The search API beside its bounds, and under many clients, in some minutes
	$(BIN)/python -m bench search $(ARGS)

.PHONY: bench-scale
bench-scale: $(VENV)/everything.stamp ## A million vectors in the embedded engine: some twenty minutes (ARGS="--vectors 60000")
	$(BIN)/python -m bench scale $(ARGS)

.PHONY: check
check: $(VENV)/everything.stamp node-modules ## Lint, format, types, import contract, spelling, what is tracked, known vulnerabilities
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(TYPED)
	@for room in $(ABSENT_ROOMS); do mkdir -p $(VENV)/absent/$$room && touch $(VENV)/absent/$$room/__init__.py; done
	PYTHONPATH=$(VENV)/absent $(BIN)/lint-imports --no-logo
	$(BIN)/codespell
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.compose-spec docker-compose.yml
	$(BIN)/hadolint $(DOCKERFILES)
	$(BIN)/python .ci/tracked_files.py
	$(BIN)/python .ci/known_vulnerabilities.py
	@if [ -f $(NODE_MODULES) ]; then echo "eslint $(NODE_EXAMPLE)" && cd $(NODE_EXAMPLE) && npm run --silent lint; fi

.PHONY: format
format: $(VENV)/everything.stamp ## Format the code, and mend what ruff can mend
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

COMPILE := $(BIN)/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --no-annotate \
	--custom-compile-command "make requirements"

.PHONY: requirements
requirements: $(VENV)/everything.stamp ## Pin pyproject.toml's dependencies (ARGS=--upgrade: to their newest versions)
	$(COMPILE) $(ARGS) -o requirements-serving.txt
	$(COMPILE) $(ARGS) --all-extras --group dev -c requirements-serving.txt -o requirements.txt

.PHONY: docs-reference
docs-reference: $(VENV)/everything.stamp ## Write the reference pages that come from the code
	$(BIN)/python docs/build_reference.py
	$(BIN)/python -m product_events.schema json > docs/reference/product-event.schema.json
	$(BIN)/python -m product_events.schema asyncapi > docs/asyncapi.yaml

.PHONY: clean
clean: ## Remove .venv and every cache
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path '*/node_modules/*' -prune -exec rm -rf {} +

INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

# npm writes it last.
NODE_EXAMPLE := producer_examples/node
NODE_MODULES = $(NODE_EXAMPLE)/node_modules/.package-lock.json

.PHONY: node-modules
node-modules: ## The Node example's packages; a laptop without Node.js ≥ 20.19 does without
	@if [ $(NODE_MODULES) -nt $(NODE_EXAMPLE)/package-lock.json ]; then exit 0; \
	elif command -v npm >/dev/null; then \
	    echo "Installing the packages of $(NODE_EXAMPLE) (once; about a minute)"; \
	    cd $(NODE_EXAMPLE) && npm ci --ignore-scripts --loglevel=error && touch node_modules/.package-lock.json; \
	elif [ "$$CI" ]; then echo "npm is missing: it comes with Node.js" >&2; exit 1; \
	else echo "No npm here: what concerns $(NODE_EXAMPLE) is left out"; fi

$(VENV)/serving.stamp: requirements-serving.txt | $(BIN)/pip
	@echo "Installing requirements-serving.txt into $(VENV) (once; about half a minute)"
	@$(INSTALL) -r requirements-serving.txt
	@touch $@

# The same pins and more, so what serving needs is there afterwards too.
$(VENV)/everything.stamp: requirements.txt | $(BIN)/pip
	@echo "Installing requirements.txt into $(VENV) (once; some minutes: torch is large)"
	@$(INSTALL) -r requirements.txt
	@touch $@ $(VENV)/serving.stamp

# pip is the last thing that venv writes: a .venv without it is none. An interpreter may exist and not run (pyenv).
$(BIN)/pip:
	@for candidate in $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11 python); do \
	    if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	        echo "Making $(VENV) with $$("$$candidate" --version)"; \
	        exec "$$candidate" -m venv $(VENV); \
	    fi; \
	done; \
	echo "Python 3.11 or newer is needed and was not found ($(or $(PYTHON),looked for python3 and python3.11 to 3.14)):" \
	    "install it, or name it: make PYTHON=/path/to/python3.12 $(MAKECMDGOALS)" >&2; \
	exit 1
