"""A recipe as a retriever: where its passages stand, and how many there are.

Modules: ``potluck.langchain._retriever``.
"""

from __future__ import annotations

from pathlib import Path

import potluck.langchain
from potluck import Recipe
from support.langchain_recipe import NOTES, QUESTION, open_recipe


def test_passages_say_where_they_stand(recipe: Recipe) -> None:
    (found,) = potluck.langchain.retriever(recipe, k=1).invoke(QUESTION)

    about = found.metadata
    assert about["source"] == "notes.txt"
    assert (about["section"], about["page"]) == ("第1章", None)
    assert NOTES[about["start"] : about["end"]] == found.page_content
    assert "三十公分" in found.page_content
    assert 0 < about["score"] <= 1


def test_k_is_the_recipes_unless_it_is_given(tmp_path: Path) -> None:
    with open_recipe(tmp_path, "retriever: {k: 1}") as recipe:
        search = potluck.langchain.retriever(recipe)

        assert len(search.invoke(QUESTION)) == 1
        assert len(search.invoke(QUESTION, k=2)) == 2
