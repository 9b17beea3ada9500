"""A variant is the recipe after one choice after another, without axes of its own.

Modules: ``potluck.recipe.swaps``.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from potluck.errors import RecipeError
from potluck.recipe.model import RecipeModel
from potluck.recipe.swaps import AxisValue, apply_values

Read = Callable[..., RecipeModel]

TEXT = "documents: a\nembedder: hashing\nseed: 3\ncompare: {seed: {甲: 1, 乙: 2}}\n"


def test_choices_are_made_in_order_and_the_later_one_counts(read: Read) -> None:
    first = AxisValue("八", {"retriever.k": 8, "seed": 1}, "compare.k")
    found = apply_values(read(TEXT), [first, AxisValue("九", {"retriever.k": 9}, "compare.k")])

    assert (found.retriever.k, found.seed, found.compare) == (9, 1, {})


def test_a_component_is_chosen_before_its_settings_whichever_is_named_first(read: Read) -> None:
    settings = AxisValue("長", {"splitter.chunk_size": 77}, "")
    splitter = AxisValue("recursive", {"splitter": {"use": "recursive"}}, "")

    for choices in ([settings, splitter], [splitter, settings]):
        assert apply_values(read(TEXT), choices).splitter.config.model_dump()["chunk_size"] == 77


def test_a_choice_that_sets_nothing_is_the_recipe_as_it_is(read: Read) -> None:
    recipe = read(TEXT)

    assert apply_values(recipe, [AxisValue("as it is", {}, "")]) == apply_values(recipe, [])
    assert apply_values(recipe, []).seed == 3
    assert recipe.compare, "the recipe itself keeps its axes"


def test_a_mistake_is_named_where_the_choice_is_said(read: Read) -> None:
    right = AxisValue("對", {"retriever.k": 8}, "--swap retriever.k=8")

    with pytest.raises(RecipeError) as caught:
        apply_values(read(TEXT), [right, AxisValue("錯", {"retriever.k": "很多"}, "--swap retriever.k=很多")])
    assert [(one.file, one.message) for one in caught.value.problems] == [
        ("--swap retriever.k=很多", "retriever.k: expected a whole number, got '很多'")
    ]
