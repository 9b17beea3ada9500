"""Sheets of any spreadsheet: which tables they hold, and what of them is shown, counted or put behind a cell.

Modules: ``potluck_plugins.loaders._office.sheet``.
"""

from __future__ import annotations

import pytest

from potluck.documents import Document
from potluck_plugins.loaders._office.options import ReadOptions
from potluck_plugins.loaders._office.sheet import Cell, Margin, Merge, Sheet, tell_uncomputed, write_sheets
from potluck_plugins.loaders._shared.flow import Flow
from support.loading import checked


def sheet(*rows: str, title: str = "S", number: int = 1, hidden: bool = False) -> Sheet:
    """A sheet; ``a | b`` is a row, and an empty text an empty cell or row."""
    cells = {
        row: {column: Cell(text) for column, text in enumerate(one.split(" | ")) if text}
        for row, one in enumerate(rows)
        if one
    }
    return Sheet(title, number, hidden, cells)


def read(*sheets: Sheet, comments: bool = False, hidden: bool = False) -> Document:
    flow = Flow()
    write_sheets(sheets, ReadOptions(comments, hidden), flow)
    return checked(flow.document("a"))


def lines(one: Sheet, **options: bool) -> list[str]:
    return read(one, **options).text.split("\n")[1:]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (["a | b", "c | d"], ["a | b", "c | d"]),
        (["a | b", "", "c | d"], ["a | b", "", "c | d"]),
        (["a | b", "", "", "c | d", "", "e | f"], ["a | b", "", "c | d", "", "e | f"]),
        (["a | b", "", "c | 5"], ["a | b", "c | 5"]),
        (["a | b", "", "5 | 6"], ["a | b", "5 | 6"]),
        (["", "a | b"], ["a | b"]),
        (["a |  | b", "c |  | d"], ["a | b", "c | d"]),
        (["a |  | b", "c | x | d"], ["a |  | b", "c | x | d"]),
        (["a |  | b", "", "c | x"], ["a | b", "", "c | x"]),
    ],
)
def test_an_empty_row_ends_a_table_before_what_looks_like_a_header(rows: list[str], found: list[str]) -> None:
    assert lines(sheet(*rows)) == found


@pytest.mark.parametrize(
    ("value", "is_number"),
    [
        ("5", True),
        ("-5", True),
        ("+5.5", True),
        ("1,234.50", True),
        ("(1,234)", True),
        ("$5", True),
        ("-€5", True),
        ("7.5%", True),
        ("2026-03-15", True),
        ("8:05", True),
        ("5°", True),
        ("5 kN", False),
        ("NT$5", False),
        ("Q1", False),
        ("第5", False),
    ],
)
def test_a_row_with_a_number_is_not_a_header(value: str, is_number: bool) -> None:
    assert lines(sheet("a | b", "", f"c | {value}")) == ["a | b", *([] if is_number else [""]), f"c | {value}"]


@pytest.mark.parametrize(
    ("merges", "found"),
    [
        ([Merge(1, 0, 1, 2)], ["a | b | c", "d | d | f", "1 | 2 | 3"]),
        ([Merge(1, 0, 2, 1)], ["a | b | c", "d | e | f", "d | 2 | 3"]),
        ([Merge(1, 0, 2, 2)], ["a | b | c", "d | d | f", "d | d | 3"]),
        ([Merge(1, 2, 99, 9)], ["a | b | c", "d | e | f", "1 | 2 | f"]),
        ([Merge(0, 0, 2, 1)], ["a | b | c", "a | e | f", "1 | 2 | 3"]),
        ([Merge(9, 9, 2, 2)], ["a | b | c", "d | e | f", "1 | 2 | 3"]),
        ([Merge(1, 0, 1, 1)], ["a | b | c", "d | e | f", "1 | 2 | 3"]),
        ([Merge(1, 0, 1, 2), Merge(2, 1, 1, 2)], ["a | b | c", "d | d | f", "1 | 2 | 2"]),
    ],
)
def test_a_merged_cell_stands_at_every_place_that_it_covers(merges: list[Merge], found: list[str]) -> None:
    one = sheet("a | b | c", "d | e | f", "1 | 2 | 3")
    one.merges = merges

    assert lines(one) == found


def test_a_merged_cell_without_text_of_its_own_covers_nothing() -> None:
    one = sheet("a | b", "", "c | d")
    one.merges = [Merge(1, 0, 2, 1), Merge(0, 5, 1, 2)]
    assert lines(one) == ["a | b", "", "c | d"]

    high = sheet("a | b", "c | 1", "", "x | y")
    high.merges = [Merge(1, 0, 2, 1)]
    assert lines(high) == ["a | b", "c | 1", "x | y"]
    high.merges = [Merge(1, 0, 3, 1)]
    assert lines(high) == ["a | b", "c | 1", "c | y"]
    high.merges = [Merge(1, 0, 1, 2), Merge(1, 0, 2, 1)]
    assert lines(high)[-1] == "x | y"


def test_merges_beyond_a_million_cells_are_not_repeated() -> None:
    one = Sheet("S", 1, cells={row: {0: Cell("a"), 1_000: Cell("b")} for row in range(1_001)})
    one.cells[0] = {column: Cell(f"{column}") for column in range(1_001)}
    one.merges = [Merge(1, 0, 998, 1_000)]
    assert lines(one)[1].startswith("a | a | ")
    one.merges = [Merge(1, 0, 1_000, 1_000)]
    assert lines(one)[1].startswith("a |  | ")


def hiding() -> Sheet:
    one = sheet("a | bb | c", "dd | ee | ff", "g | h | i")
    one.hidden_rows, one.hidden_columns = {1}, {1}
    return one


def test_what_is_hidden_is_counted_or_read() -> None:
    assert lines(hiding()) == ["a | c", "g | i"]
    assert read(hiding()).losses == ("text in hidden rows and columns was left out: 1 place, 9 characters",)
    assert lines(hiding(), hidden=True) == ["a | bb | c", "dd | ee | ff", "g | h | i"]
    assert read(hiding(), hidden=True).losses == ()

    gap = sheet("a | b", "c | d", "e | f")
    gap.hidden_rows = {1}
    assert lines(gap) == ["a | b", "e | f"]


def test_a_hidden_sheet_is_counted_or_read() -> None:
    sheets = [sheet("a"), sheet("道碴 | b", title="T", number=2, hidden=True), sheet(title="E", number=3, hidden=True)]

    assert read(*sheets).text == "S\na"
    assert read(*sheets).losses == ("a hidden sheet was left out: 1 place, 3 characters",)
    found = read(*sheets, hidden=True)
    assert found.text == "S\na\nT\n道碴 | b"
    assert [page.number for page in found.pages] == [1, 2]


def test_what_is_struck_out_is_counted() -> None:
    one = sheet("a | b")
    one.cells[0][2] = Cell("", 3)
    one.cells[1] = {0: Cell("c", 2)}
    one.hidden_columns = {2}

    assert lines(one) == ["a | b", "c"]
    assert read(one).losses == ("struck-out text was left out: 1 place, 5 characters",)


def test_comments_stand_behind_their_cells_or_are_counted() -> None:
    one = sheet("a | b", "c | d")
    one.comments = {(0, 0): "comment: x", (1, 2): "comment: 道"}

    assert lines(one) == ["a | b", "c | d"]
    assert read(one).losses == ("a comment was left out: 2 places, 20 characters",)
    assert lines(one, comments=True) == ["a [comment: x] | b", "c | d | [comment: 道]"]


def test_text_boxes_and_margins_stand_behind_the_cells() -> None:
    first, second = sheet("a"), sheet(title="T", number=2)
    first.texts, second.texts = ["1.2 box"], ["道"]
    first.margins = [Margin("header", Cell("H")), Margin("footer", Cell("Page of", 4))]
    second.margins = [Margin("header", Cell("H")), Margin("header", Cell("I"))]

    document = read(first, second, sheet(title="E", number=3))
    assert document.text.split("\n") == ["S", "a", "1.2 box", "[header] H", "T", "道", "[header] I"]
    assert [(one.title, one.level) for one in document.sections] == [("S", 1), ("T", 1)]
    assert document.losses == ("struck-out text was left out: 1 place, 4 characters",)


@pytest.mark.parametrize(
    ("count", "begins"),
    [
        (0, None),
        (1, "1 formula has no stored value and stands as its text; "),
        (2, "2 formulas have no stored value and stand as their text; "),
    ],
)
def test_formulas_without_a_value_are_told(count: int, begins: str | None) -> None:
    flow = Flow()
    tell_uncomputed(count, flow)

    losses = flow.document("a").losses
    assert (losses[0].startswith(begins) if begins else not losses) is True
