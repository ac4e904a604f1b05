# Everything runs in .venv, which `make setup` makes. On Windows call the same programs from .venv\Scripts.
BIN := .venv/bin

.PHONY: help setup run test test-deep lint bench docs screenshots
.DEFAULT_GOAL := help

help:  ## list what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup:  ## make .venv with the program, the test tools and the peers of the benchmarks
	python3 -m venv .venv && $(BIN)/pip install -e ".[test,bench]"

run:  ## start lightdesigner, with ARGS="cost mobilenet_v2" if given
	$(BIN)/lightdesigner $(ARGS)

test:  ## run the tests
	$(BIN)/python -m pytest -n auto --dist worksteal

test-deep:  ## run every test with 10,000 cases each: hours
	HYPOTHESIS_PROFILE=deep $(BIN)/python -m pytest -n auto --dist worksteal --timeout 0 -o faulthandler_timeout=0 -m "not bench"

lint:  ## check style, types and who imports whom
	$(BIN)/ruff check && $(BIN)/ruff format --check && $(BIN)/mypy && $(BIN)/lint-imports

bench:  ## compare speeds with the peers, alone on the machine
	$(BIN)/python -m pytest -m bench tests/benchmarks -s

docs:  ## write what is generated from blocks and presets: BLOCKS.md, the stub, the JSON schema, palette and gallery
	$(BIN)/python -m blocks.reference && $(BIN)/python -m designer.document.schema
	$(BIN)/python -m designer.app.palette_catalogue && $(BIN)/python -m designer.app.gallery_catalogue

screenshots:  ## write pictures of the main states, light and dark, in both sizes, three of them for the README (Xvfb)
	xvfb-run -a -s "-screen 0 2600x1500x24" $(BIN)/python -m tests.screenshots docs/pictures
	xvfb-run -a -s "-screen 0 2600x1500x24" $(BIN)/python -m tests.profile_pictures docs/pictures
	$(BIN)/lightdesigner export mobilenet_v2 --fold --svg docs/pictures/mobilenet_v2.svg --force
	xvfb-run -a -s "-screen 0 2600x1500x24" $(BIN)/python -m tests.compare_pictures docs/pictures
