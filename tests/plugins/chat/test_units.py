"""Sentences and rows of tables that a passage can be quoted in.

Modules: ``potluck_plugins.chat._shared.units``.
"""

from __future__ import annotations

import pytest

from potluck.documents import Passage
from potluck_plugins.chat._shared.units import Unit, quotable_units


def found(text: str, *sections: str, heading: str = "") -> list[Unit]:
    """The units of a passage, which know their places."""
    held = quotable_units(3, Passage("id", "a.docx", text, 0, len(text), 0.9, heading, sections))
    assert all(unit.text == text[unit.start : unit.end] and unit.passage == 3 for unit in held)
    return held


def texts(text: str) -> list[str]:
    return [unit.text for unit in found(text)]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("一。二！三？四", ["一。", "二！", "三？", "四"]),
        ("他說：「好。」走了。", ["他說：「好。」", "走了。"]),
        ("One. Two! Three? four", ["One.", "Two!", "Three?", "four"]),
        ("See 1.4.4 and 3.14. Then e.g. this. End", ["See 1.4.4 and 3.14.", "Then e.g. this.", "End"]),
        ("Dr. Chen and Mr. Lee met. They left.", ["Dr. Chen and Mr. Lee met.", "They left."]),
        ("J. Smith wrote it. Vol. 3 is lost.", ["J. Smith wrote it.", "Vol. 3 is lost."]),
        ("It rose by 5%. Then it fell.", ["It rose by 5%.", "Then it fell."]),
        ('He said "yes." Then he left.', ['He said "yes."', "Then he left."]),
        ("It is known.[12] Then more.", ["It is known.[12]", "Then more."]),
        ("a. b", ["a. b"]),
        ("end.next", ["end.next"]),
        ("", []),
        (" \n ", []),
        ("  一。  二  ", ["一。", "二"]),
    ],
)
def test_a_sentence_ends_at_its_stop(text: str, sentences: list[str]) -> None:
    assert texts(text) == sentences


@pytest.mark.parametrize(
    ("before", "line", "joined"),
    [
        ("長" * 25, "下一行", True),
        ("長" * 24 + "a", "下一行", False),
        ("a" * 50, "next", True),
        ("a" * 49, "next", False),
        ("長" * 25 + "。", "下一行", False),
        ("長" * 25 + "：", "下一行", False),
        ("長" * 25 + "，", "下一行", True),
        ("長" * 25, "- 下一行", False),
        ("長" * 25, "3) 下一行", False),
        ("長" * 25, "（三）下一行", True),
        ("長" * 25, "一、下一行", False),
        ("長" * 25, "第3條 下一行", False),
        ("長" * 25, "表3-1 下一行", False),
        ("長" * 25, "Table 1", False),
        ("short\n" + "長" * 25, "下一行", True),
        ("長" * 25 + "\n短", "下一行", False),
    ],
)
def test_a_line_that_was_wrapped_goes_on(before: str, line: str, joined: bool) -> None:
    assert (texts(f"{before}\n{line}")[-1] != line) is joined


TABLE = "篩孔 | 通過\n63.0 | 100\n37.5 | 30"


def test_a_row_stands_below_its_caption_and_the_names_of_its_columns() -> None:
    text = f"前文。\n表2-1 級配\n{TABLE}\n後文。"
    before, first, second, after = found(text)

    assert [before.text, first.text, second.text, after.text] == ["前文。", "63.0 | 100", "37.5 | 30", "後文。"]
    for row in (first, second):
        assert row.lead is not None
        assert row.table is not None
        assert text[slice(*row.lead)] == "表2-1 級配\n篩孔 | 通過"
        assert text[slice(*row.table)] == f"表2-1 級配\n{TABLE}"
        assert row.under == "\n表2-1 級配\n篩孔 | 通過"
    assert (before.lead, before.table, after.lead, after.table) == (None, None, None, None)


def test_a_table_without_a_caption_has_its_first_row_too() -> None:
    for text in (TABLE, f"前文，但不是標題。\n{TABLE}", f"Some text.\n{TABLE}", f"{'長' * 61}\n{TABLE}"):
        rows = [unit for unit in found(text) if unit.table]
        assert [row.text for row in rows] == TABLE.split("\n")
        assert rows[0].lead is None
        assert rows[1].lead is not None
        assert text[slice(*rows[1].lead)] == "篩孔 | 通過"


def test_a_caption_stays_that_of_a_table_of_one_row() -> None:
    (row,) = found("表 1\na | b")

    assert (row.text, row.lead, row.under) == ("a | b", None, "\n表 1\na | b")


@pytest.mark.parametrize(("length", "is_caption"), [(60, True), (61, False)])
def test_a_caption_is_short(length: int, is_caption: bool) -> None:
    assert (len(found(f"{'標' * length}\n{TABLE}")) == 2) is is_caption


def test_cells_may_be_set_apart_by_tabs() -> None:
    assert texts("a\tb\n1\t2") == ["a\tb", "1\t2"]
    assert found("a\tb\n1\t2")[1].lead == (0, 3)


def test_units_know_the_heading_that_they_stand_under() -> None:
    text = "1.4 定義\n甲係指乙。\n1.5　範圍\n丙。"
    first, second = found(text, "1.4", "1.5", heading="第1章")

    assert (first.label, first.under) == ("1.4 定義", "第1章\n1.4 定義")
    assert (second.label, second.under) == ("1.5　範圍", "第1章\n1.5　範圍")


def test_text_before_a_heading_stands_under_the_section_of_the_passage() -> None:
    (unit,) = found("甲。", "1.4", heading="第1章")

    assert (unit.label, unit.under) == ("1.4", "第1章")
    assert found("甲。")[0].label == ""


@pytest.mark.parametrize("line", ["1.4", "1.4 " + "長" * 55 + "："])
def test_a_heading_is_a_unit_only_where_nothing_stands_under_it(line: str) -> None:
    (unit,) = found(line, "1.4", heading="第1章")

    assert (unit.text, unit.label, unit.under) == (line, "1.4", "第1章")
    assert [unit.text for unit in found(f"{line}\n甲。", "1.4")] == ["甲。"]
    assert [unit.text for unit in found(f"甲。\n{line}", "1.4")] == ["甲。"]


@pytest.mark.parametrize("line", ["1.4.1 定義", "1.4" + "長" * 3, "1.4 " + "長" * 56 + "：", "定義"])
def test_a_line_that_begins_otherwise_or_is_long_is_not_a_heading(line: str) -> None:
    assert [unit.text for unit in found(f"{line}\n甲。", "1.4")] == [line, "甲。"]
