"""Word 97 to 2003: text, pieces, styles and tables of small files that are put together by hand.

Modules: ``potluck_plugins.loaders._office.word97.file``, ``potluck_plugins.loaders._office.word97.pieces``,
``potluck_plugins.loaders._office.word97.rows``, ``potluck_plugins.loaders._office.word97.sprms``,
``potluck_plugins.loaders._office.word97.styles``.
"""

from __future__ import annotations

import struct

import pytest

from potluck.errors import DocumentLimit, PasswordNeeded, UnreadableDocument
from potluck_plugins.loaders._office.word97 import file as parts
from potluck_plugins.loaders._office.word97 import sprms as codes
from support.loading import outline
from support.word97 import Paragraph, p, plc, sprm, style, style_sheet
from support.word97_reading import lines, read

RAISED, STRUCK, HIDDEN = sprm(codes.POSITION, 1), sprm(codes.STRUCK, 1), sprm(codes.HIDDEN, 1)


@pytest.mark.parametrize("narrow", [False, True])
def test_text_is_kept_in_one_byte_a_character_or_in_two(narrow: bool) -> None:
    body = [p("café 10", ("6", RAISED), " – €"), p("end")]

    assert lines(*body, narrow=narrow) == ["café 10⁶ – €", "end"]


def test_a_character_beyond_16_bits_takes_two_positions() -> None:
    assert lines(p("𠀀道 10", ("6", RAISED), " N"), p("鋼", ("軌", b""))) == ["𠀀道 10⁶ N", "鋼軌"]


def test_runs_that_no_page_tells_of_are_plain() -> None:
    assert lines(p(("m", None), ("3", RAISED), (" x", b""))) == ["m³ x"]
    assert lines(p(("m3", None), ("\r", None), end="")) == ["m3"]


@pytest.mark.parametrize(
    ("piece", "losses"),
    [
        (0, ()),
        (0x57 << 1 | 1 << 8, ("struck-out text was left out: 1 place, 5 characters",)),
        (0x57 << 1, ()),
        (1, ("struck-out text was left out: 1 place, 5 characters",)),
        (3, ("hidden text was left out: 1 place, 5 characters",)),
        (5, ()),
    ],
)
def test_a_piece_of_text_has_modifiers_of_its_own_or_names_a_group(piece: int, losses: tuple[str, ...]) -> None:
    document = read(
        p("a 10 b", end="")._replace(runs=(("a10 b", b""), ("\r", b""))), modifiers=[STRUCK, HIDDEN], piece=piece
    )

    assert document.losses == losses
    assert document.text == ("" if losses else "a10 b")


def test_what_a_piece_says_holds_over_what_its_runs_say() -> None:
    assert lines(p("10", ("6", RAISED)), modifiers=[sprm(codes.POSITION, 0)], piece=1) == ["106"]


def test_modifiers_that_are_too_long_for_a_page_stand_in_the_data() -> None:
    far = sprm(codes.OUTLINE, 1)
    data = b"xyz" + struct.pack("<H", len(far)) + far + sprm(codes.OUTLINE, 4)
    body = p("Heading", group=sprm(codes.HUGE, 3, 0, 0, 0))

    assert outline(read(body, streams={"Data": data})) == [(None, "Heading", 2)]
    assert outline(read(body, streams={"Data": data[:4]})) == []
    nothing = p("Heading", group=sprm(codes.OUTLINE, 0) + sprm(codes.HUGE, 1, 0, 0, 0))
    assert outline(read(nothing, streams={"Data": b"x\0\0"})) == [(None, "Heading", 1)]


def test_pieces_that_lie_behind_the_end_or_over_each_other_are_an_error() -> None:
    def table(*positions: int, place: int = 1064) -> bytes:
        records = struct.pack("<HIH", 0, place, 0) * (len(positions) - 1)
        pieces = plc(positions, records)
        return b"\2" + struct.pack("<I", len(pieces)) + pieces

    assert lines(p("same"), parts={parts.TEXT_PIECES: table(0, 5, 10)}) == ["same"]
    for wrong in (table(0, 5, place=4090), table(5, 3), b"", b"\1\1\0", b"\3"):
        with pytest.raises(EOFError):
            read(p("same"), parts={parts.TEXT_PIECES: wrong})
    with pytest.raises(DocumentLimit):
        read(p("same"), parts={parts.TEXT_PIECES: table(*range(0, 30_000, 1000))})


def test_paragraphs_and_characters_are_what_their_styles_say() -> None:
    styles = [
        style(1, paragraph=sprm(codes.OUTLINE, 0), characters=STRUCK),
        b"",
        style(2, base=1, characters=sprm(codes.STRUCK, 0)),
        style(65, kind=2, characters=RAISED),
        style(0, paragraph=sprm(codes.OUTLINE, 4) + sprm(codes.LEVEL, 2)),
        style(10),
        style(9),
        style(0, paragraph=sprm(codes.OUTLINE, 9), base=1),
    ]
    raised = sprm(codes.CHARACTER_STYLE, 4, 0)

    document = read(
        p("gone", style=1),
        p("a 10", ("6", raised), style=3),
        p("b", style=5),
        p("no", style=6),
        p("c", style=7),
        p("no", style=2),
        p("no", style=77),
        styles=styles,
    )
    assert outline(document) == [(None, "a 10⁶", 2), (None, "b", 5), (None, "c", 9)]
    assert document.losses == ("struck-out text was left out: 1 place, 4 characters",)


def shape(*edges: int, flags: tuple[int, ...] = (), more: bytes = b"") -> bytes:
    cells = b"".join(struct.pack("<H18x", flag) for flag in flags or (0,) * (len(edges) - 1))
    operand = bytes([len(edges) - 1]) + struct.pack(f"<{len(edges)}h", *edges) + cells
    return struct.pack("<HH", codes.TABLE, len(operand) + 1) + operand + more


IN_TABLE, ROW_END = sprm(codes.IN_TABLE, 1), sprm(codes.ROW_END, 1)


def row(*cells: str, group: bytes, depth: bytes = IN_TABLE, ends: bytes = ROW_END) -> list[Paragraph]:
    return [*(p(cell, group=depth, end="\x07") for cell in cells), p(group=depth + ends + group, end="\x07")]


def test_rows_end_with_a_mark_that_has_their_shape() -> None:
    three = shape(0, 1000, 2000, 3000)
    body = [
        *row("h", "i", "j", group=three + sprm(codes.HEADER, 1)),
        *row("a", "b", group=shape(0, 1000, 3000)),
        *row("c", "d", "e", group=shape(0, 1000, 2000, 3000, flags=(0, 1, 2))),
        p("x", group=IN_TABLE),
        *row("f", "g", "", group=three),
        p("after"),
    ]

    assert lines(*body) == ["h | i | j", "a | b | b", "c | d e | d e", "x f | g", "after"]


def test_a_table_in_a_cell_ends_its_cells_with_a_sign_of_their_own() -> None:
    inner = IN_TABLE + sprm(codes.DEPTH, 2, 0, 0, 0)
    cell, end = sprm(codes.INNER_CELL, 1), sprm(codes.INNER_ROW_END, 1)
    body = [
        p("a", group=IN_TABLE),
        p("x", group=inner + cell),
        p("y", group=inner + cell),
        p(group=inner + cell + end + shape(0, 500, 900)),
        *row("", "b", group=shape(0, 1000, 2000)),
        *row("c", "d", group=shape(0, 1000, 2000)),
    ]

    assert lines(*body) == ["a x, y | b", "c | d"]


def test_a_file_says_which_of_two_tables_is_its_own() -> None:
    assert lines(p("a"), flags=0) == ["a"]
    assert lines(p("a"), flags=0x0200) == ["a"]
    with pytest.raises(EOFError):
        read(p("a"), flags=0, streams={"1Table": b"", "0Table": b""})


def test_old_and_encrypted_files_are_told() -> None:
    for version in (0xC0, 0x65):
        with pytest.raises(UnreadableDocument, match="Word 95"):
            read(p("a"), version=version)
    assert lines(p("a"), version=0xC2) == ["a"]
    with pytest.raises(PasswordNeeded):
        read(p("a"), flags=0x0300)


def test_a_style_sheet_that_is_cut_off_is_an_error() -> None:
    with pytest.raises(EOFError):
        read(p("a"), parts={parts.STYLES: style_sheet(style(), style())[: -len(style())]})
