"""Counts in messages agree with their nouns and verbs: one row is left out, two rows are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import potluck
import potluck_plugins
from potluck.amounts import count_kept_rules, many, size

SOURCES = [
    path
    for package in (potluck, potluck_plugins)
    for folder in package.__path__
    for path in Path(folder).rglob("*.py")
    if "testing" not in path.parts  # what an author of a plugin is told of thousands of tokens
]
# "{len(rows)} rows are", "{count} NUL characters were"; not "{hits} of {n} examples are", nor "all {n} questions were".
DISAGREES = re.compile(r"(?<!of )(?<!all )\{\} (?:[\w-]+ )?[a-z-]+s (?:are|were|have|stand|name)\b")
PLURAL = re.compile(r"(?:the )?(?:[\w-]+ )?(\w*[^s\W]s)(?: of| that| in| and|$)")


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 rows are"), (1, "1 row is"), (2, "2 rows are"), (1_234, "1,234 rows are")],
)
def test_noun_and_verb_are_in_the_number_of_the_count(count: int, words: str) -> None:
    assert many(count, "row", "is", "are") == words
    assert many(count, "row") == words.rpartition(" ")[0]


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "1.0 KB"),
        (999_949, "999.9 KB"),
        (999_951, "1.0 MB"),
        (3_400_000_000, "3.4 GB"),
        (5_000_000_000_000_000, "5,000.0 TB"),
    ],
)
def test_bytes_are_told_in_the_largest_unit_that_is_whole(count: int, words: str) -> None:
    assert size(count) == words


def fixed(text: ast.JoinedStr) -> str:
    """An f-string with braces in the place of what is put in."""
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in text.values)


def f_strings(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    yield from (fixed(node) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr))


ALWAYS_SEVERAL = ("{} different answers are right",)


def test_no_message_has_a_bare_count_before_a_verb_in_the_plural() -> None:
    found = [
        f"{path.name}: {text}"
        for path in SOURCES
        for text in f_strings(path)
        if DISAGREES.search(text) and not text.endswith(ALWAYS_SEVERAL)
    ]

    assert found == []


def test_what_a_loader_leaves_out_is_named_in_the_singular() -> None:
    """The sentence goes on with ``was left out``."""
    named = [
        (path.name, node.args[0].value)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr.endswith("leave_out")
        and node.args
        and isinstance(node.args[0], ast.Constant)
    ]

    assert len(named) > 20
    assert [one for one in named if PLURAL.match(str(one[1]))] == []


@pytest.mark.parametrize(
    ("rules", "broken", "skipped", "words"),
    [
        (16, 0, 0, "16 of 16 rules are kept"),
        (16, 5, 3, "8 of 13 rules are kept; 3 rules do not apply"),
        (4, 0, 1, "3 of 3 rules are kept; 1 rule does not apply"),
    ],
)
def test_rules_that_do_not_apply_are_not_counted_as_kept(rules: int, broken: int, skipped: int, words: str) -> None:
    assert count_kept_rules(rules, broken, skipped) == words
