"""``--set`` replaces any key, and says so where it is wrong.

Modules: ``potluck.recipe.paths``.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from potluck.errors import RecipeError
from potluck.recipe.model import RecipeModel
from potluck.recipe.recipe_loader import reread_recipe

Problems = Callable[..., list[str]]
Read = Callable[..., RecipeModel]

TEXT = "documents: a\nembedder: hashing\n"


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("retriever.k=x", "--set retriever.k=x: retriever.k: expected a whole number, got 'x'"),
        ("retriever.q=1", "--set retriever.q=1: unknown key 'q' in retriever. It takes use, k, fit"),
        ("embeder=hashing", "--set embeder=hashing: unknown key 'embeder' (did you mean 'embedder'?)"),
        ("embedder=hashin", "--set embedder=hashin: unknown embedder 'hashin' (did you mean 'hashing'?)"),
        ("embedder.use=hashin", "--set embedder.use=hashin: unknown embedder 'hashin' (did you mean 'hashing'?)"),
        ("retriever.k.x=1", "--set retriever.k.x=1: retriever.k: expected a whole number, got a mapping"),
        ("seed.x=1", "--set seed.x=1: seed: expected a whole number from 0 to 4294967295, got a mapping"),
        ("retriever", "--set retriever: expected KEY=VALUE, such as retriever.k=2"),
        ("=1", "--set =1: expected KEY=VALUE, such as retriever.k=2"),
        ("a..b=1", "--set a..b=1: expected KEY=VALUE, such as retriever.k=2"),
        ("name=[", "--set name=[: the value is not YAML; put quotes around it"),
        ("name=&a b", "--set name=&a b: anchors (&) are not used in recipes; write quotes around it if it is text"),
        ("documents=*.txt", "--set documents=*.txt: a text that begins with '*' needs quotes: '*.txt'"),
        ("name={a: 1, a: 2}", "--set name={a: 1, a: 2}: the key 'a' is given twice"),
        (
            "splitter.chunk_size=很多",
            "--set splitter.chunk_size=很多: splitter.chunk_size: expected a whole number, got '很多'",
        ),
        (
            "documents.password=${NOT_SET}",
            "--set documents.password=${NOT_SET}: the environment variable NOT_SET is not set",
        ),
    ],
)
def test_a_wrong_override_is_named(override: str, expected: str, problems: Problems) -> None:
    assert problems(TEXT, override) == [expected]


def test_an_override_replaces_any_key(read: Read) -> None:
    assert read(TEXT, "retriever.k=7").retriever.k == 7
    assert read(TEXT, "retriever.k=7", "retriever.k=8").retriever.k == 8
    assert read(TEXT, "embedder.dimensions=9").embedder.config.decisive()["dimensions"] == 9
    assert read(TEXT, "embedder={use: hashing, dimensions: 5}").embedder.config.decisive()["dimensions"] == 5
    assert read(TEXT + "answer: refine\n", "answer.method=stuff").answer.method == "stuff"
    assert read(TEXT, "answer=refine").answer.method == "refine"
    assert read(TEXT, "name=a=b").name == "a=b"
    assert read(TEXT + "name: x\n", "name=").name == "recipe"
    assert read(TEXT, " chat . temperature = 1 ").chat.config.decisive()["temperature"] == 1


@pytest.mark.parametrize("documents", ["documents: [a, b]\n", "documents: {path: [a, b]}\n"])
def test_a_part_of_the_documents_can_be_replaced_however_they_are_written(documents: str, read: Read) -> None:
    found = [
        read(documents, "documents.private=true").documents,
        read(documents, "documents.use=text").documents,
        read(documents, "documents.exclude=草稿*").documents,
        read(documents, "documents.path=c").documents,
    ]

    assert [one and one.patterns for one in found] == [("a", "b")] * 3 + [("c",)]
    assert [one and (one.private, one.loader is not None, one.exclude) for one in found[:3]] == [
        (True, False, ()),
        (False, True, ()),
        (False, False, ("草稿*",)),
    ]


def test_a_name_alone_is_the_component_with_its_defaults(read: Read) -> None:
    text = TEXT + "splitter: {use: recursive, chunk_size: 70}\n"

    assert read(text).splitter.config.decisive()["chunk_size"] == 70
    assert read(text, "splitter={use: recursive, chunk_size: 70}").splitter == read(text).splitter
    assert read(text, "splitter=recursive").splitter == read(TEXT, "splitter={use: recursive}").splitter


def test_a_key_that_the_file_lacks_is_made(read: Read) -> None:
    recipe = read("name: a\n", "documents.path=軌道.doc", "compare.retriever.k={a: 1}")

    assert recipe.documents is not None
    assert recipe.documents.patterns == ("軌道.doc",)
    assert recipe.compare == {"retriever.k": {"a": 1}}


def test_a_mistake_in_the_file_stays_a_mistake_in_the_file(problems: Problems) -> None:
    assert problems(TEXT + "retriever: {kk: 1}\n", "retriever.k=2") == [
        "3:13: unknown key 'kk' (did you mean 'k'?) in retriever"
    ]


def test_problems_of_overrides_come_after_those_of_the_file(problems: Problems) -> None:
    found = problems(TEXT + "store: exakt\n", "seed=x", "chat=extractiv", "retriever")

    assert found[0].startswith("3:8: ")
    assert {one.split(":")[0] for one in found[1:]} == {"--set retriever", "--set chat=extractiv", "--set seed=x"}


def test_replaced_values_make_another_recipe(read: Read) -> None:
    recipe = reread_recipe(
        reread_recipe(read(TEXT), {"retriever.k": 2, "embedder.dimensions": 4}), {"embedder.fit": "pool"}
    )

    assert (recipe.retriever.k, recipe.embedder.config.decisive()["dimensions"]) == (2, 4)
    assert recipe.embedder.config.decisive()["fit"] == "pool"


@pytest.mark.parametrize(
    "text", ["a\u0085b", "a\u2028b", "\x7f", "a: b # c", "*x", "yes", "\t", "一\n二", "🙂", "'\"\\"]
)
def test_any_text_can_be_put_in_the_place_of_another(text: str, read: Read) -> None:
    template = f"{{context}}{text}{{question}}"

    assert reread_recipe(read(TEXT), {"prompt": template}).prompt.text == template  # type: ignore[union-attr]
    assert reread_recipe(read(TEXT), {"documents.path": [f"x{text.strip()}" if text.isprintable() else "x"]}).documents


def test_a_wrong_replacement_names_the_recipe_and_the_key(read: Read) -> None:
    with pytest.raises(
        RecipeError, match=r"食譜\.yaml with another retriever\.k: retriever\.k: expected a whole number"
    ):
        reread_recipe(read(TEXT, name="食譜.yaml"), {"retriever.k": "x"})


def test_a_recipe_read_without_asking_for_packages_is_replaced_without_asking() -> None:
    from pathlib import Path

    from potluck.recipe import loads

    recipe = loads("embedder: needy\n", Path("recipe.yaml"), check_installed=False)
    assert reread_recipe(recipe, {"seed": 1}).seed == 1
