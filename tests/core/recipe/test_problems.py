"""A wrong recipe is refused with every problem at its place, in words that a person can act on.

Modules: ``potluck.errors``, ``potluck.recipe.build``, ``potluck.recipe.messages``, ``potluck.recipe.nodes``,
``potluck.recipe.validation``, ``potluck.recipe.yaml_reader``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from potluck.errors import RecipeError
from potluck.recipe import load, loads

Problems = Callable[..., list[str]]

START = "documents: notes/*.txt\nembedder: hashing\n"
"""The beginning of the recipes in the table: what comes below begins in line 3."""

CASES = [
    ("retriever: {kk: 3}\n", "3:13: unknown key 'kk' (did you mean 'k'?) in retriever"),
    (
        "retriever:\n  k: 2\n  chat: extractive\n",
        "5:3: unknown key 'chat' in retriever; it is a key of the recipe itself: indent it less",
    ),
    ("splitter: {chunk_sise: 3}\n", "3:12: unknown key 'chunk_sise' (did you mean 'chunk_size'?) in splitter"),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=lambda value: repr(value)[:40])
def test_each_mistake_is_named_at_its_place(text: str, expected: str, problems: Problems) -> None:
    assert problems(START + text) == expected.split("\n")


def test_all_problems_come_at_once_in_the_order_of_the_file(problems: Problems) -> None:
    text = (
        "documents: notes/*.txt\nembeder: x\nretriever: {k: -1}\nprompt: no fields\nname: &a b\n"
        "splitter: {chunk_sise: 3}\ncompare: {store: {a: exakt}}\nseed: x\n"
    )

    assert [problem.split(":")[0] for problem in problems(text, "answer=x")] == [
        "2", "3", "4", "4", "5", "6", "7", "8", "--set answer=x",
    ]  # fmt: skip


def test_a_problem_is_shown_with_its_line_and_a_caret_right_under_it() -> None:
    with pytest.raises(RecipeError) as caught:
        loads("name: 軌道\nembedder: {use: hashing, dimensions: 很多}\n", Path("recipe.yaml"))

    assert str(caught.value) == (
        "recipe.yaml:2:38: embedder.dimensions: expected a whole number, got '很多'\n"
        "  embedder: {use: hashing, dimensions: 很多}\n"
        "                                       ^\n"
        "`potluck plugins list` shows what is installed; `potluck schema` describes every key."
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{名稱: x}\n", "\n  {名稱: x}\n   ^\n"),
        ("{name: 軌道, 別的: x}\n", "\n  {name: 軌道, 別的: x}\n         　　  ^\n"),
    ],
)
def test_under_full_width_text_the_caret_is_as_wide(text: str, shown: str) -> None:
    with pytest.raises(RecipeError) as caught:
        loads(text, Path("recipe.yaml"))

    assert shown in str(caught.value)


def test_what_a_message_repeats_is_not_longer_than_a_person_reads(problems: Problems) -> None:
    with pytest.raises(RecipeError) as caught:
        loads(START + f"store: {'x' * 5000}\nretriever: {{k: {'y' * 5000}}}\n{'z' * 900}: 1\n", Path("recipe.yaml"))

    assert max(len(line) for line in str(caught.value).splitlines()) < 500


def test_a_line_in_a_message_does_nothing_to_a_terminal() -> None:
    with pytest.raises(RecipeError) as caught:
        loads("name: a\x1b[31m\n", Path("recipe.yaml"))

    assert "\x1b" not in str(caught.value)
    assert caught.value.problems[0].column == 8


def test_a_missing_file_is_named_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "recipe.yaml").touch()

    for path in (tmp_path / "recipes.yaml", tmp_path / "食譜.yaml"):
        with pytest.raises(RecipeError, match="cannot be read: ") as caught:
            load(path)
        hint = f"did you mean {str(tmp_path / 'recipe.yaml')!r}?"
        assert (hint in str(caught.value)) is (path.name != "食譜.yaml")


@pytest.mark.parametrize("path", ["a\0b.yaml", "x" * 400 + ".yaml", "/dev/null/recipe.yaml"])
def test_a_path_that_no_file_can_have_is_a_problem_too(path: str) -> None:
    with pytest.raises(RecipeError, match="cannot be read: "):
        load(Path(path))
