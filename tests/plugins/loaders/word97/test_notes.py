"""Notes, comments, text boxes, headers and footers of Word 97.

Modules: ``potluck_plugins.loaders._office.word97.notes``, ``potluck_plugins.loaders._office.word97.reader``.
"""

from __future__ import annotations

import struct

import pytest

from potluck.documents import Document
from potluck_plugins.loaders._office.word97 import file as parts
from support.word97 import p, plc, xst
from support.word97_reading import SPECIAL, lines, read


def marks(*positions: int, size: int = 2, records: list[bytes]) -> bytes:
    return plc([*positions, 999], *(one.ljust(size, b"\0") for one in records))


AUTO, OWN = b"\1\0", b"\0\0"


def dop(footnotes: int = 0, endnotes: int = 0, first: int = 0, first_end: int = 0) -> bytes:
    head = bytearray(56)
    struct.pack_into("<H", head, 2, first << 2 | 1)
    struct.pack_into("<H", head, 52, first_end << 2 | 2)
    struct.pack_into("<H", head, 54, footnotes << 2 | endnotes << 6 | 1)
    return bytes(head)


@pytest.mark.parametrize(
    ("document", "found"),
    [
        (b"", ["a[1]b[2]c*[1]", "[footnote 1] one", "[footnote 2] two", "[footnote] own", "[endnote 1] end"]),
        (
            dop(2, 4, 3, 2),
            ["a[iii]b[iv]c*[b]", "[footnote iii] one", "[footnote iv] two", "[footnote] own", "[endnote b] end"],
        ),
    ],
)
def test_notes_are_marked_in_the_text_and_told_behind_it(document: bytes, found: list[str]) -> None:
    mark = ("\2", SPECIAL)
    body = p("a", mark, "b", mark, "c*", mark, mark)
    texts = [p(mark, " one"), p(mark, " two"), p("own"), p()]

    assert (
        lines(
            body,
            stories={"footnotes": texts, "endnotes": [p("end"), p()]},
            parts={
                parts.DOCUMENT: document,
                parts.FOOTNOTE_MARKS: marks(1, 3, 6, records=[AUTO, AUTO, OWN]),
                parts.FOOTNOTES: plc([0, 6, 12, 16, 17]),
                parts.ENDNOTE_MARKS: marks(7, records=[AUTO]),
                parts.ENDNOTES: plc([0, 4, 5]),
            },
        )
        == found
    )


def dttm(year: int, month: int, day: int) -> bytes:
    return struct.pack("<I", (year - 1900) << 20 | month << 16 | day << 11)


def commented(**settings: bool) -> Document:
    mark = ("\5", SPECIAL)
    records = [bytes(20) + struct.pack("<H", author) for author in (1, 0, 9)]
    dates = dttm(2026, 3, 9).ljust(18, b"\xff") + dttm(2026, 13, 1).ljust(18, b"\xff") + dttm(2027, 12, 31)
    return read(
        p("a", mark, "b", mark, mark),
        stories={"comments": [p(mark, "one"), p(mark, "道"), p(mark, "three"), p()]},
        parts={
            parts.COMMENT_MARKS: marks(1, 3, 4, size=30, records=records),
            parts.COMMENTS: plc([0, 5, 8, 15, 16]),
            parts.AUTHORS: xst("Wang") + xst("陳"),
            parts.COMMENT_DATES: dates,
        },
        **settings,
    )


def test_comments_are_told_with_their_author_and_day_or_counted() -> None:
    assert commented().text == "ab"
    assert commented().losses == ("the text of comments was left out: 3 places, 9 characters",)
    assert commented(comments=True).text.split("\n") == [
        "ab",
        "[comment by 陳, 2026-03-09] one",
        "[comment by Wang] 道",
        "[comment, 2027-12-31] three",
    ]


def test_text_boxes_stand_behind_the_paragraph_of_their_shape_or_at_the_end() -> None:
    shapes = [struct.pack("<i", identity) for identity in (41, -42)]
    texts = [
        struct.pack("<8xHi", 0, 0) + struct.pack("<i", 41),
        struct.pack("<8xHi", 0, 0) + struct.pack("<i", 99),
        struct.pack("<8xHi", 1, 0) + struct.pack("<i", 41),
        struct.pack("<8xHi", 0, 0) + struct.pack("<i", -42),
        struct.pack("<8xHi", 0, 0) + struct.pack("<i", 41),
        b"",
    ]

    assert lines(
        p("a", ("\x08", SPECIAL), "b"),
        p("c", ("\x08", SPECIAL)),
        stories={"boxes": [p("one"), p("lost"), p("gone"), p("道"), p("more"), p()]},
        parts={
            parts.SHAPE_ANCHORS: marks(1, 5, size=26, records=shapes),
            parts.BOXES: plc([0, 4, 9, 14, 16, 21, 22], *(one.ljust(22, b"\0") for one in texts)),
        },
    ) == ["ab", "one", "more", "c", "道", "lost"]


def test_headers_and_footers_are_told_section_by_section() -> None:
    texts = ["s"] * 6 + ["even", "odd", "low", "", "first", "Page of", "道", "even", "", "f"]
    story = [p(text) if text else p(end="") for text in texts] + [p()]
    positions = [0]
    for one in story:
        positions.append(positions[-1] + len(one.text))

    assert lines(p("a"), stories={"headers": story}, parts={parts.HEADERS: plc(positions)}) == [
        "a",
        "[header] even",
        "[header] odd",
        "[footer] low",
        "[header] first",
        "[header] 道",
        "[footer] f",
    ]
