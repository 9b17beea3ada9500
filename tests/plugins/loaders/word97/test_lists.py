"""Lists of Word 97: formats, levels, overrides.

Modules: ``potluck_plugins.loaders._office.word97.lists``.
"""

from __future__ import annotations

import struct

import pytest

from potluck_plugins.loaders._office.word97 import file as parts
from potluck_plugins.loaders._office.word97 import sprms as codes
from support.word97 import Paragraph, p, sprm, xst
from support.word97_reading import lines


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
