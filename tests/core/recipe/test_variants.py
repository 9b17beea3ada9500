"""Variants: from the recipe's axes or the command line, in three designs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from potluck.errors import RecipeError
from potluck.recipe.model import RecipeModel
from potluck.recipe.variants import variants

Read = Callable[..., RecipeModel]

TEXT = """\
documents: a
embedder: hashing
compare:
  embedder: {雜湊: hashing, short: {use: hashing, dimensions: 8}}
  retriever.k: {two: 2, five: 5}
"""


def names(model: RecipeModel, *swaps: str, **design: str) -> list[str]:
    return [variant.name for variant in variants(model, swaps, **design)]  # type: ignore[arg-type]


def test_a_grid_has_every_combination_in_the_order_of_the_recipe(read: Read) -> None:
    found = variants(read(TEXT))

    assert [one.name for one in found] == ["雜湊 + two", "雜湊 + five", "short + two", "short + five"]
    assert [one.recipe.retriever.k for one in found] == [2, 5, 2, 5]
    assert [one.recipe.embedder.config.decisive()["dimensions"] for one in found] == [16, 16, 8, 8]
    assert found[1].swaps == {"embedder": "雜湊", "retriever.k": "five"}


def test_a_paired_design_goes_through_the_axes_side_by_side(read: Read) -> None:
    assert names(read(TEXT), design="paired") == ["雜湊 + two", "short + five"]


def test_a_paired_design_of_unequal_axes_says_their_lengths(read: Read) -> None:
    with pytest.raises(RecipeError, match=r"axes of one length; embedder has 2, retriever\.k has 3"):
        names(read(TEXT), "embedder=雜湊,short", "retriever.k=1,2,3", design="paired")


def test_one_at_a_time_changes_the_recipe_in_one_thing(read: Read) -> None:
    found = variants(read(TEXT), design="one-at-a-time")

    assert [one.name for one in found] == ["as it is", "short", "two", "five"]
    assert [one.recipe.retriever.k for one in found] == [4, 4, 2, 5]
    assert found[0].recipe.embedder == read(TEXT).embedder
    assert found[0].swaps == {"embedder": "雜湊", "retriever.k": "as it is"}, "the value is the recipe's own"


def test_the_command_line_takes_names_of_the_recipe_plugins_and_yaml(read: Read) -> None:
    found = variants(read(TEXT), ["embedder=short,hashing,{use: hashing, dimensions: 4}"])

    assert [one.name for one in found] == ["short", "hashing", "hashing 4"]
    assert [one.recipe.embedder.config.decisive()["dimensions"] for one in found] == [8, 16, 4]


def test_a_single_value_is_held_against_the_recipe_as_it_is(read: Read) -> None:
    model = read("documents: a\nembedder: hashing\n")

    assert names(model, "embedder={use: hashing, dimensions: 8}") == ["hashing", "hashing 8"]
    assert names(model, "retriever.k=9") == ["as it is", "k=9"]


def test_a_strategy_sets_several_keys_at_once(read: Read) -> None:
    text = (
        "documents: a\nembedder: hashing\ncompare: {strategy: {few: {retriever.k: 1, seed: 3}, 多: {retriever.k: 9}}}\n"
    )
    few, many = variants(read(text))

    assert (few.recipe.retriever.k, few.recipe.seed) == (1, 3)
    assert (many.recipe.retriever.k, many.recipe.seed) == (9, 0)
    assert names(read(text), "strategy=多,few") == ["多", "few"]


def test_a_short_prompt_without_a_name_is_called_by_its_text(read: Read) -> None:
    reading = read(TEXT + "chat: {use: openai, model: any}\n")

    found = names(reading, 'prompt="{context}{question}","問：{question}{context}"')
    assert found == ["{context}{question}", "問：{question}{context}"]


def test_a_long_prompt_without_a_name_is_called_by_its_hash(read: Read) -> None:
    reading = read(TEXT + "chat: {use: openai, model: any}\n")
    found = names(reading, 'prompt="Answer: {context} {question}","Reply: {context} {question}"')

    assert len(set(found)) == 2
    assert all(name.startswith("prompt ") for name in found)


def test_variants_have_no_axes_of_their_own(read: Read) -> None:
    assert all(not variant.recipe.compare for variant in variants(read(TEXT)))


@pytest.mark.parametrize(
    ("swap", "message"),
    [
        ("embedder", "--swap embedder: expected AXIS=VALUE,VALUE, such as retriever.k=2,4"),
        ("embedder=", "--swap embedder=: expected AXIS=VALUE,VALUE, such as retriever.k=2,4"),
        ("embeder=a,b", "--swap embeder=a,b: 'embeder' is not a key of a recipe (did you mean 'embedder'?)"),
        ("k=1,2", "--swap k=1,2: 'k' is not a key of a recipe (did you mean 'retriever.k'?)"),
        ("embedder=[a", "--swap embedder=[a: the value is not YAML; put quotes around it"),
        ("embedder=nowhere", "--swap embedder=nowhere: unknown embedder 'nowhere'"),
        ("retriever.k=0", "--swap retriever.k=0: with retriever 'vector', retriever.k: expected at least 1, got 0 ("),
        ("strategy=few", "--swap strategy=few: compare.strategy of the recipe names no 'few' (it has: none)"),
        ("questions=a.jsonl,b.jsonl", "--swap questions=a.jsonl,b.jsonl: variants are compared by the same questions"),
    ],
)
def test_a_swap_that_cannot_be_made_is_named(swap: str, message: str, read: Read) -> None:
    with pytest.raises(RecipeError) as caught:
        variants(read(TEXT), [swap])

    assert str(caught.value).splitlines()[0].startswith(message)


def test_a_recipe_without_axes_says_how_to_write_one(read: Read) -> None:
    with pytest.raises(RecipeError, match="there is nothing to compare; say what to swap"):
        variants(read("documents: a\nembedder: hashing\n"))


def test_too_many_variants_are_refused_before_anything_runs(read: Read) -> None:
    values = ",".join(map(str, range(1, 21)))

    with pytest.raises(RecipeError, match="more than 200 variants"):
        variants(read(TEXT), [f"retriever.k={values}", f"seed={values}"])
