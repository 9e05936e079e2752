# `make demo` and `make test` do all the set-up they need, in .venv and nowhere else
# but for Graphviz's dot, which the system's package manager installs (see .ci/get-dot).

PYTHON ?= python3
BIN := .venv/bin

# A compiled module hides the source beside it: an edited engine must be built again.
BUILT_FROM := setup.cfg pyproject.toml setup.py \
    $(wildcard microbp/engine/*.py microbp/engine/*.pxd)

# All targets share one .venv, so `make -j` runs them one by one.
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help demo test bench fuzz oracle clean dot parsers

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1	\2/p' Makefile

demo: .venv/installed-demos dot ## Run every demo; pictures and pages go to out/
	$(BIN)/python demos/run_all.py

test: .venv/installed-dev dot parsers ## Check style, types, the compiled and plain engine
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest
	MICROBP_PURE=1 $(BIN)/python -m pytest

bench: .venv/installed-bench ## Measure the speed of everything
	$(BIN)/python tests/bench/run_all.py

fuzz: .venv/installed-dev ## Try 100,000 random graphs and 100,000 damaged files
	$(BIN)/python tests/fuzz/run_all.py

oracle: .venv/installed-oracle ## Compare values and gradients with PyTorch and JAX
	$(BIN)/python tests/oracle/run_all.py

clean: ## Remove all that the other targets make, .venv included
	rm -rf .venv build out *.egg-info .*_cache .hypothesis microbp/engine/*.so
	find . -name __pycache__ -prune -exec rm -rf {} +

dot: # get the program that lays out graphs, or say how
	@.ci/get-dot

parsers: # get what reads Mermaid and LaTeX, and opens pages, for the tests
	@.ci/get-parsers
	@.ci/get-browser

# microbp and one of its extras, editable. Old builds go first: should the new one
# fail, the engine must run as plain Python and not as what it was before.
.venv/installed-%: $(BUILT_FROM) | $(BIN)/python
	rm -f microbp/engine/*.so
	$(BIN)/python -m pip --disable-pip-version-check install --quiet --editable '.[$*]'
	@$(BIN)/python -c 'import microbp; print("The engine is", \
	    "compiled." if microbp.compiled else "plain Python.")'
	@touch $@

$(BIN)/python:
	$(PYTHON) -m venv .venv
