"""Word 97 to 2003: what modifiers say, byte by byte, and files whose parts contradict each other.

Modules: ``potluck_plugins.loaders._office.blocks``, ``potluck_plugins.loaders._office.charts``,
``potluck_plugins.loaders._office.detect``, ``potluck_plugins.loaders._office.diagrams``,
``potluck_plugins.loaders._office.docx``, ``potluck_plugins.loaders._office.eq_field``,
``potluck_plugins.loaders._office.fields``, ``potluck_plugins.loaders._office.legacy``,
``potluck_plugins.loaders._office.libreoffice``, ``potluck_plugins.loaders._office.numbering``,
``potluck_plugins.loaders._office.options``, ``potluck_plugins.loaders._office.package``,
``potluck_plugins.loaders._office.packed``, ``potluck_plugins.loaders._office.sheet_margins``,
``potluck_plugins.loaders._office.story``, ``potluck_plugins.loaders._office.tika``,
``potluck_plugins.loaders._office.word97.line``, ``potluck_plugins.loaders._office.word97.lists``,
``potluck_plugins.loaders._office.word97.notes``, ``potluck_plugins.loaders._office.word97.pieces``,
``potluck_plugins.loaders._office.word97.reader``, ``potluck_plugins.loaders._office.xls_formulas``,
``potluck_plugins.loaders._office.xls_records``, ``potluck_plugins.loaders._shared.symbols``.
"""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from potluck_plugins.loaders._office.paragraph import PLAIN, Look
from potluck_plugins.loaders._office.word97 import sprms as codes
from potluck_plugins.loaders._office.word97.file import LIST_OVERRIDES, STYLES, plc
from potluck_plugins.loaders._office.word97.forms import form_field
from potluck_plugins.loaders._office.word97.properties import properties
from potluck_plugins.loaders._office.word97.rows import row_shape
from potluck_plugins.loaders._office.word97.sprms import short_modifier, sprms
from potluck_plugins.loaders._office.word97.styles import Styles, _Style
from support.loading import load

FILES = Path(__file__).parent / "files"


def sprm(code: int, *operand: int) -> bytes:
    return struct.pack("<H", code) + bytes(operand)


def table(edges: list[int], flags: list[int]) -> bytes:
    cells = b"".join(struct.pack("<H18x", flag) for flag in flags)
    operand = bytes([len(edges) - 1]) + struct.pack(f"<{len(edges)}h", *edges) + cells
    return struct.pack("<HH", codes.TABLE, len(operand) + 1) + operand


def test_modifiers_of_every_size_are_told_apart() -> None:
    tabs = sprm(0xC615, 255, 1, *range(4), 2, *range(6))
    group = sprm(codes.POSITION, 1) + table([0, 10], [0]) + tabs + sprm(0x6A03, 1, 2, 3, 4) + sprm(0x7000, 9)

    assert [one.code for one in sprms(group)] == [codes.POSITION, codes.TABLE, 0xC615, 0x6A03]
    assert [one.code for one in sprms(group[:-1] + b"\0\0\0\0")] == [
        codes.POSITION,
        codes.TABLE,
        0xC615,
        0x6A03,
        0x7000,
    ]
    assert list(sprms(b"\1")) == []


@pytest.mark.parametrize(
    ("group", "look"),
    [
        (sprm(codes.POSITION, 1), Look("raised")),
        (sprm(codes.POSITION, 2), Look("lowered")),
        (sprm(codes.POSITION, 1) + sprm(codes.POSITION, 0), PLAIN),
        (sprm(codes.SHIFT, 6, 0), Look("raised")),
        (sprm(codes.SHIFT, 0xFA, 0xFF), Look("lowered")),
        (sprm(codes.SHIFT, 2, 0), PLAIN),
        (sprm(codes.SHIFT, 6, 0) + sprm(codes.POSITION, 0), Look("raised")),
        (sprm(codes.SHIFT, 6, 0) + sprm(codes.SHIFT, 0, 0), PLAIN),
        (sprm(codes.STRUCK, 1), Look(struck=True)),
        (sprm(codes.STRUCK_TWICE, 1), Look(struck=True)),
        (sprm(codes.STRUCK, 1) + sprm(codes.STRUCK, 0), PLAIN),
        (sprm(codes.HIDDEN, 1), Look(hidden=True)),
        (sprm(codes.DELETED, 1), Look(deleted=True)),
        (sprm(codes.POSITION, 1) + sprm(codes.PLAIN, 0), PLAIN),
        (short_modifier(0x41 << 1 | 1 << 8), Look(deleted=True)),
        (short_modifier(0x68 << 1 | 1 << 8), Look("raised")),
        (short_modifier(0x55 << 1 | 1 << 8), PLAIN),
    ],
)
def test_a_run_is_shown_as_its_modifiers_say(group: bytes, look: Look) -> None:
    assert Styles({}).run(0, group).look == look


def test_a_toggle_keeps_or_turns_what_the_style_says() -> None:
    struck = _Style(1, 0x0FFF, 0, characters=sprm(codes.STRUCK, 1) + sprm(codes.POSITION, 1))
    character = _Style(2, 0x0FFF, 0, characters=sprm(codes.HIDDEN, 1))
    styles = Styles({1: struck, 2: _Style(1, 1, 0), 10: character, 3: _Style(1, 3, 0)})

    assert styles.run(2, b"").look == Look("raised", struck=True)
    assert styles.run(2, sprm(codes.STRUCK, 0x80)).look.struck
    assert not styles.run(2, sprm(codes.STRUCK, 0x81)).look.struck
    assert styles.run(2, sprm(codes.CHARACTER_STYLE, 10, 0)).look == Look("raised", struck=True, hidden=True)
    assert not styles.run(2, sprm(codes.CHARACTER_STYLE, 10, 0) + sprm(codes.HIDDEN, 0x81)).look.hidden
    assert styles.run(3, b"").look == PLAIN


def test_a_paragraph_is_what_its_style_and_its_modifiers_say() -> None:
    heading = _Style(1, 0x0FFF, 2, paragraph=sprm(codes.LIST, 4, 0) + sprm(codes.LEVEL, 1))
    styles = Styles({1: heading, 2: _Style(1, 1, 0x0FFE)})

    assert (styles.paragraph(2, b"").level, styles.paragraph(2, b"").list, styles.paragraph(2, b"").list_level) == (
        2,
        4,
        1,
    )
    assert styles.paragraph(2, sprm(codes.OUTLINE, 9)).level is None
    assert styles.paragraph(2, sprm(codes.OUTLINE, 0)).level == 1
    assert styles.paragraph(0, sprm(codes.IN_TABLE, 1)).depth == 1
    assert styles.paragraph(0, sprm(codes.IN_TABLE, 1) + sprm(codes.DEPTH, 2, 0, 0, 0)).depth == 2
    assert styles.paragraph(0, sprm(codes.DEPTH, 1, 0, 0, 0) + sprm(codes.DEEPER, 1, 0, 0, 0)).depth == 2
    assert styles.paragraph(0, sprm(codes.ROW_END, 1)).ends_row
    assert styles.paragraph(0, sprm(codes.INNER_ROW_END, 1)).ends_row
    assert styles.paragraph(0, sprm(codes.INNER_CELL, 1)).ends_cell
    assert styles.paragraph(2, sprm(codes.LIST, 0, 0)).list == 0
    assert styles.paragraph(2, sprm(codes.LIST, 1, 0xF8)).list == 0


def merged(group: bytes) -> list[tuple[bool, bool]]:
    return [(cell.continues_left, cell.continues_above) for cell in row_shape(group).cells]


def test_the_shape_of_a_row_tells_its_edges_and_what_is_merged() -> None:
    shape = row_shape(table([-100, 900, 1900, 2900], [1, 2, 0x20]) + sprm(codes.HEADER, 1))

    assert (shape.left, [cell.right for cell in shape.cells], shape.header) == (-100, [900, 1900, 2900], True)
    assert merged(table([0, 1, 2, 3], [1, 2, 0x20])) == [(False, False), (True, False), (False, True)]
    assert merged(table([0, 1, 2, 3, 4], [2, 1, 2, 1])) == [(False, False), (True, False)] * 2
    assert merged(table([0, 1, 2, 3], [1, 0, 2])) == [(False, False)] * 3
    assert merged(table([0, 1, 2], [0x60, 0x20])) == [(False, False), (False, True)]
    assert merged(table([0, 1, 2, 3], [0, 0, 0]) + sprm(codes.MERGE, 0, 2)) == [
        (False, False),
        (True, False),
        (False, False),
    ]
    down = sprm(codes.MERGE_DOWN, 2, 1, 1) + sprm(codes.MERGE_DOWN, 2, 0, 3)
    assert merged(table([0, 1, 2], [0x20, 0]) + down) == [(False, False), (False, True)]
    assert row_shape(table([0, 1, 2], [])).cells[1].right == 2
    cut = table([0, 1], [0x20])[:-18]
    assert merged(cut[:2] + struct.pack("<H", len(cut) - 3) + cut[4:]) == [(False, True)]


def form(kind: int, result: int, default: int, *entries: str) -> bytes:
    def text(value: str) -> bytes:
        return struct.pack("<H", len(value)) + value.encode("utf-16-le") + b"\0\0"

    body = struct.pack("<IHHH", 0xFFFFFFFF, kind | result << 2, 0, 20) + text("名") + struct.pack("<H", default)
    body += text("") * 5 + struct.pack("<HHH", 0xFFFF, len(entries), 0)
    body += b"".join(struct.pack("<H", len(one)) + one.encode("utf-16-le") for one in entries)
    return struct.pack("<IH62x", 68 + len(body), 68) + body


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (form(1, 1, 0), "☒ "),
        (form(1, 0, 1), "☐ "),
        (form(1, 25, 1), "☒ "),
        (form(2, 1, 0, "甲", "乙"), "乙"),
        (form(2, 25, 0, "甲", "乙"), "甲"),
        (form(2, 7, 0, "甲"), ""),
        (form(0, 0, 0), ""),
        (form(1, 1, 0)[:70], ""),
        (b"", ""),
    ],
)
def test_a_form_shows_its_state(data: bytes, shown: str) -> None:
    assert str(form_field(data, 0)) == shown
    assert str(form_field(b"xyz" + data, 3)) == shown


def test_a_damaged_summary_gives_what_can_be_read_of_it() -> None:
    assert properties(b"") == {}
    assert properties(b"\xff" * 200) == {}


def test_positions_and_records_end_where_their_part_ends() -> None:
    assert plc(b"", 4).positions == []
    found = plc(struct.pack("<IIHI", 0, 7, 0x0102, 99)[:10], 2)
    assert (found.positions, found.records) == ([0, 7], [b"\2\1"])


@pytest.mark.parametrize("part", [LIST_OVERRIDES, STYLES])
def test_a_file_that_the_reader_fails_on_is_read_by_another_that_says_so(part: int) -> None:
    content = bytearray((FILES / "numbers.doc").read_bytes())
    length = content.index(struct.pack("<H", 0xA5EC)) + 0x9A + 8 * part + 4
    content[length : length + 4] = struct.pack("<I", 9)

    (document,) = load("office", bytes(content), "a.doc")
    assert "本規範適用於道碴軌道。" in document.text
    assert [loss.partition(" (")[0] for loss in document.losses] == ["potluck's own reader of .doc files failed on it"]
    assert "Apache Tika read it" in document.losses[0]
