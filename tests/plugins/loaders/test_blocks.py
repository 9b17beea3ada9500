"""Lines and tables of text documents: what becomes a section, a line, or the row of a table.

Modules: ``potluck_plugins.loaders._office.blocks``.
"""

from __future__ import annotations

import pytest

from potluck_plugins.loaders._office.blocks import (
    BULLET,
    Block,
    Cell,
    Line,
    Row,
    Table,
    margin,
    says_more_than_pages,
    text_of,
    write_blocks,
)
from potluck_plugins.loaders._shared.flow import Flow
from support.loading import checked, outline


def table(*rows: list[Cell | str]) -> Table:
    return Table([Row([Cell([Line(one)]) if isinstance(one, str) else one for one in row]) for row in rows])


def cell(*blocks: Block | str) -> Cell:
    return Cell([Line(one) if isinstance(one, str) else one for one in blocks])


def read(*blocks: Block) -> tuple[list[str], list[tuple[str | None, str, int]]]:
    flow = Flow()
    write_blocks(blocks, flow)
    document = checked(flow.document("a"))
    return document.text.split("\n"), outline(document)


@pytest.mark.parametrize(
    ("line", "text", "sections"),
    [
        (Line("通則", "1.2", 2), "1.2 通則", [("1.2", "通則", 2)]),
        (Line("通則", BULLET, 1), "通則", [(None, "通則", 1)]),
        (Line("通則", level=1), "通則", [(None, "通則", 1)]),
        (Line("", "1", 1), "", []),
        (Line("x", "a)"), "a) x", []),
        (Line("範圍", "1.2"), "1.2 範圍", [("1.2", "範圍", 2)]),
        (Line("範圍", "1.2."), "1.2. 範圍", [("1.2", "範圍", 2)]),
        (Line("1.2 範圍"), "1.2 範圍", [("1.2", "範圍", 2)]),
        (Line("1.2 範圍", "a)"), "a) 1.2 範圍", []),
        (Line("1.2 範圍", clauses=False), "1.2 範圍", []),
        (Line("範圍", "1.2", clauses=False), "1.2 範圍", []),
    ],
)
def test_a_line_is_a_section_for_its_level_or_the_number_of_a_clause(
    line: Line, text: str, sections: list[tuple[str | None, str, int]]
) -> None:
    assert read(line) == (text.split("\n"), sections)


PAIR = table(["a", "b"], ["c", "d"])
HEADING = Line("Part", level=1)


@pytest.mark.parametrize(
    ("found", "lines"),
    [
        (PAIR, ["a | b", "c | d"]),
        (table(["a", "b"]), ["a | b"]),
        (table(["a"], [cell("b", "c")]), ["a", "b c"]),
        (table([cell("a", "b")]), ["a", "b"]),
        (Table(), []),
        (table([cell(HEADING, "text"), "b"]), ["Part", "text", "b"]),
        (table([cell("text", HEADING), "b"], ["c", "d"]), ["text", "Part", "b", "c", "d"]),
        (table([cell(HEADING), "b"]), ["Part | b"]),
        (table([cell(HEADING, ""), "b"]), ["Part | b"]),
        (table([cell(HEADING, PAIR), "b"], ["c", "d"]), ["Part", "a | b", "c | d", "b", "c", "d"]),
        (table([cell("a", "b"), "c"]), ["a b | c"]),
        (table([cell(PAIR), cell(PAIR)]), ["a | b", "c | d", "a | b", "c | d"]),
        (table([cell(PAIR)], ["x"]), ["a | b", "c | d", "x"]),
        (table([cell("x", PAIR), "y"], ["e", "f"]), ["x a, b; c, d | y", "e | f"]),
        (table([cell("x"), "y"], [cell(PAIR)]), ["x | y", "a, b; c, d"]),
    ],
)
def test_a_table_that_only_arranges_the_page_is_read_cell_by_cell(found: Table, lines: list[str]) -> None:
    assert [line for line in read(found)[0] if line] == lines


def test_cells_cover_rows_and_columns_and_go_on_below() -> None:
    found = Table(
        [
            Row([Cell([Line("h")]), Cell([Line("i")], columns=2)], header=True),
            Row([Cell(), Cell([Line("min")]), Cell([Line("max")])], header=True),
            Row([Cell([Line("a")], rows=2), Cell([Line("b")]), Cell([Line("c")])]),
            Row([Cell([Line("d")]), Cell([Line("e")])]),
            Row([Cell([Line("f")]), Cell(continues=True), Cell([Line("g")])]),
            Row([Cell([Line("k")])], before=2),
        ]
    )
    assert read(found)[0] == ["h | i min | i max", "a | b | c", "a | d | e", "f | d | g", " |  | k"]


def test_the_text_of_blocks_is_one_line() -> None:
    assert text_of([Line(" a \n b", "1."), Line(""), PAIR, Line("c")]) == "1. a b a, b; c, d c"
    assert text_of([]) == ""


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("Page of", False),
        ("pages", False),
        ("Seite von", False),
        ("p. / –", False),
        ("página de", False),
        ("第頁，共頁", False),
        ("第 页 之", False),
        ("", False),
        ("Pagers", True),
        ("Page TRK-1", True),
        ("第三章", True),
        ("7", True),
    ],
)
def test_a_header_says_more_than_the_number_of_the_page(text: str, more: bool) -> None:
    assert says_more_than_pages(text) is more
    assert list(margin("header", text, set())) == ([Line(f"[header] {text}", clauses=False)] if more else [])


def test_a_header_is_told_once() -> None:
    seen: set[str] = set()

    told = [str(line) for text in ("1.2 a", "b", "1.2 a") for line in margin("footer", text, seen)]
    assert told == ["[footer] 1.2 a", "[footer] b"]
