"""Private documents go nowhere: a recipe that would send them is refused before anything is read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from potluck.recipe.model import RecipeModel

Problems = Callable[..., list[str]]
Read = Callable[..., RecipeModel]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        (
            "documents: {path: a, private: true}\nembedder: {use: hashing, send: example.org}\n"
            "chat: {use: picky, host: b.org}\n",
            [
                "2:17: the documents are private, and the embedder 'hashing' would send their text to example.org",
                "3:13: the documents are private, and the chat 'picky' would send their text to b.org",
            ],
        ),
        (
            "documents: {use: picky, path: 機密.doc, host: c.org, private: true}\n",
            ["1:18: the documents are private, and the loader 'picky' would send their text to c.org"],
        ),
        (
            "documents: {path: a, private: true}\nchat: {use: picky, host: crash}\n",
            ["2:13: chat 'picky' cannot say where it sends texts: OSError: no route"],
        ),
    ],
)
def test_each_component_that_would_send_texts_is_named_with_the_host(
    text: str, places: list[str], problems: Problems
) -> None:
    assert problems(text) == places


def test_documents_that_are_not_private_may_be_sent(read: Read) -> None:
    recipe = read(
        "documents: {path: a, private: false}\nembedder: {use: hashing, send: example.org}\n"
        "chat: {use: picky, host: crash}\n"
    )

    assert recipe.documents is not None
    assert not recipe.documents.private


def test_an_override_that_makes_documents_private_is_checked(problems: Problems) -> None:
    assert problems("documents: a\nembedder: {use: hashing, send: example.org}\n", "documents.private=true") == [
        "2:17: the documents are private, and the embedder 'hashing' would send their text to example.org"
    ]
