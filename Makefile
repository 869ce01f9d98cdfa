# Two commands to know: `make run` and `make test`. Both install what is missing into .venv.
PYTHON ?= python3
PORT ?= 3001
STAGE ?= dev
PLAN ?= starter
TIMES ?= 20
VENV := .venv/bin
COMPILE := $(VENV)/uv pip compile -q --universal --python-version 3.11 --no-header --no-annotate
export PYTHONPATH := $(CURDIR):$(CURDIR)/layers/shared
# Compiled once: some machines ask Python to compile everything anew in every process.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help workspace run run-sam test fuzz check bench build deploy docs lock clean

help:  ## what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

run: .venv/local  ## the whole product on http://localhost:3001 (PORT=… to move it, DEMO=0 without the calls)
	@$(VENV)/python -m infra.local --port $(PORT) $(if $(filter 0,$(DEMO)),--no-demo)

run-sam: .venv/local build  ## the functions in SAM's containers, on the same local AWS (needs Docker)
	@$(VENV)/python -m infra.local.sam --port $(PORT)

test: .venv/dev  ## every test
	@$(VENV)/python -m pytest -n auto --maxprocesses 2 --no-loadscope-reorder --cov --cov-report=term:skip-covered

fuzz: .venv/dev  ## docs/openapi.json against the product, TIMES as long as in `make test`
	@$(VENV)/python -m pytest -n auto --maxprocesses 2 tests/fuzz --fuzz $(TIMES)

check: .venv/dev .venv/checkov  ## formatting, lint, types, layers, templates, documentation
	@$(VENV)/ruff format --check .
	@$(VENV)/ruff check .
	@$(VENV)/mypy
	@$(VENV)/lint-imports
	@$(VENV)/cfn-lint --append-rules infra/rules -- template.yaml infra/*.yaml
	@.venv/checkov/bin/checkov --config-file .checkov.yaml
	@$(VENV)/python -m infra.docs --check

docs: .venv/dev  ## write docs/ from the code
	@$(VENV)/python -m infra.docs

bench: .venv/bench .venv/local  ## cold start, warm CPU and round trips against three peers; what an overview reads
	@$(VENV)/python -m tests.benchmarks

build: .venv/sam  ## sam build: layers compiled and slimmed
	@.venv/sam/bin/sam build --cached --parallel

deploy: build  ## sam build and sam deploy (STAGE=prod, PARAMETERS="AlarmEmail=…")
	@.venv/sam/bin/sam deploy --config-file infra/samconfig.toml --stack-name tandem-$(STAGE) \
	  --parameter-overrides Stage=$(STAGE) $(PARAMETERS)

lock: .venv/pip  ## pin the dependencies of pyproject.toml
	@$(COMPILE) pyproject.toml -o layers/dependencies/requirements.txt
	@$(COMPILE) --group signatures -c layers/dependencies/requirements.txt -o layers/signatures/requirements.txt
	@for kind in local dev bench; do \
	  $(COMPILE) pyproject.toml --group $$kind -o requirements/$$kind.txt \
	    -c layers/dependencies/requirements.txt -c layers/signatures/requirements.txt; done

workspace: .venv/local  ## make a workspace in a deployed stage: TABLE_NAME=… USER_POOL_ID=… NAME=… EMAIL=… PLAN=…
	@$(VENV)/python -m tandem.admin create-workspace --name "$(NAME)" --plan "$(PLAN)" $(if $(EMAIL),--email "$(EMAIL)")

clean:  ## remove what was installed and built
	rm -rf .venv .local .aws-sam .build

.venv/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=…")'
	@$(PYTHON) -m venv .venv
	@$(VENV)/python -m pip install --quiet --disable-pip-version-check uv
	@touch $@

.venv/local .venv/dev .venv/bench: .venv/%: requirements/%.txt .venv/pip
	@echo "installing $*..."
	@$(VENV)/uv pip install --quiet --python $(VENV)/python -r $<
	@touch $@

# Tools with dependencies of their own, each in an environment of its own.
.venv/sam .venv/checkov: .venv/%: requirements/%.txt .venv/pip
	@echo "installing $*..."
	@$(PYTHON) -m venv $@
	@$(VENV)/uv pip install --quiet --python $@/bin/python -r $<
	@touch $@
