"""Every value of a comparison is checked as if it stood in the recipe, and wrong where it is written."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from potluck.installation import pip_command_of_extra
from potluck.recipe.model import RecipeModel
from potluck.recipe.recipe_loader import reread_recipe

Problems = Callable[..., list[str]]
Read = Callable[..., RecipeModel]

TEXT = "documents: a\nembedder: hashing\nchat: picky\n"
PRIVATE = "documents: {path: a, private: true}\nembedder: hashing\nchat: picky\n"

CASES = [
    ("compare: [a]\n", "4:10: compare: expected a mapping of axes, got a list"),
    (
        "compare: {embeder: {a: b}}\n",
        "4:11: compare: 'embeder' is not a key that can be compared (did you mean 'embedder'?)",
    ),
    ("compare: {name: {a: b}}\n", "4:11: compare: 'name' is not a key that can be compared"),
    ("compare: {compare: {a: {}}}\n", "4:11: compare: 'compare' is not a key that can be compared"),
    (
        "compare: {retriever..k: {a: 1}}\n",
        "4:11: compare: 'retriever..k' is not a key that can be compared (did you mean 'retriever'?)",
    ),
    ("compare: {embedder: [a]}\n", "4:21: compare.embedder: expected a mapping of names to values, got a list"),
    (
        "compare: {embedder: {}}\n",
        "4:21: compare.embedder: expected a mapping of names to values, got an empty mapping",
    ),
    ("compare: {embedder: }\n", "4:11: compare.embedder: expected a mapping of names to values, got nothing"),
    ("compare: {embedder: {雜湊: hashin}}\n", "4:26: unknown embedder 'hashin' (did you mean 'hashing'?)"),
    (
        "compare: {embedder: {a: {use: hashing, dimension: 1}}}\n",
        "4:40: unknown key 'dimension' (did you mean 'dimensions'?) in embedder",
    ),
    (
        "compare: {embedder: {a: needy}}\n",
        "4:25: embedder 'needy' needs the package 'no_such_library'. "
        f"Run: {pip_command_of_extra('needy', 'potluck-picky')}",
    ),
    ("compare: {retriever.k: {a: 2, b: none}}\n", "4:34: retriever.k: expected a whole number, got 'none'"),
    ("compare: {retriever.kk: {a: 1, b: 2}}\n", "4:11: unknown key 'kk' (did you mean 'k'?) in retriever"),
    (
        "compare: {chat.count: {a: 4, b: 102}}\n",
        "4:33: with this value, chat: count (102) is too large for ratio (0.5)",
    ),
    (
        "compare: {prompt: {a: '{question}'}}\n",
        "4:23: prompt: the field {context} is missing; the model would not see it",
    ),
    ("compare: {questions: {a: none.jsonl}}\n", "4:26: questions: there is no file 'none.jsonl'"),
    (
        "compare: {chat.key: {a: sk-canary}}\n",
        "4:25: a secret is not written into a recipe: write ${NAME} and set the variable NAME",
    ),
    ("compare: {chat.key: {a: '${NOT_SET}'}}\n", "4:25: the environment variable NOT_SET is not set"),
    ("compare: {chat.whim: {a: '${HOME}'}}\n", "4:26: environment references ${NAME} are for secrets only"),
    ("compare: {documents: {a: [b, '']}}\n", "4:30: documents.path: a path is empty"),
    ("compare: {seed.x: {a: 1}}\n", "4:23: seed: expected a whole number from 0 to 4294967295, got a mapping"),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=lambda value: repr(value)[:40])
def test_each_wrong_axis_or_value_is_named_at_its_place(text: str, expected: str, problems: Problems) -> None:
    assert problems(TEXT + text) == [expected]


def test_a_problem_of_the_recipe_is_not_repeated_for_each_value(problems: Problems) -> None:
    assert problems(TEXT + "store: exakt\ncompare: {retriever.k: {a: 1, b: 2}, embedder: {a: hashin}}\n") == [
        "4:8: unknown store 'exakt' (did you mean 'exact'?)",
        "5:52: unknown embedder 'hashin' (did you mean 'hashing'?)",
    ]


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ("chat: {a: {use: picky, host: example.org}}", "4:27"),
        ("chat.host: {a: example.org, b: null}", "4:26"),
        ("documents.use: {a: picky}, chat: {b: {use: picky, host: example.org}}", "4:54"),
        ("chat.host: {甲: example.org}", "4:26"),
    ],
)
def test_private_documents_are_not_compared_by_sending_them(values: str, place: str, problems: Problems) -> None:
    (found,) = problems(PRIVATE + f"compare: {{{values}}}\n")

    assert found.startswith(f"{place}: ")
    assert found.endswith("the documents are private, and the chat 'picky' would send their text to example.org")


def test_a_comparison_of_the_privacy_itself_is_checked(problems: Problems) -> None:
    (found,) = problems(
        "documents: a\nchat: {use: picky, host: example.org}\ncompare: {documents.private: {no: false, yes: true}}\n"
    )

    assert found.startswith("3:47: with this value, the documents are private")


def test_axes_and_values_are_kept_as_they_are_written(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY", "sk-canary")
    recipe = read(
        TEXT + "compare:\n  retriever.k: {少: 2, 4: 4}\n  store: {exact: null, 2: {use: exact}}\n"
        "  chat: {a: {use: picky, key: '${CANARY}'}}\n"
    )

    assert recipe.compare == {
        "retriever.k": {"少": 2, "4": 4},
        "store": {"exact": None, "2": {"use": "exact"}},
        "chat": {"a": {"use": "picky", "key": "${CANARY}"}},
    }
    for axis, values in recipe.compare.items():
        for value in values.values():
            assert reread_recipe(recipe, {axis: value, "compare": None}).compare == {}
