"""Files of JSON Lines: every problem is told with its line, as many as a person reads.

Modules: ``potluck.datasets.json_lines``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from potluck.datasets.json_lines import read_lines, required_text
from potluck.errors import PotluckError, RecipeError

EXAMPLE = '{"text": "…"}'


def made(number: int, row: Mapping[str, Any]) -> tuple[int, str]:
    return number, required_text(row.get("text"), "text")


def read(folder: Path, content: str | bytes, limit: int | None = None) -> list[tuple[int, str]]:
    path = folder / "data.jsonl"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_lines(path, made, EXAMPLE, limit)


def test_each_object_is_read_with_its_line_and_blank_lines_are_passed_over(tmp_path: Path) -> None:
    content = '\ufeff{"text": " one "}\n\n  \t\n{"text": "二\u2028行"}\r\n'

    assert read(tmp_path, content) == [(1, "one"), (4, "二\u2028行")]


@pytest.mark.parametrize(("limit", "count"), [(1, 1), (2, 2), (3, 3), (None, 3)])
def test_a_limit_takes_the_first_ones(tmp_path: Path, limit: int | None, count: int) -> None:
    content = "".join(f'{{"text": "{number}"}}\n' for number in range(3))

    assert read(tmp_path, content, limit) == [(number + 1, str(number)) for number in range(count)]


def test_behind_the_limit_nothing_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, '{"text": "a"}\nbroken', limit=1) == [(1, "a")]


@pytest.mark.parametrize(
    ("line", "column", "message"),
    [
        ('{"text": "a",}', 14, "this is not JSON: "),
        ("[" * 100_000, 1, "this JSON cannot be read: it is nested too deeply"),
        ('{"text": ' + "9" * 5000 + "}", 1, "this JSON cannot be read: a whole number has more than 4,300 digits"),
        ('["text"]', 1, "this is not a JSON object"),
        ("3", 1, "this is not a JSON object"),
        ("{}", 1, "text has to be a text that is not blank"),
        ('{"n": 1, "text": 7}', 10, "text has to be a text that is not blank"),
        ('{"text": " \\u3000"}', 2, "text has to be a text that is not blank"),
        ('{"text": "a\\ud800"}', 2, "text holds half a character (a lone surrogate)"),
        ('{"text": "a\\udfff"}', 2, "text holds half a character (a lone surrogate)"),
        ('{"text": "短鋼軌", "text": "乙"}', 2, "the key 'text' stands twice in one object"),
    ],
)
def test_what_is_wrong_with_a_line_is_told_at_its_place(tmp_path: Path, line: str, column: int, message: str) -> None:
    with pytest.raises(RecipeError) as raised:
        read(tmp_path, f'{{"text": "fine"}}\n{line}\n')

    (problem,) = raised.value.problems
    assert (problem.file, problem.line, problem.column) == (str(tmp_path / "data.jsonl"), 2, column)
    assert problem.message.startswith(message)
    assert f"a line holds one JSON object, such as {EXAMPLE}" in str(raised.value)


@pytest.mark.parametrize("text", ["\ud7ff", "\ue000", "😀", "中"])
def test_whole_characters_of_any_kind_are_fine(text: str) -> None:
    assert required_text(f" {text} ", "text") == text


def test_twenty_problems_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(RecipeError) as raised:
        read(tmp_path, "broken\n" * 30)

    assert [problem.line for problem in raised.value.problems] == list(range(1, 21))


def test_a_problem_may_name_all_that_the_text_may_be_called(tmp_path: Path) -> None:
    path = tmp_path / "data.jsonl"
    path.write_text('{"other": "a"}', encoding="utf-8")

    with pytest.raises(RecipeError, match="text or prompt has to be a text that is not blank"):
        read_lines(path, lambda _, row: required_text(row.get("text"), "text", "text or prompt"), EXAMPLE)


def test_an_empty_file_is_told_with_an_example(tmp_path: Path) -> None:
    with pytest.raises(PotluckError, match=re.escape(f"nothing in it; a line holds for instance {EXAMPLE}")):
        read(tmp_path, "\n \n")


def test_another_encoding_is_told_at_its_place(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"data\.jsonl:2:11: this is not UTF-8; save the file as UTF-8") as raised:
        read(tmp_path, b'{"text": "a"}\n' + '{"text": "短鋼軌"}'.encode("big5"))

    assert str(raised.value).encode(), "what is told can be printed"


@pytest.mark.parametrize(("length", "shown"), [(160, True), (161, False)])
def test_a_line_is_shown_with_its_problem_unless_it_is_long(tmp_path: Path, length: int, shown: bool) -> None:
    line = '{"文": "' + "甲" * (length - 9) + '"}'

    with pytest.raises(RecipeError) as raised:
        read(tmp_path, f"{line}\n")

    assert len(line) == length
    assert raised.value.problems[0].source_line == (line if shown else "")


def test_a_file_that_is_not_there_is_told_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(PotluckError, match=r"none\.jsonl: cannot be read: No such file or directory"):
        read_lines(tmp_path / "none.jsonl", made, EXAMPLE)


def test_a_key_that_stands_twice_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(RecipeError) as raised:
        read(tmp_path, '{"text": "a"}\n{"text": "甲", "text": "乙"}')

    (problem,) = raised.value.problems
    assert (problem.line, problem.message) == (2, "the key 'text' stands twice in one object")
