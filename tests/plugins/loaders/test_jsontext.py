"""JSON of strangers.

Modules: ``potluck_plugins.loaders._shared.jsontext``, ``potluck_plugins.loaders.json``.
"""

from __future__ import annotations

import json

import pytest

from potluck.errors import DocumentLimit, UnreadableDocument
from potluck_plugins.loaders._shared.jsontext import describe_left_out, parse_value, read_values, without_halves
from support.loading import load_one


@pytest.mark.parametrize(
    ("text", "read", "losses"),
    [
        (r'"\ud83d"', r'"\ufffd"', 1),
        (r'"\ud83d\ude82"', r'"\ud83d\ude82"', 0),
        (r'"\uDE82\uD83D"', r'"\ufffd\ufffd"', 2),
        (r'"\\ud83d"', r'"\\ud83d"', 0),
        (r'"\ud7ff\ue000"', r'"\ud7ff\ue000"', 0),
        (r'"a"', r'"a"', 0),
    ],
)
def test_halves_of_surrogate_pairs_are_replaced(text: str, read: str, losses: int) -> None:
    found, told = without_halves(text)

    assert found == read
    assert [loss.split(" ")[0] for loss in told] == [str(losses)] * bool(losses)


@pytest.mark.parametrize(
    ("text", "values", "losses"),
    [
        ("", [], []),
        (" \n", [], []),
        ("[1, 2]", [[1, 2]], []),
        ('{"a": 1}\n\n{"b": 2}\n', [{"a": 1}, {"b": 2}], []),
        ("1\n2\nx", [1, 2], ["1 left out: line 3 is not JSON"]),
        ("1\nx\n2\ny", [1, 2], ["2 left out: line 2, 4 is not JSON"]),
        ('{"a": 1, "a": 2, "a": 3}', [{"a": [1, 2, 3]}], []),
        ('{"a": [1], "a": 2}', [{"a": [[1], 2]}], []),
    ],
)
def test_a_file_holds_one_value_or_one_a_line(text: str, values: list[object], losses: list[str]) -> None:
    assert read_values(text, {}) == (values, losses)


@pytest.mark.parametrize("text", ["x", "1\nx\ny", "x\n" * 25 + "1\n" * 30])
def test_what_is_json_in_less_than_half_is_none(text: str) -> None:
    with pytest.raises(UnreadableDocument, match=r"it is not JSON \("):
        read_values(text, {})


def test_some_lines_at_the_beginning_may_be_no_json() -> None:
    values, losses = read_values("x\n" * 20 + "1\n" * 30, {})

    assert values == [1] * 30
    assert losses == ["20 left out: line 1, 2, 3, 4, 5, … is not JSON"]


def test_numbers_may_be_kept_as_they_are_written() -> None:
    assert parse_value("[1.10, 5]", {"parse_float": str, "parse_int": str}) == ["1.10", "5"]
    with pytest.raises(ValueError, match="Expecting value"):
        parse_value("", {})


@pytest.mark.parametrize(
    ("numbers", "losses"),
    [
        ([], []),
        ([7], ["1 left out: line 7 is bad"]),
        ([1, 2, 3, 4, 5], ["5 left out: line 1, 2, 3, 4, 5 is bad"]),
        ([1, 2, 3, 4, 5, 6], ["6 left out: line 1, 2, 3, 4, 5, … is bad"]),
    ],
)
def test_what_is_left_out_is_named(numbers: list[int], losses: list[str]) -> None:
    assert describe_left_out("line", "is bad", numbers) == losses


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "a"),
        ({"a": {"b": 1}}, "a.b: 1"),
        ({"": 1}, "1"),
        ({"a": []}, ""),
        ([], ""),
        ([1, "b", None, True], "1, b, null, true"),
        ({"a": ["x" * 59]}, "a: " + "x" * 59),
        ({"a": ["x" * 59, "y"]}, "a: " + "x" * 59 + ", y"),
        ({"a": ["x" * 60, "y"]}, "a: " + "x" * 60 + "\na: y"),
        ({"a": ["x\ny", "z"]}, "a: x\ny\na: z"),
        ({"a": [1, {"b": 2}, {"b": 3}]}, "a: 1\n\na.b: 2\n\na.b: 3"),
        ({"a": [[1, 2], [3]]}, "a: 1, 2\na: 3"),
        ([{"a": 1}, {"a": 2}], "a: 1\n\na: 2"),
    ],
)
def test_a_value_is_written_in_lines(value: object, text: str) -> None:
    assert load_one("json", json.dumps(value)).text == text


@pytest.mark.parametrize(("depth", "read"), [(200, True), (201, False)])
def test_a_value_may_be_nested_two_hundred_deep(depth: int, read: bool) -> None:
    content = '{"a":' * depth + "1" + "}" * depth

    if read:
        assert load_one("json", content).text == ".".join("a" * depth) + ": 1"
    else:
        with pytest.raises(DocumentLimit, match="nested more than 200 deep"):
            load_one("json", content)
