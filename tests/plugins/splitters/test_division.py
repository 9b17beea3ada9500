"""Dividing a text at the best places that keep the pieces small.

Modules: ``potluck_plugins.splitters._shared.division``, ``potluck_plugins.splitters._shared.tables``.
"""

from __future__ import annotations

import pytest

from potluck.documents import Chunk
from potluck_plugins.splitters._shared.boundaries import before, everywhere
from potluck_plugins.splitters._shared.division import chunk, divide, drop_contained, trim
from potluck_plugins.splitters._shared.tables import between_tables, header_at, tables

LEVELS = [before("."), before(","), everywhere]


@pytest.mark.parametrize(
    ("text", "size", "overlap", "pieces"),
    [
        ("abcd", 4, 0, ["abcd"]),
        ("abcd", 3, 0, ["abc", "d"]),
        ("ab.cd.ef", 8, 0, ["ab.cd.ef"]),
        ("ab.cd.ef", 7, 0, ["ab.cd", ".ef"]),
        ("ab.cd.ef", 5, 0, ["ab.cd", ".ef"]),
        ("ab.cd.ef", 4, 0, ["ab", ".cd", ".ef"]),
        ("ab.cd.ef", 3, 0, ["ab", ".cd", ".ef"]),
        ("ab.cd.ef", 6, 3, ["ab.cd", ".cd.ef"]),
        ("ab.cd.ef", 6, 2, ["ab.cd", ".ef"]),
        ("ab.cd.ef", 5, 3, ["ab.cd", ".ef"]),
        ("a,b,c.d,e,f", 6, 0, ["a,b,c", ".d,e,f"]),
        ("a,b,c,d.e,f", 5, 0, ["a,b,c", ",d", ".e,f"]),
        ("abcdef.g", 2, 0, ["ab", "cd", "ef", ".g"]),
        ("abcdefgh", 4, 2, ["abcd", "cdef", "efgh"]),
        ("a.b.c.d", 3, 1, ["a.b", ".c", ".d"]),
        ("a.b.c.d", 3, 2, ["a.b", ".c", ".d"]),
        ("a.b.c.d", 5, 2, ["a.b.c", ".c.d"]),
        ("", 3, 0, [""]),
    ],
)
def test_small_pieces_are_joined_and_large_ones_divided(text: str, size: int, overlap: int, pieces: list[str]) -> None:
    spans = list(divide(text, (0, len(text)), LEVELS, size, overlap))

    assert [text[slice(*span)] for span in spans] == pieces


def test_a_stretch_of_a_text_is_divided_by_its_own_places() -> None:
    assert list(divide("xx.ab.cd.xx", (3, 8), LEVELS, 3)) == [(3, 5), (5, 8)]


def test_what_no_level_cuts_stays_whole() -> None:
    assert list(divide("abcdef.g", (0, 8), [before(".")], 2)) == [(0, 6), (6, 8)]
    assert list(divide("abcdef", (0, 6), [], 2)) == [(0, 6)]


def test_a_measure_says_how_large_a_piece_is() -> None:
    # Every second character counts; several places have one mark, of which nothing is repeated.
    spans = list(divide("abcdefgh", (0, 8), [everywhere], 2, 0, lambda place: place // 2))

    assert [end for _, end in spans][-1] == 8
    assert all(end // 2 - start // 2 <= 2 for start, end in spans)
    assert [start for start, _ in spans[1:]] == [end for _, end in spans[:-1]]


def test_white_space_around_a_piece_is_not_part_of_it() -> None:
    assert list(trim("  ab \n c", [(0, 5), (4, 7), (5, 8), (2, 4)])) == [(2, 4), (7, 8), (2, 4)]


def test_a_piece_that_adds_nothing_is_left_out() -> None:
    assert list(drop_contained([(0, 4), (2, 4), (1, 3), (3, 6), (4, 6)])) == [(0, 4), (3, 6)]
    assert list(drop_contained([(0, 0)])) == [(0, 0)]


def test_a_chunk_is_the_text_of_its_span_under_a_heading() -> None:
    assert chunk("abcdef", (1, 3), "h") == Chunk(1, 3, "bc", "h")
    assert chunk("abcdef", (0, 6)) == Chunk(0, 6, "abcdef", "")


TABLE = "a | b\nc | d\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (TABLE, [(0, 0, 12, "a | b")]),
        ("text\n" + TABLE + "text", [(5, 5, 17, "a | b")]),
        ("表 1\n" + TABLE, [(0, 4, 16, "a | b")]),
        ("  Table 1\n" + TABLE, [(0, 10, 22, "a | b")]),
        ("Tables\n" + TABLE, [(7, 7, 19, "a | b")]),
        ("text\n表 1\n" + TABLE, [(5, 9, 21, "a | b")]),
        (TABLE + "\n" + TABLE, [(0, 0, 12, "a | b"), (13, 13, 25, "a | b")]),
        ("a | b\n", []),
        ("a | b\ntext\nc | d\n", []),
        ("a|b\nc|d\n", []),
        ("|a|b|\n|c|d|", [(0, 0, 11, "|a|b|")]),
        (" a\tb\nc\td", [(0, 0, 8, "a\tb")]),
        ("x" * 250 + " | y\nz | w", [(0, 0, 260, "x" * 200)]),
        ("表 | 1\nc | d\n" + "text\n" + TABLE, [(0, 0, 12, "表 | 1"), (17, 17, 29, "a | b")]),
        ("", []),
    ],
)
def test_lines_with_cells_are_a_table_with_the_caption_above(text: str, found: list[tuple[int, int, int, str]]) -> None:
    assert [tuple(one) for one in tables(text, 0, len(text))] == found


def test_a_table_is_not_cut_between_its_rows_nor_from_its_caption() -> None:
    text = "one\n表 1\n" + TABLE + "two\nthree"

    assert list(between_tables(text, 0, len(text))) == [4, 20, 24]
    assert list(between_tables("one\ntwo\n", 0, 8)) == [4]


def test_a_table_carries_its_header_behind_its_first_row() -> None:
    text = "one\n表 1\n" + TABLE + "two\n" + TABLE.upper()
    held = tables(text, 0, len(text))

    assert [header_at(held, place) for place in (0, 4, 8, 9, 14, 19, 20, 24, 30)] == [
        *("", "", "", "a | b", "a | b", "a | b", ""),
        *("", "A | B"),
    ]
    assert header_at([], 3) == ""
