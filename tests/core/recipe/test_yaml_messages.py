"""What is wrong where a text is not YAML, in plain words, at the place where a person has to change it.

Modules: ``potluck.recipe.yaml_messages``.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from potluck.recipe.nodes import Place
from potluck.recipe.yaml_messages import place_of_character, typing_slip

Problems = Callable[..., list[str]]

START = "documents: notes/*.txt\nembedder: hashing\n"
"""The beginning of the recipes in the table: what comes below begins in line 3."""

BROKEN = [
    ('name: "a\nseed: 1 # "\nstore: exact\n', "3:7: not YAML: this quotation mark is closed only in line 4"),
    ("name: 'a\n", "3:7: not YAML: this quotation mark is never closed"),
    ('name: "a\nseed: "1"\n', "3:7: not YAML: this quotation mark is closed only in line 4"),
    ("name: 'a' b\n", "3:11: not YAML: unexpected text; a text with quotation marks in it needs other ones around it"),
    (
        'name: "C:\\q"\n',
        "3:11: not YAML: '\\' in double quotes begins an escape; use single quotes, or write '\\\\'",
    ),
    ("name: [a\nseed: 1\n", "3:7: not YAML: this '[' is not closed, or a comma is missing before line 4"),
    ("name: {a\nseed: 1\n", "3:7: not YAML: this '{' is not closed, or a comma is missing before line 4"),
    ("retriever: {k: 2 3: 4}\n", "3:19: not YAML: expected ',' or '}'"),
    ("retriever: {k: 2}}\n", "3:18: not YAML: unexpected '}'"),
    ("prompt: {context} {question}\n", "3:19: not YAML: unexpected '{'; a text with brackets in it needs quotes"),
    ("prompt: Answer: {context}\n", "3:15: not YAML: a text with ': ' in it needs quotes"),
    ("\tname: a\n", "3:1: not YAML: there is a tab; YAML wants spaces"),
    ("name:\ta\n", "3:6: not YAML: there is a tab; YAML wants spaces"),
    ("name: @a\n", "3:7: not YAML: a text that begins with '@' needs quotes"),
    ("name: %a\n", "3:7: not YAML: a text that begins with '%' needs quotes"),
    ("name: `a`\n", "3:7: not YAML: a text that begins with '`' needs quotes"),
    ("name: *\n", "3:7: not YAML: a text that begins with '*', '&' or '!' needs quotes"),
    ("name 軌道\nseed: 1\n", "3:1: not YAML: expected 'key: value'"),
    (
        "name：軌道\nseed: 1\n",
        "3:1: not YAML: expected 'key: value'; there is a full-width '：', YAML wants ':' and a space",
    ),
    ("name:軌道\nseed: 1\n", "3:1: not YAML: expected 'key: value'; a space is missing after ':'"),
    ("name: a\x07b\n", "3:8: not YAML: the character U+0007 cannot stand in it"),
    ("name: \ud800\n", "3:7: not YAML: the character U+D800 cannot stand in it"),
    (
        "retriever:\n  k: 2\n   fit: error\n",
        "5:4: not YAML: this line is indented by 3, line 4 by 2; what belongs together begins in one column",
    ),
    (
        "chat:\n   use: extractive\n  temperature: 0\n  max_tokens: 9\n",
        "4:4: not YAML: this line is indented by 3, line 5 by 2; what belongs together begins in one column",
    ),
    (
        "retriever:\nk: 2\n  fit: error\n",
        "4:1: not YAML: this line is indented by 0, line 5 by 2; what belongs together begins in one column",
    ),
    (
        "chat:\n  - use: extractive\n  temperature: 0\n",
        "4:3: not YAML: keys and a list ('- ') stand side by side",
    ),
    (
        "name: 'a' 'b'\n",
        "3:11: not YAML: unexpected text; a text with quotation marks in it needs other ones around it",
    ),
    ("name: “軌道\n  - x: 1\n", "4:3: not YAML: keys and a list ('- ') stand side by side"),
    ("store:\n  use: exact\nseed:\n  - 1\n  a: 2\n", "6:3: not YAML: keys and a list ('- ') stand side by side"),
    (
        "chat:\n　use: extractive\n  temperature: 0\n",
        "4:2: not YAML: this line is indented by 0, line 5 by 2; what belongs together begins in one column; "
        "there is a full-width '　', YAML wants spaces",
    ),
    (
        "retriever:\n  k: 2\n    # 註\n    fit: error\n",
        "6:5: not YAML: this line is indented by 4, line 4 by 2; what belongs together begins in one column",
    ),
    (
        "seed: 1\n  name: 軌道\n",
        "4:3: not YAML: this line is indented by 2, line 3 by 0; what belongs together begins in one column",
    ),
    (
        "answer:\n    method: stuff\nretriever:\n    k: 2\n  fit: error\n",
        "7:3: not YAML: this line is indented by 2, line 6 by 4; what belongs together begins in one column",
    ),
    ("name: [a, b\nseed: 1\n", "3:7: not YAML: this '[' is not closed, or a comma is missing before line 4"),
    ("name: [a b: c: d]\n", "3:14: not YAML: expected ',' or ']'"),
    ("name: '軌道\n", "3:7: not YAML: this quotation mark is never closed"),
    (
        'name: "軌\\q"\n',
        "3:10: not YAML: '\\' in double quotes begins an escape; use single quotes, or write '\\\\'",
    ),
]


@pytest.mark.parametrize(("text", "expected"), BROKEN, ids=lambda value: repr(value)[:40])
def test_what_is_not_yaml_is_named_where_it_has_to_be_changed(text: str, expected: str, problems: Problems) -> None:
    assert problems(START + text) == [expected]


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("name：軌道", "; there is a full-width '：', YAML wants ':' and a space"),
        ("　k: 3", "; there is a full-width '　', YAML wants spaces"),
        ("name: “軌道", "; there is a full-width '“', YAML wants '\"'"),
        ("name: 軌道”", "; there is a full-width '”', YAML wants '\"'"),
        ("[甲，乙]", "; there is a full-width '，', YAML wants ','"),
        ("  k:3", "; a space is missing after ':'"),
        ("retriever.k:3", "; a space is missing after ':'"),
        ("k: 3", ""),
        ("k:", ""),
        ("https://a.tw", ""),
        ("3:4", ""),
    ],
)
def test_a_slip_of_typing_is_hinted_at(line: str, hint: str) -> None:
    assert typing_slip(line) == hint


@pytest.mark.parametrize(("position", "place"), [(0, (1, 1)), (1, (1, 2)), (2, (1, 3)), (3, (2, 1)), (5, (3, 1))])
def test_a_character_has_the_line_and_column_of_its_index(position: int, place: tuple[int, int]) -> None:
    assert place_of_character("食譜.yaml", "軌道\nk\n3", position) == Place("食譜.yaml", *place)
