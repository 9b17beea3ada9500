"""Where a text may be cut.

Modules: ``potluck_plugins.splitters._shared.boundaries``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from potluck_plugins.splitters._shared import boundaries
from potluck_plugins.splitters._shared.boundaries import WRITTEN, before, everywhere, is_inside

LEVELS: dict[str, Callable[[str, int, int], Sequence[int]]] = {
    name: getattr(boundaries, name)
    for name in ("paragraphs", "lines", "sentences", "clauses", "blanks", "units", "graphemes")
}


@pytest.mark.parametrize(
    ("level", "cut"),
    [
        ("paragraphs", "a\n\n|b\n \n|c\nd"),
        ("lines", "a\n|b\n\n|c\f|d\u2028|e"),
        ("sentences", "一。|二！？|「三。」|四"),
        ("sentences", "One. two"),
        ("sentences", "It ends.| 5 more.| (Then) end."),
        ("sentences", "See 1.4.4.| Next e.g. this!| Why?| a=b?c=d"),
        ("sentences", "1. First\n12. Second\n123.| Third"),
        ("clauses", "一，|二、|三：|a,| b;| c:| d"),
        ("clauses", "1,000 at 12:30,| http://x"),
        ("units", "短|鋼| |1.4.4| |it's| |3,000|。|x"),
        ("units", "🇹🇼|🇯🇵|a"),
        ("graphemes", "e\u0301|👍🏽|a|\r\n|b"),
    ],
)
def test_a_level_cuts_behind_its_marks(level: str, cut: str) -> None:
    pieces = cut.split("|")
    text = "".join(pieces)
    places = [sum(map(len, pieces[:count])) for count in range(1, len(pieces))]

    assert list(LEVELS[level](text, 0, len(text))) == places


@pytest.mark.parametrize("level", LEVELS)
def test_places_lie_within_the_stretch(level: str) -> None:
    text = "一。\n\n二，三 four. Five\n\n"

    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            places = list(LEVELS[level](text, start, end))
            assert places == sorted(set(places))
            assert all(start < place < end for place in places)


def test_a_separator_is_cut_in_front_of() -> None:
    assert list(before("ab")("abxabab", 0, 7)) == [3, 5]
    assert list(before(".")("a.b.c", 1, 5)) == [3]
    assert list(before(".")("axb", 0, 3)) == []
    assert list(before("")("abc", 0, 3)) == [1, 2]
    assert list(everywhere("abcdef", 2, 5)) == [3, 4]


@pytest.mark.parametrize(
    ("left", "right", "inside"),
    [
        ("a", "b", False),
        ("\r", "\n", True),
        ("\n", "\r", False),
        ("a", "\n", False),
        ("\r", "a", False),
        ("e", "\u0301", True),
        ("👩", "\u200d", True),
        ("\u200d", "👩", True),
        ("a", "\u200c", True),
        ("ｶ", "\uff9e", True),
        ("ｶ", "\uff9f", True),
        ("ᄒ", "\u1160", True),
        ("ᄒ", "\u11ff", True),
        ("ᄒ", "\u115f", False),
        ("a", "\u1200", False),
        ("👍", "\U0001f3fb", True),
        ("👍", "\U0001f3ff", True),
        ("👍", "\U0001f3fa", False),
        ("👍", "\U0001f400", False),
        ("🏴", "\U000e0020", True),
        ("🏴", "\U000e007f", True),
        ("क", "\u093e", True),
        ("鋼", "軌", False),
        ("。", "\ufe00", True),
    ],
)
def test_a_grapheme_is_not_cut(left: str, right: str, inside: bool) -> None:
    assert is_inside(f"x{left}{right}x", 1 + len(left)) is inside


def test_the_levels_of_written_text_go_from_paragraphs_to_anywhere() -> None:
    counts = [len(level("一。二，三 four\n\nfi", 0, 14)) for level in WRITTEN]

    assert counts[0] == 1
    assert counts[-1] == 13
