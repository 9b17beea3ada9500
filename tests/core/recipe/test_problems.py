"""A wrong recipe is refused with every problem at its place, in words that a person can act on.

Modules: ``potluck.recipe.axes``, ``potluck.recipe.axis_labels``, ``potluck.recipe.build``, ``potluck.recipe.effects``,
``potluck.recipe.futile_swaps``, ``potluck.recipe.messages``, ``potluck.recipe.model``, ``potluck.recipe.nodes``,
``potluck.recipe.observer_keys``, ``potluck.recipe.overrides``, ``potluck.recipe.paths``,
``potluck.recipe.prompt_template``, ``potluck.recipe.recipe_loader``, ``potluck.recipe.schema``,
``potluck.recipe.swaps``, ``potluck.recipe.tuning_keys``, ``potluck.recipe.tuning_settings``,
``potluck.recipe.validation``, ``potluck.recipe.variants``, ``potluck.recipe.yaml_messages``,
``potluck.recipe.yaml_reader``.
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

ENVIRONMENT = "environment references ${NAME} are for secrets only"

CASES = [
    # Keys
    ("embeder: hashing\n", "3:1: unknown key 'embeder' (did you mean 'embedder'?)"),
    ("RETRIEVER: {k: 4}\n", "3:1: unknown key 'RETRIEVER' (did you mean 'retriever'?)"),
    ("ｎａｍｅ: x\n", "3:1: unknown key 'ｎａｍｅ' (did you mean 'name'?)"),
    ("名稱: x\n", "3:1: unknown key '名稱'"),
    ("1: x\n", "3:1: unknown key '1'"),
    ("chunk_size: 5\n", "3:1: unknown key 'chunk_size' (did you mean 'splitter.chunk_size'?)"),
    ("k: 2\n", "3:1: unknown key 'k' (did you mean 'retriever.k'?)"),
    ("retriever: {kk: 3}\n", "3:13: unknown key 'kk' (did you mean 'k'?) in retriever"),
    (
        "retriever:\n  k: 2\n  chat: extractive\n",
        "5:3: unknown key 'chat' in retriever; it is a key of the recipe itself: indent it less",
    ),
    ("splitter: {chunk_sise: 3}\n", "3:12: unknown key 'chunk_sise' (did you mean 'chunk_size'?) in splitter"),
    # Plugins
    ("store: exakt\n", "3:8: unknown store 'exakt' (did you mean 'exact'?)"),
    ("store: {use: exakt}\n", "3:14: unknown store 'exakt' (did you mean 'exact'?)"),
    ("store: no-such:exact\n", "3:8: unknown store 'no-such:exact' (did you mean 'exact'?)"),
    ("store: 倉庫\n", "3:8: unknown store '倉庫'"),
    ("store: 3\n", "3:8: store: expected a plugin's name or a mapping with 'use', got 3"),
    ("store: [exact]\n", "3:8: store: expected a plugin's name or a mapping with 'use', got a list"),
    ("store: {use: 3}\n", "3:14: store.use: expected a plugin's name, got 3"),
    ("store: ${STORE}\n", f"3:8: {ENVIRONMENT}"),
    (
        "store: twice\n",
        "3:8: 2 packages offer a store called 'twice': write 'use: potluck-again:twice' or 'use: potluck-picky:twice'",
    ),
    # Sections and single values
    ("retriever: {k: 0}\n", "3:16: retriever.k: expected at least 1, got 0"),
    ("retriever: {k: 1001}\n", "3:16: retriever.k: expected at most 1000, got 1001"),
    ("retriever: {k: true}\n", "3:16: retriever.k: expected a whole number, got true"),
    ("retriever: {k: 很多}\n", "3:16: retriever.k: expected a whole number, got '很多'"),
    ("retriever: 3\n", "3:12: retriever: expected a mapping, got 3"),
    (
        "retriever: {fit: drop}\n",
        "3:18: retriever.fit: expected one of 'error', 'drop_last', 'split', got 'drop' (did you mean 'drop_last'?)",
    ),
    (
        "answer: stuf\n",
        "3:9: answer.method: expected one of 'stuff', 'map_reduce', 'refine', 'map_rerank', got 'stuf' "
        "(did you mean 'stuff'?)",
    ),
    ("answer: [stuff]\n", "3:9: answer: expected a mapping, got a list"),
    ("name: []\n", "3:7: name: expected a text, got an empty list"),
    ("name: 2024\n", "3:7: name: expected a text, got 2024; put quotes around it"),
    ("name: ' '\n", "3:7: name: expected a text, got ' '"),
    ("name: ${HOME}\n", f"3:7: {ENVIRONMENT}"),
    ("seed: -1\n", "3:7: seed: expected a whole number from 0 to 4294967295, got -1"),
    ("seed: yes\n", "3:7: seed: expected a whole number from 0 to 4294967295, got 'yes'"),
    ("seed: true\n", "3:7: seed: expected a whole number from 0 to 4294967295, got true"),
    ("seed: ${SEED}\n", f"3:7: {ENVIRONMENT}"),
    ("potluck: 2\n", "3:10: potluck: this potluck knows recipes of format 1, got 2"),
    ("potluck: true\n", "3:10: potluck: this potluck knows recipes of format 1, got true"),
    ("potluck: '1'\n", "3:10: potluck: this potluck knows recipes of format 1, got '1'"),
    # Prompts
    ("prompt: 'Answer {question}'\n", "3:9: prompt: the field {context} is missing; the model would not see it"),
    (
        "prompt: '{{context}} {question}'\n",
        "3:9: prompt: the field {context} is missing; the model would not see it ({{context}} is not a field)",
    ),
    (
        "prompt: '{question} {text}'\ntask: generation\n",
        "3:9: prompt: unknown field {text} (did you mean 'context'?)\n"
        "3:9: prompt: the field {context} is missing; the model would not see it",
    ),
    ("prompt: '{context} {question} {contxt}'\n", "3:9: prompt: unknown field {contxt} (did you mean 'context'?)"),
    ("prompt: '{context} {question} {'\n", "3:9: prompt: a single '{' at character 22; write it twice if it is meant"),
    ("prompt: '{context} {question[0]}'\n", "3:9: prompt: '{question[0]}' is not a field; write {{ and }} for braces"),
    ("prompt: '{context} {question!r}'\n", "3:9: prompt: '{question!r}' is not a field; write {{ and }} for braces"),
    ("prompt: '${HOME} {context} {question}'\n", f"3:9: prompt: {ENVIRONMENT}"),
    ("prompt: {context}\n", "3:9: prompt: expected a text, got a mapping; put quotes around it"),
    ("prompt: ''\n", "3:9: prompt: expected a text, got ''"),
    # Questions
    ("questions: nothing.jsonl\n", "3:12: questions: there is no file 'nothing.jsonl'"),
    ("questions: /\n", "3:12: questions: '/' is a folder"),
    ("questions: ''\n", "3:12: questions: expected a text, got ''"),
    (
        "questions: ~nobody-of-that-name/q.jsonl\n",
        "3:12: questions: '~nobody-of-that-name/q.jsonl': Could not determine home directory.",
    ),
]

EMBEDDERS = [
    ("embedder: exiting\n", "embedder 'exiting' of potluck-picky 1.0 does not work: SystemExit: no"),
    (
        "embedder: absent\n",
        "embedder 'absent' of potluck-picky 1.0 does not work: ModuleNotFoundError: No module named 'no_such_library'",
    ),
    (
        "embedder: old\n",
        "embedder 'old' of potluck-picky 1.0 was written for version 0 of the embedder contract; "
        "this potluck speaks version 1: upgrade the older of the two",
    ),
    (
        "embedder: needy\n",
        "embedder 'needy' needs the package 'no_such_library'. Run: pip install 'potluck-picky[needy]'",
    ),
    (
        "embedder: odd\n",
        "embedder 'odd' of potluck-picky 1.0 does not work: the 'config' of its Offer is not a "
        "potluck.contracts.Config",
    ),
    ("embedder: blocked\n", "embedder 'blocked' of potluck-picky 1.0 does not work: RuntimeError: crashed"),
]

DOCUMENTS = [
    (
        "documents: {use: needy, path: a}\n",
        "1:18: loader 'needy' needs the packages 'no_such_library', 'nor_this'. "
        "Run: pip install no_such_library nor_this",
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
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=lambda value: repr(value)[:40])
def test_each_mistake_is_named_at_its_place(text: str, expected: str, problems: Problems) -> None:
    assert problems(START + text) == expected.split("\n")


@pytest.mark.parametrize(("text", "expected"), EMBEDDERS, ids=lambda value: repr(value)[:40])
def test_a_plugin_that_cannot_be_used_is_a_problem_where_it_is_named(
    text: str, expected: str, problems: Problems
) -> None:
    assert problems(text) == [f"1:11: {expected}"]


@pytest.mark.parametrize(("text", "expected"), DOCUMENTS, ids=lambda value: repr(value)[:40])
def test_documents_are_checked(text: str, expected: str, problems: Problems) -> None:
    assert problems(text) == [expected]


def test_the_settings_of_a_plugin_that_is_not_installed_are_checked_all_the_same(problems: Problems) -> None:
    found = problems("embedder: {use: needy, x: 1}\nstore: exakt\n")

    assert [one.split(": ")[1][:13] for one in found] == ["embedder 'nee", "unknown key '", "unknown store"]


def test_optional_packages_are_not_asked_for_where_nobody_wants_to_run_the_recipe() -> None:
    assert loads("embedder: needy\n", Path("recipe.yaml"), check_installed=False).embedder.name == "needy"


def test_a_default_plugin_that_cannot_be_used_is_named_with_the_key_that_chooses_another(
    problems: Problems, monkeypatch: pytest.MonkeyPatch
) -> None:
    from potluck.recipe import model

    monkeypatch.setitem(model.DEFAULTS, "embedder", "needy")

    (found,) = problems("documents: a\n")
    assert found.endswith("'potluck-picky[needy]' (it is the default; 'embedder:' chooses another)")


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


def test_a_folder_or_a_missing_file_is_named_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "recipe.yaml").touch()

    for path in (tmp_path, tmp_path / "recipes.yaml", tmp_path / "食譜.yaml"):
        with pytest.raises(RecipeError, match="cannot be read: ") as caught:
            load(path)
        hint = f"did you mean {str(tmp_path / 'recipe.yaml')!r}?"
        assert (hint in str(caught.value)) is (path.name != "食譜.yaml")


@pytest.mark.parametrize("path", ["a\0b.yaml", "x" * 400, "/dev/null/recipe.yaml"])
def test_a_path_that_no_file_can_have_is_a_problem_too(path: str) -> None:
    with pytest.raises(RecipeError, match="cannot be read: "):
        load(Path(path))
