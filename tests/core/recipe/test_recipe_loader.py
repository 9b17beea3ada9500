"""A recipe is read from its text and what overrides it; what is wrong later is named where the recipe says it.

Modules: ``potluck.recipe.recipe_loader``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from potluck.errors import RecipeError
from potluck.recipe.model import Origin, RecipeModel
from potluck.recipe.recipe_loader import HINT, problem_at, read_recipe, reread_recipe

Read = Callable[..., RecipeModel]

TEXT = "documents: 筆記\nembedder: hashing\nretriever:\n  k: 3\n"


def test_a_model_remembers_what_it_was_read_from() -> None:
    origin = Origin(TEXT, ("retriever.k=5",), (("seed", 7, "別處"),), check_installed=False)
    found = read_recipe(Path("食譜.yaml"), origin)

    assert found.origin is origin
    assert (found.retriever.k, found.seed, found.name) == (5, 7, "食譜")


def test_replacements_come_after_overrides_and_later_ones_after_earlier() -> None:
    again = (("retriever.k", 6, "甲"), ("retriever.k", 7, "乙"))

    assert read_recipe(Path("a.yaml"), Origin(TEXT, ("retriever.k=5",), again)).retriever.k == 7
    assert read_recipe(Path("a.yaml"), Origin(TEXT, ("retriever.k=5", "retriever.k=4"))).retriever.k == 4


def test_all_problems_are_raised_with_a_hint_where_to_look() -> None:
    with pytest.raises(RecipeError) as caught:
        read_recipe(Path("食譜.yaml"), Origin(TEXT + "鍵: 1\nseed: 很多\n"))

    assert [(one.file, one.line) for one in caught.value.problems] == [("食譜.yaml", 5), ("食譜.yaml", 6)]
    assert str(caught.value).endswith(f"\n{HINT}")


def test_windows_line_ends_do_not_move_the_lines() -> None:
    with pytest.raises(RecipeError) as caught:
        read_recipe(Path("a.yaml"), Origin(TEXT.replace("\n", "\r\n") + "seed: 很多\r\n"))

    assert [(one.line, one.column, one.source_line) for one in caught.value.problems] == [(5, 7, "seed: 很多")]


def test_a_recipe_is_read_again_with_what_was_replaced_before(read: Read) -> None:
    once = reread_recipe(read(TEXT, "seed=9"), {"retriever.k": 8})
    twice = reread_recipe(once, {"name": "食譜"}, "--judge x")

    assert (twice.retriever.k, twice.name, twice.seed) == (8, "食譜", 9)
    assert [(key, said) for key, _, said in twice.origin.replacements] == [
        ("retriever.k", f"{once.path} with another retriever.k"),
        ("name", "--judge x"),
    ]


@pytest.mark.parametrize(("said", "file"), [("", "食譜.yaml with another retriever.k"), ("--swap k=x", "--swap k=x")])
def test_what_is_wrong_with_a_replacement_is_said_of_the_place_that_it_has(read: Read, said: str, file: str) -> None:
    recipe = read(TEXT, name="食譜.yaml")

    with pytest.raises(RecipeError) as caught:
        reread_recipe(recipe, {"retriever.k": "x"}, said)
    assert [Path(one.file).name for one in caught.value.problems] == [file]


def test_a_problem_that_is_found_later_stands_where_the_recipe_says_the_value(read: Read, tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").touch()
    recipe = read(
        "model: base\ntask: classification\ndataset: train.jsonl\ntuner: lora\n" + "retriever:\n  k: 3\n", "seed=7"
    )

    problem = problem_at(recipe, "retriever.k", "is too few")
    assert (problem.line, problem.column, problem.message, problem.source_line) == (6, 6, "is too few", "  k: 3")
    assert problem_at(recipe, "dataset", "is odd").line == 3
    assert problem_at(recipe, "seed", "is odd").file == "--set seed=7"


def test_a_problem_of_what_is_not_there_stands_at_the_nearest_thing_that_is(read: Read) -> None:
    recipe = read(TEXT)
    found = [problem_at(recipe, "retriever.fit", "甲"), problem_at(recipe, "seed", "乙")]

    assert [(one.line, one.column, one.message) for one in found] == [(3, 1, "甲"), (1, 1, "乙")]
