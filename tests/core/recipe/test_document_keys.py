"""The key ``documents``: which files are meant, and what is wrong with it, at its place.

Modules: ``potluck.recipe.document_keys``.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from potluck.installation import pip_command
from potluck.recipe.model import Documents, RecipeModel

Problems = Callable[..., list[str]]
Read = Callable[..., RecipeModel]

CASES = [
    (
        "documents: {use: needy, path: a}\n",
        "1:18: loader 'needy' needs the packages 'no_such_library', 'nor_this'. "
        f"Run: {pip_command('no_such_library', 'nor_this')}",
    ),
    ("documents: ''\n", "1:12: documents.path: a path is empty"),
    ("documents: []\n", "1:12: documents.path: names no files"),
    ("documents: [a, '']\n", "1:16: documents.path: a path is empty"),
    ("documents: [a, 5]\n", "1:16: documents.path.2: expected a text, got 5"),
    ("documents: {path: a, exclude: ' '}\n", "1:31: documents.exclude: a path is empty"),
    ('documents: "a\\0b"\n', "1:12: documents.path: the path 'a\\x00b' has a control character in it"),
    ("documents: 5\n", "1:12: documents: expected paths or a mapping with 'path', got 5"),
    ("documents: {path: 5}\n", "1:19: documents.path: expected a text or a list, got 5"),
    ("documents: {private: true}\n", "1:1: documents.path: is missing"),
    ("documents: {path: a, privat: true}\n", "1:22: unknown key 'privat' (did you mean 'private'?) in documents"),
    (
        "documents: {use: picky, path: a, privat: 1}\n",
        "1:34: unknown key 'privat' (did you mean 'private'?) in documents",
    ),
    ("documents: {path: a, use: ofice}\n", "1:27: unknown loader 'ofice' (did you mean 'office'?)"),
    ("documents: {use: picky, path: a, count: 3}\n", "1:41: documents.count: expected a multiple of 2, got 3"),
    ("documents: {path: a, encoding: big6}\n", "1:32: documents.encoding: there is no encoding 'big6'"),
    (
        "documents: {path: a, on_error: ignore}\n",
        "1:32: documents.on_error: expected one of 'report', 'skip', got 'ignore'",
    ),
    ("documents: {path: a, exclude: [b, ' ']}\n", "1:35: documents.exclude: a path is empty"),
    ("documents: {path: []}\n", "1:19: documents.path: names no files"),
    (
        "documents: {path: a, colour: 藍}\n",
        "1:22: unknown key 'colour' in documents. It takes path, exclude, private, on_error, encoding, password, "
        "comments, hidden, use",
    ),
    (
        "documents: {path: a, use: null, count: 3}\n",
        "1:33: unknown key 'count' (did you mean 'comments'?) in documents",
    ),
    (
        "documents: {use: picky, path: a, encoding: big5}\n",
        "1:34: unknown key 'encoding' in documents. It takes key, long_key, headers, keys, ratio, count, above, "
        "nullable, flag, many, table, inner, mixed, word, odd-name, host, whim, use, path, exclude, private, on_error",
    ),
    ("documents: true\n", "1:12: documents: expected paths or a mapping with 'path', got true"),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=lambda value: repr(value)[:40])
def test_each_mistake_is_named_at_its_place(text: str, expected: str, problems: Problems) -> None:
    assert problems(text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("筆記/*.txt", Documents(("筆記/*.txt",))),
        ("[甲, 乙]", Documents(("甲", "乙"))),
        ("{path: 甲, exclude: 乙, use: null}", Documents(("甲",), ("乙",))),
        ("{path: [甲, 乙], exclude: [丙, 丁]}", Documents(("甲", "乙"), ("丙", "丁"))),
        ("{path: a, private: true}", Documents(("a",), private=True)),
        ("{path: a, on_error: skip}", Documents(("a",), on_error="skip")),
        ("{path: a, encoding: big5}", Documents(("a",), encoding="big5")),
        ("{path: a, comments: true}", Documents(("a",), comments=True)),
        ("{path: a, hidden: true}", Documents(("a",), hidden=True)),
    ],
)
def test_each_key_is_taken_for_what_it_says(text: str, expected: Documents, read: Read) -> None:
    assert read(f"documents: {text}\n").documents == expected


def test_a_password_is_read_from_the_environment_and_stays_as_it_is_written(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET", "密碼")
    found = read("documents: {path: a, password: '${SECRET}'}\n").documents

    assert found is not None
    assert found.password is not None
    assert found.password.get_secret_value() == "密碼"
    assert found.secrets == {"password": "${SECRET}"}


def test_a_loader_that_is_named_has_its_settings_beside_the_common_keys(read: Read) -> None:
    found = read(
        "documents: {use: picky, path: [甲, 乙], exclude: 丙, private: true, on_error: skip, count: 4}\n"
    ).documents

    assert found is not None
    assert found.loader is not None
    assert (found.patterns, found.exclude, found.private, found.on_error) == (("甲", "乙"), ("丙",), True, "skip")
    assert (found.loader.name, found.loader.config.decisive()["count"]) == ("picky", 4)
    assert read("name: 無\n").documents is None
