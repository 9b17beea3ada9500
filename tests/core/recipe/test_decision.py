"""What decides a comparison is read from the recipe, beside its axes.

Modules: ``potluck.recipe.decision``.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from potluck.recipe.decision import DecisionSettings
from potluck.recipe.model import RecipeModel
from potluck.recipe.recipe_loader import reread_recipe
from potluck.recipe.variants import variants

TEXT = "documents: a\nembedder: hashing\n"


def test_without_them_the_leading_measure_decides_about_further_documents(read: Callable[..., RecipeModel]) -> None:
    found = read(TEXT).decision

    assert (found.decide_by, found.population, found.is_about_these) == (None, "further-documents", False)
    assert found.as_mapping() == {}


def test_the_measure_and_the_population_are_no_axes(read: Callable[..., RecipeModel]) -> None:
    recipe = read(
        TEXT
        + "compare: {decide_by: recall@2, at_least: 0.02, population: these-documents, retriever.k: {a: 1, b: 2}}\n"
    )

    assert recipe.decision == DecisionSettings("recall@2", 0.02, "these-documents")
    assert recipe.decision.is_about_these
    assert list(recipe.compare) == ["retriever.k"]
    assert [one.name for one in variants(recipe)] == ["a", "b"]


def test_they_stand_in_the_recipe_that_is_written_out(read: Callable[..., RecipeModel]) -> None:
    recipe = read(TEXT + "compare: {decide_by: f1, retriever.k: {a: 1}}\n")
    written = recipe.as_mapping()["compare"]

    assert isinstance(written, dict)
    assert written["decide_by"] == "f1"
    assert "population" not in written, "the usual one is not written"
    assert list(written) == ["decide_by", "retriever.k"]
    assert reread_recipe(recipe, {"seed": 3}).decision == recipe.decision


def test_a_recipe_may_name_them_without_an_axis(read: Callable[..., RecipeModel]) -> None:
    recipe = read(TEXT + "compare: {population: these-documents}\n")

    assert recipe.compare == {}
    assert recipe.as_mapping()["compare"] == {"population": "these-documents"}


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("decide_by: [f1]", "3:22: compare.decide_by: expected the name of a measure, got a list"),
        ("decide_by: '  '", "3:22: compare.decide_by: expected the name of a measure, got '  '"),
        (
            "population: these-document",
            "3:23: compare.population: expected further-documents or these-documents, got 'these-document' "
            "(did you mean 'these-documents'?)",
        ),
        *(
            (f"at_least: {value}", f"3:21: compare.at_least: expected a number above 0, such as 0.02, got {shown}")
            for value, shown in (("0", "0"), ("-1", "-1"), ("true", "true"), ("much", "'much'"), (".inf", ".inf"))
        ),
        ("decideby: f1", "3:11: compare: 'decideby' is not a key that can be compared (did you mean 'decide_by'?)"),
    ],
)
def test_what_is_wrong_with_them_is_told_at_its_place(
    problems: Callable[..., list[str]], written: str, message: str
) -> None:
    (found,) = problems(TEXT + f"compare: {{{written}}}\n")

    assert found == message


def test_seeds_say_how_often_a_tuned_variant_is_trained(read: Callable[..., RecipeModel]) -> None:
    recipe = read(TEXT + "compare: {seeds: 3, retriever.k: {a: 1, b: 2}}\n")

    assert recipe.decision.seeds == 3
    assert recipe.compare == {"retriever.k": {"a": 1, "b": 2}}
    assert recipe.as_mapping()["compare"] == {"seeds": 3, "retriever.k": {"a": 1, "b": 2}}
    assert read(TEXT).decision.seeds == 1
    assert read(TEXT + "compare: {seeds: 20}\n").decision.seeds == 20


@pytest.mark.parametrize(("seeds", "got"), [("0", "0"), ("21", "21"), ("true", "true"), ("三", "'三'"), ("2.0", "2.0")])
def test_seeds_that_are_no_number_of_trainings_are_a_problem(
    seeds: str, got: str, problems: Callable[..., list[str]]
) -> None:
    found = problems(TEXT + f"compare: {{seeds: {seeds}}}\n")

    assert found == [f"3:18: compare.seeds: expected a whole number from 1 to 20, got {got}"]
