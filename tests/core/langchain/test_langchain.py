"""Opening a recipe for LangChain, by its path too, and what happens where LangChain is not installed.

Modules: ``potluck.langchain``.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import potluck.errors
import potluck.langchain
from potluck import Recipe
from support.langchain_recipe import QUESTION, open_recipe


def test_a_recipe_can_be_named_by_its_path(tmp_path: Path) -> None:
    with open_recipe(tmp_path):
        search = potluck.langchain.retriever(tmp_path / "recipe.yaml", k=1)
    try:
        assert search.invoke(QUESTION)
    finally:
        search.recipe.close()


def test_each_function_makes_langchains_counterpart_of_a_part_of_the_recipe(recipe: Recipe) -> None:
    made = {name: getattr(potluck.langchain, name)(recipe) for name in potluck.langchain.__all__}

    assert {name: type(part).__name__ for name, part in made.items()} == {
        "chat_model": "PotluckChatModel",
        "embeddings": "PotluckEmbeddings",
        "retriever": "PotluckRetriever",
        "runnable": "PotluckRunnable",
        "vector_store": "PotluckVectorStore",
    }
    assert all(part.recipe is recipe for part in made.values())


def test_importing_it_imports_nothing_of_langchain() -> None:
    code = "import sys, potluck.langchain; sys.exit(any(name.startswith('langchain') for name in sys.modules))"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_without_langchain_it_says_what_to_install(recipe: Recipe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)

    with pytest.raises(potluck.errors.MissingDependency, match=r"pip install .*\[langchain\]'"):
        potluck.langchain.retriever(recipe)
