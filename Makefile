# One word per intent. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PY := .venv/bin/python
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# Compiled once for all processes, also where the machine forbids bytecode, and away from the sources, which are bundled.
export PYTHONDONTWRITEBYTECODE :=
export PYTHONPYCACHEPREFIX := $(CURDIR)/.build/bytecode
.PHONY: help setup demo test flows others fuzz bench check format docs synth deploy lock clean

help: ## Show these words
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

setup: ## Make .venv from the lock file (uv and Node come from the package registry if absent)
	@python3 tools/setup.py

demo: setup ## Run the main job on this machine: a town's files in, records and answers out
	@$(PY) -m kyotsu_cli.demo

test: setup ## Run all tests: those of the sandbox, which mostly wait, beside all others
	@$(MAKE) --no-print-directory --jobs=2 --output-sync flows others

flows:
	@$(PY) -m pytest tests/flows

others:
	@$(PY) -m pytest --ignore=tests/flows

fuzz: setup ## Try many more odd keys, headers and bodies than `make test` does
	@KYOTSU_FUZZ_CASES=20000 $(PY) -m pytest -q tests/properties tests/unit/sandbox

bench: setup ## Measure rows per second, memory, cold import, candidate search and forms, as ratios in one run (docs/performance.md)
	@$(PY) -m tests.bench.reception && $(PY) -m tests.bench.memory && $(PY) -m tests.bench.cold_import && $(PY) -m tests.bench.candidates && $(PY) -m tests.bench.forms

check: setup ## Run the static checks: format, lint, types, imports, catalogue
	@ruff format --check . && ruff check . && mypy && lint-imports && kyotsu catalogue check

format: setup ## Format the code
	@ruff format . && ruff check --fix .

docs: setup ## Write the generated pages of docs/ anew: outcomes, state machines and their edges, OpenAPI, access matrix
	@for page in outcomes diagrams machine_edges openapi access_matrix; do $(PY) -m tools.$$page || exit; done

synth: setup ## Write the CloudFormation templates of both stages to cdk.out/
	@$(PY) infra/app.py

deploy: setup ## Deploy with the pinned CDK CLI: make deploy STAGE=development MUNICIPALITY=141003
	@npm ci --silent && npx cdk deploy --all -c stage=$(STAGE) -c municipality=$(MUNICIPALITY) -c linked_account=$(or $(LINKED_ACCOUNT),none)

lock: setup ## Resolve the dependencies again and rewrite uv.lock
	@$(PY) -m tools.lock

clean: ## Remove everything that was built
	@rm -rf .venv .cache .build cdk.out .sandbox node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis
