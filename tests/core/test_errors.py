"""The tree of errors, what each says of itself, and how problems of a recipe are shown.

Modules: ``potluck.errors``.
"""

from __future__ import annotations

import inspect
import re

import pytest

from potluck import errors
from potluck.errors import DocumentError, PotluckError, Problem, RecipeError

CLASSES = {name: one for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, PotluckError)}


def drawn() -> dict[str, str]:
    """Each class of the tree in the module's docstring, and the one under which it stands."""
    above, found = ["PotluckError"], {}
    for line in (inspect.getdoc(errors) or "").splitlines():
        if (branch := re.match(r"((?:│   |    )*)[├└]── (\w+)", line)) is not None:
            depth = len(branch[1]) // 4 + 1
            found[branch[2]] = above[depth - 1]
            above[depth:] = [branch[2]]
    return found


def test_the_tree_that_is_drawn_is_that_of_the_classes() -> None:
    assert drawn() == {name: one.__bases__[0].__name__ for name, one in CLASSES.items() if one is not PotluckError}


def test_only_what_the_same_bytes_cause_again_is_kept() -> None:
    kept = {name for name, one in CLASSES.items() if issubclass(one, DocumentError) and one.cacheable}

    assert kept == {"UnreadableDocument", "NoText"}


def test_a_problem_without_a_place_has_neither_line_nor_column() -> None:
    assert Problem.without_place("甲.xlsx", "broken") == Problem("甲.xlsx", 0, 0, "broken", "")


@pytest.mark.parametrize(
    ("problem", "shown"),
    [
        (Problem("recipe.yaml", 3, 5, "unknown key"), "recipe.yaml:3:5: unknown key"),
        (Problem.without_place("--set k=x", "no number"), "--set k=x: no number"),
        (Problem("r.yaml", 1, 5, "wrong", "k: [x"), "r.yaml:1:5: wrong\n  k: [x\n      ^"),
        (Problem("r.yaml", 1, 4, "wrong", "標題：x"), "r.yaml:1:4: wrong\n  標題：x\n  \u3000\u3000\u3000^"),
        (Problem("r.yaml", 1, 2, "wrong", "\tx"), "r.yaml:1:2: wrong\n  \tx\n  \t^"),
    ],
)
def test_a_problem_is_shown_as_a_compiler_would(problem: Problem, shown: str) -> None:
    assert str(problem) == shown


def test_all_problems_of_a_recipe_are_in_its_message_and_the_hint_below_them() -> None:
    problems = [Problem("r.yaml", 1, 1, "one"), Problem("r.yaml", 2, 1, "two")]

    assert str(RecipeError(problems, "look here")) == "r.yaml:1:1: one\nr.yaml:2:1: two\nlook here"
    assert str(RecipeError(problems[:1])) == "r.yaml:1:1: one"
    assert RecipeError(problems).problems == tuple(problems)


def test_passwords_in_addresses_are_starred_whoever_writes_the_message() -> None:
    said = str(PotluckError("https://user:s3cret@host.example/v1 does not answer"))

    assert "s3cret" not in said
    assert "host.example" in said
    assert not [one for one in CLASSES.values() if one is not RecipeError and "s3cret" in str(one("a://u:s3cret@b/"))]
    assert "s3cret" not in str(Problem("r.yaml", 1, 1, "no", "base_url: https://user:s3cret@host.example/v1"))
