"""Word 97 to 2003: small files that are put together by hand, part by part.

Modules: ``potluck_plugins.loaders._office.word97.file``, ``potluck_plugins.loaders._office.word97.forms``,
``potluck_plugins.loaders._office.word97.line``, ``potluck_plugins.loaders._office.word97.lists``,
``potluck_plugins.loaders._office.word97.notes``, ``potluck_plugins.loaders._office.word97.pieces``,
``potluck_plugins.loaders._office.word97.properties``, ``potluck_plugins.loaders._office.word97.reader``,
``potluck_plugins.loaders._office.word97.rows``, ``potluck_plugins.loaders._office.word97.sprms``,
``potluck_plugins.loaders._office.word97.styles``.
"""

from __future__ import annotations

import struct
from datetime import datetime
from typing import Any

import pytest

from potluck.documents import Document
from potluck.errors import DocumentLimit, PasswordNeeded, UnreadableDocument
from potluck_plugins.loaders._office.options import ReadOptions
from potluck_plugins.loaders._office.word97 import file as parts
from potluck_plugins.loaders._office.word97 import sprms as codes
from potluck_plugins.loaders._office.word97.properties import properties
from potluck_plugins.loaders._office.word97.reader import read_doc
from potluck_plugins.loaders._shared.flow import Flow
from support.loading import checked, outline
from support.word97 import Paragraph, doc, fonts, p, plc, sprm, style, style_sheet, xst

RAISED, STRUCK, HIDDEN = sprm(codes.POSITION, 1), sprm(codes.STRUCK, 1), sprm(codes.HIDDEN, 1)
SPECIAL = sprm(codes.SPECIAL, 1)


def read(*paragraphs: Paragraph, comments: bool = False, hidden: bool = False, **file: Any) -> Document:
    flow = Flow()
    metadata = read_doc(doc(*paragraphs, **file), flow, ReadOptions(comments, hidden))
    return checked(flow.document("a.doc", metadata))


def lines(*paragraphs: Paragraph, **file: Any) -> list[str]:
    return read(*paragraphs, **file).text.split("\n")


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


def list_level(
    text: str, code: int = 0, start: int = 1, flags: int = 0, restart: int = 0, groups: tuple[int, int] = (0, 0)
) -> bytes:
    head = struct.pack("<iBB18x", start, code, flags) + bytes([*groups, restart, 0])
    return head + b"\xaa" * sum(groups) + xst(text)


def lists(*found: tuple[int, list[bytes]]) -> bytes:
    heads = b"".join(struct.pack("<i22xBB", identity, len(levels) == 1, 0) for identity, levels in found)
    return struct.pack("<h", len(found)) + heads + b"".join(level for _, levels in found for level in levels)


def overrides(*found: tuple[int, list[bytes]]) -> bytes:
    heads = b"".join(struct.pack("<i8xB3x", identity, len(levels)) for identity, levels in found)
    tails = b"".join(b"\xff" * 4 + b"".join(levels) for _, levels in found)
    return struct.pack("<I", len(found)) + heads + tails


def item(text: str, number: int = 1, level: int = 0) -> Paragraph:
    return p(text, group=sprm(codes.LIST, number, 0) + sprm(codes.LEVEL, level))


def numbered(*items: Paragraph, lists_: bytes, overrides_: bytes) -> list[str]:
    # Other parts follow the table of lists: its levels stand behind its stated end.
    return lines(*items, parts={parts.LISTS: lists_, parts.LIST_OVERRIDES: overrides_})


NINE = [list_level("\0."), list_level("\0.\1", groups=(3, 4)), list_level("(\2)", 4)] + [list_level("?")] * 6


@pytest.mark.parametrize(
    ("code", "start", "label"),
    [
        (0, 4, "4"),
        (1, 4, "IV"),
        (2, 4, "iv"),
        (3, 4, "D"),
        (4, 4, "d"),
        (10, 21, "二一"),
        (11, 21, "二十一"),
        (14, 4, "４"),
        (17, 21, "二一"),
        (18, 4, "④"),
        (19, 4, "４"),
        (22, 4, "04"),
        (23, 4, "•"),
        (28, 4, "④"),
        (29, 4, "四"),
        (30, 4, "丁"),
        (31, 4, "卯"),
        (33, 21, "二十一"),
        (34, 21, "貳拾壹"),
        (255, 4, ""),
        (35, 21, "二十一"),
        (36, 21, "二一"),
        (37, 21, "二十一"),
        (38, 21, "贰拾壹"),
        (39, 21, "二十一"),
        (200, 4, "4"),
    ],
)
def test_a_list_counts_in_its_format(code: int, start: int, label: str) -> None:
    found = numbered(
        item("鋼軌"),
        lists_=lists((7, [list_level("\0", code, start)])),
        overrides_=overrides((7, [])),
    )

    assert found == [f"{label} 鋼軌".strip()]


def test_a_list_counts_on_and_a_deeper_level_begins_anew() -> None:
    found = numbered(
        *[item("a"), item("b", level=1), item("c", level=1), item("d", level=2), item("e"), item("f", level=1)],
        p("text"),
        item("g", number=2),
        item("h", number=3),
        item("i", number=4),
        lists_=lists((-5, NINE), (8, [list_level("第\0條", 35)])),
        overrides_=overrides((-5, []), (8, []), (-5, [])),
    )

    assert found == ["1. a", "1.1 b", "1.2 c", "(a) d", "2. e", "2.1 f", "text", "第一條 g", "3. h", "i"]


def test_a_list_may_change_the_start_or_the_whole_of_a_level() -> None:
    other = list_level("[\1]", 1, 3)
    found = numbered(
        *[item("a"), item("b", level=1), item("c", number=2), item("d", number=2), item("e", number=2, level=1)],
        *[item("f", number=3), item("g", number=4), item("h")],
        lists_=lists((1, NINE), (2, [list_level("\0)")])),
        overrides_=overrides(
            (1, []),
            (1, [struct.pack("<iI", 5, 0x10), struct.pack("<iI", 9, 0x30 | 1) + other]),
            (1, [struct.pack("<iI", 8, 0)]),
            (2, [struct.pack("<iI", 8, 0x13), struct.pack("<iI", 8, 0x10)]),
        ),
    )

    assert found == ["1. a", "1.1 b", "5. c", "6. d", "[III] e", "7. f", "8) g", "8. h"]


def test_a_level_says_after_which_others_it_begins_anew_and_whether_it_counts_in_digits() -> None:
    levels = [list_level("\0", 1), list_level("\0-\1", 3, flags=4), list_level("\2", restart=1, flags=8)]
    levels += [list_level("\3", restart=0, flags=8), list_level("\4", restart=1)] + [list_level("")] * 4
    every = [item("", level=level)._replace(runs=((f"x{level}", b""), ("\r", b""))) for level in (0, 1, 2, 3, 4)]
    found = numbered(*every, *every[1:], every[0], *every[2:], lists_=lists((1, levels)), overrides_=overrides((1, [])))

    assert found[:5] == ["I x0", "1-1 x1", "1 x2", "1 x3", "1 x4"]
    assert found[5:9] == ["1-2 x1", "2 x2", "2 x3", "1 x4"]
    assert found[9:] == ["II x0", "1 x2", "3 x3", "1 x4"]


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


def test_signs_and_breaks_are_those_that_are_shown() -> None:
    assert lines(p("a\tb\x0bc\x1ed\x1fe\x01f(g)"), p("end", end="\x0c")) == ["a\tb", "c-def(g)", "end"]


def test_symbols_are_those_of_their_font() -> None:
    known = fonts("Times", "Symbol", "Wingdings")

    def special(font: int, character: int) -> tuple[str, bytes]:
        return "(", SPECIAL + sprm(codes.SYMBOL, *struct.pack("<HH", font, character))

    in_symbol, in_wingdings = sprm(codes.FONT, 1, 0), sprm(codes.FONT, 2, 0)
    body = p(
        *["5 ", special(1, 0xF06D), "m ", special(1, 0x6D), "m ", special(0, 0x2264), special(9, 0x41), " ("],
        *[
            ("\uf0b1", in_symbol),
            "2 ",
            ("\uf0fe", in_wingdings),
            "yes ",
            ("\uf0b1", b""),
            ("\uf0b3", sprm(codes.FONT, 9, 0)),
        ],
        ("(", sprm(codes.SYMBOL, 1, 0, 0x6D, 0xF0)),
    )

    assert lines(body, parts={parts.FONTS: known}) == ["5 μm μm ≤A (±2 ☒yes ±≥("]
    assert lines(p(special(1, 0xF06D), "m"), parts={parts.FONTS: known[:3]}) == ["μm"]
    assert lines(p(special(1, 0x2264), "m"), parts={parts.FONTS: known[:6]}) == ["≤m"]


def field(instruction: str, result: str | None = None) -> str:
    return f"\x13{instruction}" + (f"\x14{result}" if result is not None else "") + "\x15"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"see {field('REF x', 'clause 1.4')}.", "see clause 1.4."),
        (f"p. {field('PAGE', '7')} of {field(' NUMPAGES ', '9')} x", "p.  of  x"),
        (f"{field('PAGEREF a', '12')}", "12"),
        (f"{field('EQ ' + chr(92) + 'f(1,2)')}!", "1/2!"),
        (f"螺栓 2{field('EQ ' + chr(92) + 'f(1,2)')}5", "螺栓 2 1/2 5"),
        (f"20{field('FORMDROPDOWN', '26')}", "2026"),
        (f"{field(f'REF {field(chr(80) + chr(65) + chr(71) + chr(69), chr(55))} x', '道')}", "道"),
        (f"{field('PAGE', field('REF x', 'y'))}z", "z"),
        (f"{field('HYPERLINK', 'a' + field('REF', 'b') + 'c')}", "abc"),
        ("a\x14b\x15c", "abc"),
        ("a\x13b", "a"),
        (f"{field('SYMBOL 109 ' + chr(92) + 'f Symbol', '')}m", "μm"),
    ],
)
def test_fields_show_their_results_or_what_their_instruction_says(text: str, shown: str) -> None:
    assert lines(p(text)) == [shown]


def test_a_field_goes_on_over_paragraphs_of_its_story_only() -> None:
    assert lines(p("\x13REF x"), p("y\x14one"), p("two\x15"), p("three")) == ["one", "two", "three"]


def check_box(result: int, default: int = 0) -> bytes:
    body = struct.pack("<IHHH", 0xFFFFFFFF, 1 | result << 2, 0, 20) + xst("名") + b"\0\0" + struct.pack("<H", default)
    return struct.pack("<IH62x", 68 + len(body), 68) + body


def test_a_form_in_the_text_names_its_data() -> None:
    def box(at: int, more: bytes = sprm(codes.IS_DATA, 1)) -> list[str | tuple[str, bytes]]:
        return ["\x13 FORMCHECKBOX ", ("\x01", SPECIAL + sprm(codes.PICTURE, at, 0, 0, 0) + more), "\x15"]

    data = check_box(1) + check_box(0)
    body = p(
        *box(0), "yes ", *box(len(check_box(1))), "no ", *box(0, b""), "-", ("\x01", sprm(codes.PICTURE, 0, 0, 0, 0))
    )

    assert lines(body, streams={"Data": data}) == ["☒ yes ☐ no -"]


def summary(values: dict[int, bytes], count: int | None = None) -> bytes:
    section = b""
    places = []
    start = 8 + 8 * len(values)
    for number, value in values.items():
        places.append(struct.pack("<II", number, start + len(section)))
        section += value
    head = struct.pack("<II", start + len(section), len(values) if count is None else count) + b"".join(places)
    return bytes(44) + struct.pack("<I", 50) + b"\xff\xff" + head + section


def in_bytes(text: str, encoding: str = "cp1252") -> bytes:
    content = text.encode(encoding) + b"\0"
    return struct.pack("<II", 30, len(content)) + content


def in_characters(text: str) -> bytes:
    return struct.pack("<II", 31, len(text) + 1) + text.encode("utf-16-le") + b"\0\0"


def at_time(when: datetime | None) -> bytes:
    ticks = 0 if when is None else int((when - datetime(1601, 1, 1)).total_seconds()) * 10_000_000
    return struct.pack("<IQ", 64, ticks)


PAGE_950 = struct.pack("<IHH", 2, 950, 0)


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({1: PAGE_950, 2: in_bytes("道碴", "cp950"), 4: in_bytes("王", "cp950")}, {"title": "道碴", "author": "王"}),
        ({3: in_bytes(" café ")}, {"subject": "café"}),
        ({2: in_characters("鋼軌"), 5: in_bytes("keywords")}, {"title": "鋼軌"}),
        (
            {12: at_time(datetime(2026, 3, 9, 8, 30)), 13: at_time(datetime(1999, 12, 31))},
            {"created": "2026-03-09T08:30:00", "modified": "1999-12-31T00:00:00"},
        ),
        ({12: at_time(None), 2: in_bytes("")}, {}),
        ({2: struct.pack("<II", 3, 7) + b"seven"}, {}),
        ({1: struct.pack("<IHH", 2, 1, 0), 2: in_bytes("a")}, {"title": "a"}),
        ({2: in_bytes("a"), 3: b""}, {"title": "a"}),
    ],
)
def test_the_summary_tells_who_wrote_a_document_and_when(values: dict[int, bytes], found: dict[str, str]) -> None:
    assert read(p("x"), streams={"\x05SummaryInformation": summary(values)}).metadata == found


def test_a_summary_that_names_more_than_it_holds_is_left_out() -> None:
    assert properties(summary({2: in_bytes("a")}, count=0)) == {}
    assert properties(summary({2: in_bytes("a")}, count=2_000_000_000)) == {}
    ticks = struct.pack("<IQ", 64, 2**64 - 1)
    assert properties(summary({2: in_bytes("a"), 12: ticks})) == {"title": "a"}


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
