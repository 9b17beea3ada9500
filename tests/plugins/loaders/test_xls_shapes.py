"""What lies on the sheets of Excel's older workbooks: text boxes, check boxes, charts; sheets that are charts.

Modules: ``potluck_plugins.loaders._office.xls_shapes``, ``potluck_plugins.loaders._office.xls_charts``,
``potluck_plugins.loaders._office.xls_records``.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

import pytest
import xlwt
from xlwt.CompoundDoc import XlsDoc

from potluck.documents import Document
from potluck_plugins.loaders._office.options import ReadOptions
from potluck_plugins.loaders._office.xls import read_xls
from potluck_plugins.loaders._shared.flow import Flow
from support.loading import load_one

BOUND_SHEET = 0x85


def record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def begin(kind: int, version: int = 0x600) -> bytes:
    return record(0x809, struct.pack("<HH", version, kind) + bytes(12))


END = record(0x0A)


def bound_sheet(title: str, kind: int, place: int = 0, state: int = 0) -> bytes:
    name = title.encode("utf-16-le")
    return record(BOUND_SHEET, struct.pack("<iBBBB", place, state, kind, len(title), 1) + name)


def split(stream: bytes) -> Iterator[tuple[int, bytes]]:
    """The records of a stream, each with its kind."""
    place = 0
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        yield kind, stream[place : place + 4 + length]
        place += 4 + length


def book(
    *drawn: bytes, before: tuple[str, int, int, bytes] | None = None, books: bytes = b"", **settings: bool
) -> Document:
    """A workbook with a sheet on which these records lie; ``before`` it stands another: title, kind, state, records."""
    workbook = xlwt.Workbook(encoding="utf-8")
    workbook.add_sheet("S").write(0, 0, "a")
    records = list(split(workbook.get_biff_data()))
    listed = next(i for i, (kind, _) in enumerate(records) if kind == BOUND_SHEET)
    sheet = next(i for i, (kind, _) in enumerate(records) if i and kind == 0x809)
    first = [one for _, one in records[:listed]]
    last = [*(one for _, one in records[listed + 1 : sheet - 1]), books, END]
    lists = [bound_sheet(*before[:2])] if before else []
    place = len(b"".join([*first, *lists, records[listed][1], *last]))
    body = b"".join([one for _, one in records[sheet:]][:-1] + list(drawn) + [END])
    if before:
        lists = [bound_sheet(before[0], before[1], place + len(body), before[2])]
    cells = record(BOUND_SHEET, struct.pack("<i", place) + records[listed][1][8:])
    stream = b"".join([*first, *lists, cells, *last, body, before[3] if before else b""])
    file = io.BytesIO()
    XlsDoc().save(file, stream)
    return load_one("office", file.getvalue(), **settings)


def lines(*drawn: bytes) -> list[str]:
    """What stands below the cells of the sheet."""
    document = book(*drawn)
    assert document.losses == ()
    return document.text.split("\n")[2:]


def shape(kind: int, *more: bytes) -> bytes:
    return record(0x5D, struct.pack("<HHHH", 0x15, 18, kind, 1) + bytes(14) + b"".join(more) + bytes(4))


def text(*pieces: str, wide: bool = True) -> bytes:
    """A text whose characters stand in several records, and the fonts of its runs."""
    length = len("".join(pieces).encode("utf-16-le")) // 2
    head = record(0x1B6, bytes(10) + struct.pack("<HH", length, 16 if length else 0) + bytes(4))
    coded = [bytes([wide]) + one.encode("utf-16-le" if wide else "latin-1") for one in pieces]
    return head + b"".join(record(0x3C, one) for one in ([*coded, bytes(16)] if length else []))


def test_texts_in_boxes_are_read_a_line_per_paragraph() -> None:
    boxes = [
        shape(6) + text("限速\n \n  60 𠀀", "\nkm/h"),
        shape(2) + text("dry \xb1 only", wide=False),
        shape(6) + text(""),
    ]

    assert lines(*boxes) == ["限速", "60 𠀀", "km/h", "dry ± only"]


def test_the_text_of_a_comment_is_none_of_a_box() -> None:
    assert lines(shape(0x19) + text("comment"), shape(6) + text("box")) == ["box"]


@pytest.mark.parametrize(
    ("kind", "state", "shown"),
    [(0x0B, 1, "☒ 已檢查"), (0x0B, 0, "☐ 已檢查"), (0x0B, 2, "☐ 已檢查"), (0x0C, 1, "☒ 已檢查"), (0x0E, 1, "已檢查")],
)
def test_check_boxes_show_their_state(kind: int, state: int, shown: str) -> None:
    unused = struct.pack("<HH", 0x0A, 12) + bytes(12)

    assert lines(shape(kind, unused, struct.pack("<HHHHHH", 0x12, 8, state, 0, 0, 0)) + text("已檢查")) == [shown]
    assert lines(shape(0x0B) + text("甲")) == ["☐ 甲"]


def within(*records: bytes) -> bytes:
    return record(0x1033) + b"".join(records) + record(0x1034)


def words(said: str, wide: bool = True) -> bytes:
    coded = said.encode("utf-16-le" if wide else "latin-1")
    return record(0x100D, struct.pack("<HBB", 0, len(said), wide) + coded)


def titled(said: str, what: int, flags: int = 0, wide: bool = True) -> bytes:
    """A text of a chart and what it belongs to."""
    head = record(0x1025, bytes(24) + struct.pack("<H", flags) + bytes(6))
    return head + within(
        record(0x1051, bytes(8)), within(), words(said, wide), record(0x1027, struct.pack("<HHH", what, 0, 0))
    )


def source(what: int, how: int, formula: bytes = b"") -> bytes:
    return record(0x1051, struct.pack("<BBHHH", what, how, 0, 0, len(formula)) + formula)


def series(name: str, how: int = 1, values: bytes = b"", categories: bytes = b"") -> bytes:
    return record(0x1003, bytes(12)) + within(
        source(0, how), words(name), values or source(1, 2), words("x"), categories
    )


def cached(which: int, *figures: tuple[int, int, float | str]) -> bytes:
    """Figures that a chart keeps: the point, the series, the value."""
    found = record(0x1065, struct.pack("<H", which))
    for point, number, value in figures:
        place = struct.pack("<HHH", point, number, 0)
        if isinstance(value, str):
            found += record(0x204, place + struct.pack("<HB", len(value), 1) + value.encode("utf-16-le"))
        else:
            found += record(0x203, place + struct.pack("<d", value))
    return found


def chart(*records: bytes) -> bytes:
    """A chart; its axes lie deeper than its title."""
    return begin(0x20) + record(0x1002, bytes(16)) + within(*records) + END


LOAD = titled("載重", 1), record(0x1041, bytes(18)) + within(titled("kN", 2), titled("year", 3))


def test_the_titles_of_a_chart_on_a_sheet_and_names_that_are_in_no_cell_are_read() -> None:
    found = chart(*LOAD, series("North", 2), series("南", 1), cached(1, (0, 0, 5.0)))
    shown = ["[chart] 載重, kN", "[chart] year", "[chart] 南"]

    assert lines(shape(5) + found, shape(6) + text("box")) == [*shown, "box"]
    assert lines(chart(titled("Load", 1)), chart(titled("mm", 2, wide=False))) == ["[chart] Load", "[chart] mm"]


def test_labels_that_were_set_by_hand_and_titles_of_second_axes_are_read() -> None:
    labels = titled("peak 尖峰", 4), titled("3", 4, 0x10), titled("gone", 1, 0x40), titled("", 1), titled("mm", 2)

    assert lines(chart(titled("", 3), *LOAD, *labels)) == [
        "[chart] 載重, kN",
        "[chart] year",
        "[chart] peak 尖峰",
        "[chart] mm",
    ]


def test_a_box_in_a_chart_is_read_and_its_margins_are_none_of_the_sheet() -> None:
    header = record(0x14, struct.pack("<HB", 1, 0) + b"h")

    assert lines(chart(header, shape(6) + text("註"))) == ["註"]


FIGURES = (
    cached(2, (0, 0, "甲"), (1, 0, "B\n")),
    cached(1, (0, 0, 5.0), (1, 0, 7.5), (0, 9, 1.0)),
    cached(3, (0, 0, 1.0)),
)


def test_figures_that_a_chart_keeps_itself_are_read() -> None:
    for own in ({"values": source(1, 1)}, {"categories": source(2, 1)}):
        found = chart(*LOAD, series("南", 1, **own), *FIGURES)

        assert lines(found) == ["[chart] 載重, kN", "year | 南", "甲 | 5", "B | 7.5"]


@pytest.mark.parametrize("place", ["values", "categories"])
def test_figures_of_another_workbook_are_read(place: str) -> None:
    this, other = record(0x1AE, struct.pack("<HH", 1, 0x0401)), record(0x1AE, struct.pack("<HHB", 1, 1, 0) + b"o")
    books = this + other + record(0x17, struct.pack("<H6H", 2, 0, 0, 0, 1, 0, 0))

    def shown(number: int, token: int = 0x3B) -> list[str]:
        area = source(1 + (place == "categories"), 2, struct.pack("<BH8x", token, number))
        found = chart(titled("Load", 1), series("南", 2, **{place: area}), *FIGURES)
        return book(found, books=books).text.split("\n")[2:]

    assert shown(0) == shown(2) == shown(1, 0x1C) == ["[chart] Load"]
    assert shown(1) == shown(1, 0x5A) == ["[chart] Load", " | 南", "甲 | 5", "B | 7.5"]


def test_a_sheet_that_is_a_chart_stands_at_its_place() -> None:
    document = book(before=("圖", 2, 0, chart(*LOAD)))

    assert document.text.split("\n") == ["圖", "[chart] 載重, kN", "[chart] year", "S", "a"]
    assert [page.number for page in document.pages] == [1, 2]
    hidden = book(before=("圖", 2, 2, chart(*LOAD)))
    assert hidden.text == "S\na"
    assert hidden.losses[0].startswith("a hidden sheet was left out: 1 place, ")
    assert book(before=("圖", 2, 1, chart(*LOAD)), hidden=True).text == document.text


def test_a_sheet_of_macros_is_told() -> None:
    document = book(before=("巨集", 1, 1, begin(0x40) + END))

    assert (document.text, document.losses) == ("S\na", ("its sheet of macros '巨集' was not read",))
    assert book(before=("M", 6, 0, begin(0x06) + END)).losses == ()


@pytest.mark.parametrize("cut", [0, 3, 9, 25])
def test_damaged_records_cost_what_they_say(cut: int) -> None:
    damaged = [
        record(kind, bytes(cut)[:cut]) for kind in (0x1025, 0x1051, 0x1027, 0x1065, 0x203, 0x204, 0x100D, 0x1034)
    ]

    assert "[chart] Load" in lines(shape(6)[: -1 - cut] + bytes(1 + cut), chart(*damaged, titled("Load", 1)))


def test_boxes_of_workbooks_before_excel_97_are_counted() -> None:
    listed = record(BOUND_SHEET, struct.pack("<iBBB", 0, 0, 0, 1) + b"S")
    first = begin(5, 0x500) + record(0x42, struct.pack("<H", 950))
    place = len(first + listed + END)
    listed = record(BOUND_SHEET, struct.pack("<iBBB", place, 0, 0, 1) + b"S")
    box = record(0x5D, struct.pack("<IHH", 1, 6, 1) + bytes(26))
    name = "載重".encode("big5")
    title = words("x")[:4] and record(0x100D, struct.pack("<HB", 0, len(name)) + name)
    head = record(0x1025, bytes(32)) + within(title, record(0x1027, struct.pack("<HHH", 1, 0, 0)))
    line = record(0x5D, struct.pack("<IHH", 1, 1, 1) + bytes(26))
    drawn = box * 2 + line + begin(0x20, 0x500) + within(head) + END
    flow = Flow()

    read_xls(first + listed + END + begin(0x10, 0x500) + drawn + END, flow, ReadOptions(False, False))

    document = flow.document("a.xls")
    assert document.text == "S\n[chart] 載重"
    assert document.losses == ("2 texts in boxes not read: the workbook is older than Excel 97",)
