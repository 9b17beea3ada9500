"""The keys of a recipe that are a text or a number, and keys that it does not have.

Modules: ``potluck.recipe.plain_keys``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from potluck.recipe.model import RecipeModel

Problems = Callable[..., list[str]]
Read = Callable[..., RecipeModel]

START = "documents: notes/*.txt\nembedder: hashing\n"
"""The beginning of the recipes in the table: what comes below begins in line 3."""

ENVIRONMENT = "environment references ${NAME} are for secrets only"

CASES = [
    ("embeder: hashing\n", "3:1: unknown key 'embeder' (did you mean 'embedder'?)"),
    ("RETRIEVER: {k: 4}\n", "3:1: unknown key 'RETRIEVER' (did you mean 'retriever'?)"),
    ("ｎａｍｅ: x\n", "3:1: unknown key 'ｎａｍｅ' (did you mean 'name'?)"),
    ("名稱: x\n", "3:1: unknown key '名稱'"),
    ("1: x\n", "3:1: unknown key '1'"),
    ("chunk_size: 5\n", "3:1: unknown key 'chunk_size' (did you mean 'splitter.chunk_size'?)"),
    ("k: 2\n", "3:1: unknown key 'k' (did you mean 'retriever.k'?)"),
    ("seed: -1\n", "3:7: seed: expected a whole number from 0 to 4294967295, got -1"),
    ("seed: yes\n", "3:7: seed: expected a whole number from 0 to 4294967295, got 'yes'"),
    ("seed: true\n", "3:7: seed: expected a whole number from 0 to 4294967295, got true"),
    ("seed: ${SEED}\n", f"3:7: {ENVIRONMENT}"),
    ("potluck: 2\n", "3:10: potluck: this potluck knows recipes of format 1, got 2"),
    ("potluck: true\n", "3:10: potluck: this potluck knows recipes of format 1, got true"),
    ("potluck: '1'\n", "3:10: potluck: this potluck knows recipes of format 1, got '1'"),
    ("questions: nothing.jsonl\n", "3:12: questions: there is no file 'nothing.jsonl'"),
    ("questions: /\n", "3:12: questions: '/' is a folder"),
    ("questions: ''\n", "3:12: questions: expected a text, got ''"),
    (
        "questions: ~nobody-of-that-name/q.jsonl\n",
        "3:12: questions: '~nobody-of-that-name/q.jsonl': Could not determine home directory.",
    ),
    ("encoding: big5\n", "3:1: unknown key 'encoding' (did you mean 'documents.encoding'?)"),
    ("count: 3\n", "3:1: unknown key 'count' (did you mean 'shots.count'?)"),
    ("limit: 3\n", "3:1: unknown key 'limit' (did you mean 'dataset.limit'?)"),
    ("dimensions: 3\n", "3:1: unknown key 'dimensions' (did you mean 'embedder.dimensions'?)"),
    (f"'{'鍵' * 61}': 3\n", f"3:1: unknown key '{'鍵' * 59}…'"),
    ("seed: 4294967296\n", "3:7: seed: expected a whole number from 0 to 4294967295, got 4294967296"),
    ("seed: 1.0\n", "3:7: seed: expected a whole number from 0 to 4294967295, got 1.0"),
    ("seed: 七\n", "3:7: seed: expected a whole number from 0 to 4294967295, got '七'"),
    ("potluck: 1.0\n", "3:10: potluck: this potluck knows recipes of format 1, got 1.0"),
    ("potluck: 一\n", "3:10: potluck: this potluck knows recipes of format 1, got '一'"),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=lambda value: repr(value)[:40])
def test_each_mistake_is_named_at_its_place(text: str, expected: str, problems: Problems) -> None:
    assert problems(START + text) == expected.split("\n")


@pytest.mark.parametrize(("written", "seed"), [("0", 0), ("7", 7), ("4294967295", 4294967295), ("null", 0)])
def test_a_seed_is_any_number_that_all_libraries_take(written: str, seed: int, read: Read) -> None:
    assert read(f"{START}potluck: 1\nseed: {written}\n").seed == seed


def test_the_file_of_questions_stands_beside_the_recipe(
    read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "家"))
    (tmp_path / "家").mkdir()
    for path in (tmp_path / "問題.jsonl", tmp_path / "家" / "問題.jsonl"):
        path.touch()

    assert read("questions: 問題.jsonl\n").questions == tmp_path / "問題.jsonl"
    assert read("questions: ~/問題.jsonl\n").questions == tmp_path / "家" / "問題.jsonl"
    assert read("questions: null\n").questions is None
