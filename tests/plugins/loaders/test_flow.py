"""A document that grows line by line.

Modules: ``potluck_plugins.loaders._shared.flow``.
"""

from __future__ import annotations

import pytest

from potluck.documents import Page, Section
from potluck_plugins.loaders._shared.flow import Flow, clean, one_line


def test_what_no_text_may_hold_is_taken_out() -> None:
    assert clean("a\0b\r\nc\rd\ufeff") == "ab\nc\nd"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (" a \n\t b ", "a b"),
        ("中文\n  句子", "中文句子"),
        ("中文 \n a", "中文 a"),
        ("a\n中", "a 中"),
        ("句，\r\n子", "句，子"),
        ("中 文", "中 文"),
        ("", ""),
    ],
)
def test_white_space_is_folded_as_browsers_do(text: str, line: str) -> None:
    assert one_line(text) == line


def test_lines_sections_and_pages_know_their_places() -> None:
    flow = Flow()
    flow.page(1)
    flow.paragraph("cover")
    flow.heading("1.2 Scope", 2)
    flow.page(2, "ii")
    flow.paragraph("  1.3 範圍：其餘")
    flow.paragraph("1.4 Terms", clauses=False)
    flow.heading("甲\n乙", 1)
    flow.page(3)

    document = flow.document("a.txt", {"n": 1}, ["lost"])

    assert document.text == "cover\n1.2 Scope\n  1.3 範圍：其餘\n1.4 Terms\n甲乙"
    assert document.sections == (
        Section(6, 18, "1.2", "Scope", 2),
        Section(18, 38, "1.3", "範圍", 2),
        Section(38, 40, None, "甲乙", 1),
    )
    assert document.pages == (Page(0, 16, 1, None), Page(16, 40, 2, "ii"))
    assert (document.source, document.metadata, document.losses) == ("a.txt", {"n": 1}, ("lost",))


def test_a_heading_may_have_a_number_or_a_title_that_stands_in_no_text() -> None:
    flow = Flow()
    flow.heading("Scope", 1, number="3.")
    flow.heading("SCOPE", 2, title="2.1 Scope")
    flow.heading("", 1)
    flow.heading(" ", 1, number="4")

    document = flow.document("x")

    assert document.text == "3. Scope\nSCOPE\n4  "
    assert [(one.number, one.title, one.level) for one in document.sections] == [
        ("3", "Scope", 1),
        ("2.1", "Scope", 2),
        ("4", "", 1),
    ]


def test_a_clause_goes_on_from_the_last_number() -> None:
    flow = Flow()
    flow.heading("第1章 通則", 1)
    flow.paragraph("1.1 m gauge")
    flow.heading("甲", 2, number="A")
    flow.paragraph("1.2 m gauge")
    flow.paragraph("1.4 m gauge")

    assert [one.number for one in flow.document("x").sections] == ["第1章", "1.1", "A", "1.2"]


def test_what_is_left_out_is_counted_and_told_behind_what_was_lost() -> None:
    flow = Flow()
    flow.leave_out("struck-out text", 3)
    flow.leave_out("a hidden sheet", 0)
    flow.leave_out("struck-out text", 4)
    flow.lose("one")
    flow.lose("two")
    flow.lose("one")

    assert flow.tells("wo")
    assert not flow.tells("three")
    assert flow.document("x", losses=["first"]).losses == (
        *("first", "one", "two"),
        "struck-out text was left out: 2 places, 7 characters",
        "a hidden sheet was left out: 1 place",
    )
