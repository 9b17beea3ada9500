"""Variants that are no recipes are all told at once, each with the component that refuses and the value.

Modules: ``potluck.recipe.refused_variants``.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from potluck.errors import RecipeError
from potluck.recipe.model import RecipeModel
from potluck.recipe.variants import variants

Read = Callable[..., RecipeModel]

TEXT = "documents: a\nembedder: hashing\n"


def problems(recipe: RecipeModel, *swaps: str, design: str = "grid") -> list[str]:
    with pytest.raises(RecipeError) as caught:
        variants(recipe, swaps, design)  # type: ignore[arg-type]
    assert str(caught.value).endswith(
        "`potluck plugins list` shows what is installed; `potluck schema` describes every key."
    )
    return [f"{one.file}: {one.message}" for one in caught.value.problems]


@pytest.mark.parametrize("first", [0, 1])
def test_the_splitter_that_refuses_a_setting_is_named_with_its_variants_whichever_axis_comes_first(
    read: Read, first: int
) -> None:
    swaps = ["splitter=recursive,sections", "splitter.chunk_size=200,400"]
    names = ["'sections + chunk_size=200' and 'sections + chunk_size=400'",
             "'chunk_size=200 + sections' and 'chunk_size=400 + sections'"]  # fmt: skip

    (found,) = problems(read(TEXT), swaps[first], swaps[1 - first])

    assert found == (
        "--swap splitter.chunk_size=200,400: with splitter 'sections', unknown key 'chunk_size' in splitter. "
        f"It takes max_size, use (variants {names[first]})"
    )


def test_a_value_that_is_refused_is_named_with_the_splitter_that_the_recipe_names(read: Read) -> None:
    assert problems(read(TEXT), "splitter.chunk_size=200,很多") == [
        "--swap splitter.chunk_size=200,很多: with splitter 'recursive', splitter.chunk_size: expected a whole number, "
        "got '很多' (variant 'chunk_size=很多')"
    ]


def test_all_that_is_refused_is_told_at_once_and_many_variants_are_counted(read: Read) -> None:
    found = problems(read(TEXT), "retriever.k=0,2,3", "splitter.chunk_size=200,x,300,400,500")

    assert found == [
        "--swap retriever.k=0,2,3: with retriever 'vector', retriever.k: expected at least 1, got 0 (variants 'k=0 + "
        "chunk_size=200', 'k=0 + chunk_size=x', 'k=0 + chunk_size=300' and 2 more)",
        "--swap splitter.chunk_size=200,x,300,400,500: with splitter 'recursive', splitter.chunk_size: expected a "
        "whole number, got 'x' (variants 'k=2 + chunk_size=x' and 'k=3 + chunk_size=x')",
    ]


def test_what_every_variant_refuses_names_none_of_them(read: Read) -> None:
    (found,) = problems(read(TEXT), "splitter=recursive,tokens", "seed=x,y")[:1]

    assert found.startswith("--swap seed=x,y: seed: expected ")
    (alone,) = problems(read(TEXT), "splitter.nothing=1,2")
    assert alone == (
        "--swap splitter.nothing=1,2: with splitter 'recursive', unknown key 'nothing' in splitter. "
        "It takes chunk_size, chunk_overlap, separators, use"
    )


def test_a_component_that_there_is_not_is_named_once(read: Read) -> None:
    assert problems(read(TEXT), "splitter=recursive,nosuch") == [
        "--swap splitter=recursive,nosuch: unknown splitter 'nosuch' (variant 'nosuch')"
    ]


def test_one_at_a_time_tells_the_variant_as_well(read: Read) -> None:
    (found,) = problems(read(TEXT), "retriever.k=4,0", design="one-at-a-time")

    assert found.endswith("retriever.k: expected at least 1, got 0 (variant 'k=0')")
