# `make demo` shows it, `make office` opens it, `make test` proves it; all set up what they need in .venv.
.PHONY: demo office test lint bench fuzz prove crash postgresql pages docs

demo: .venv/run.ready
	@.venv/bin/morasanu scan examples/bank --html demo-report.html || test $$? -eq 3
	@echo "画面で見るには / to see it in the office:  make office"

office: .venv/run.ready
	@.venv/bin/morasanu up --demo

test: lint
	@.venv/bin/python -m pytest --numprocesses $(or $(workers),3) --quiet

lint: .venv/dev.ready
	@.venv/bin/ruff check --quiet && .venv/bin/ruff format --quiet --check
	@.venv/bin/mypy --no-error-summary && .venv/bin/lint-imports --no-logo > .venv/contracts.txt || { cat .venv/contracts.txt; false; }

bench: .venv/bench.ready
	@.venv/bin/python -m bench

fuzz: .venv/dev.ready
	@.venv/bin/python -m tests.fuzz --seconds $(or $(seconds),60) --out bench/results

prove: .venv/dev.ready
	@.venv/bin/python -m tests.fuzz.prover --lies $(or $(lies),1000000) --out bench/results

crash: .venv/dev.ready
	@.venv/bin/python -m tests.crash --states $(or $(states),100000) --out bench/results

postgresql: .venv/dev.ready
	@.venv/bin/python -m pytest --numprocesses 2 -p no:randomly --quiet tests/contract/office/whole.py tests/contract/office/whole_copy.py

pages: .venv/dev.ready
	@.venv/bin/python -m pytest --quiet tests/e2e/whole.py tests/e2e/story.py

docs: .venv/dev.ready
	@.venv/bin/python tools/docs.py

.venv/%.ready: pyproject.toml uv.lock tools/environment.sh
	@tools/environment.sh $*
