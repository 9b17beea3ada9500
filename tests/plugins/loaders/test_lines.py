"""Lines of a page that are joined to paragraphs.

Modules: ``potluck_plugins.loaders._shared.lines``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from potluck_plugins.loaders._shared.lines import Line, paragraphs

FIRST = "本工程之軌道採用無道碴軌道其基鈑應以螺栓固定於混凝土"
SECOND = "道床之上並應逐一檢查"
RIGHT = 10.0 * len(FIRST)


def line(text: str, left: float = 0, right: float = RIGHT, bottom: float = 0, height: float = 10) -> Line:
    """A line of characters ten points high, as wide as the column."""
    return Line(text, left, right, bottom, height)


def texts(lines: Sequence[Line], headings: Mapping[int, int] | None = None) -> list[str]:
    """The paragraphs alone."""
    return [text for text, _ in paragraphs(lines, headings or {})]


def pair(first: str = FIRST, second: str = SECOND, below: Line | None = None, **place: float) -> list[Line]:
    """A line and the one below it."""
    return [line(first, bottom=100, **place), below or line(second, right=10.0 * len(second), bottom=86)]


def test_a_chinese_sentence_goes_on_in_the_next_line() -> None:
    assert list(paragraphs(pair(), {})) == [(FIRST + SECOND, 0)]


def test_a_break_between_words_of_the_latin_script_is_a_blank() -> None:
    lines = [line(FIRST + "use", bottom=100), line("the 道床之上", right=80, bottom=86)]

    assert texts(lines) == [FIRST + "use the 道床之上"]
    assert texts([line(FIRST, bottom=100), line("the 道床之上", right=80, bottom=86)]) == [FIRST + "the 道床之上"]
    assert texts([line(FIRST + "use", bottom=100), line("道床之上", right=80, bottom=86)]) == [FIRST + "use道床之上"]


@pytest.mark.parametrize(
    "second",
    [
        "• 道床之上",
        "- 道床之上",
        "1. 道床之上",
        "12、道床之上",
        "(一) 道床之上",
        "（3）道床之上",
        "a) 道床之上",
        "第二章 道床之上",
        "1.4.4 道床之上",
        "道床 | 之上",
    ],
)
def test_an_item_a_section_and_a_row_of_a_table_begin_anew(second: str) -> None:
    assert texts(pair(second=second)) == [FIRST, second]


@pytest.mark.parametrize("second", ["1.5道床之上", "二十公尺道床", "-3道床之上", "12道床之上"])
def test_a_number_at_the_beginning_of_a_line_is_not_an_item(second: str) -> None:
    assert texts(pair(second=second)) == [FIRST + second]


@pytest.mark.parametrize("stop", "。！？；：:.!?|")
def test_a_line_that_ends_a_sentence_is_not_continued(stop: str) -> None:
    assert texts(pair(first=FIRST[:-1] + stop)) == [FIRST[:-1] + stop, SECOND]


@pytest.mark.parametrize("stop", "，、」的")
def test_a_line_that_ends_within_a_sentence_is_continued(stop: str) -> None:
    assert len(texts(pair(first=FIRST[:-1] + stop))) == 1


@pytest.mark.parametrize(("chinese", "joined"), [(20, True), (10, True), (9, False), (2, False)])
def test_lines_of_english_are_left_as_they_are(chinese: int, joined: bool) -> None:
    first, second = "x" * (30 - chinese) + "道" * chinese, "yyyyyyyyyy"

    assert len(texts(pair(first, second))) == 2 - joined


def test_a_line_that_ends_before_the_margin_ends_its_paragraph() -> None:
    lines = [line("長" * 28, bottom=114), *pair(first="短" * 20, right=200)]

    assert texts(lines) == ["長" * 28 + "短" * 20, SECOND]


FULL = [("道床", 17, True), ("道床", 19, False), ("道，床", 27, True), ("道，床", 29, False)]
FULL += [("abc床", 25, True), ("abc床", 27, False), ("ab，床", 29, True), ("ab，床", 31, False)]


@pytest.mark.parametrize(("token", "room", "joined"), FULL)
def test_a_line_is_full_where_the_next_word_would_not_fit(token: str, room: float, joined: bool) -> None:
    lines = [line("長" * 28, bottom=114), *pair(second=token, right=RIGHT - room)]

    assert len(texts(lines)) == 2 - joined


@pytest.mark.parametrize(
    ("below", "joined"),
    [
        (line(SECOND, bottom=71), True),
        (line(SECOND, bottom=70), False),
        (line(SECOND, bottom=100), False),
        (line(SECOND, bottom=99), True),
        (line(SECOND, bottom=114), False),
        (line(SECOND, bottom=86, left=30), True),
        (line(SECOND, bottom=86, left=31), False),
        (line(SECOND, bottom=86, height=16.5), True),
        (line(SECOND, bottom=86, height=17), False),
        (line(SECOND, bottom=86, height=6.3), True),
        (line(SECOND, bottom=86, height=6.2), False),
        (line(SECOND, bottom=86, height=0), False),
        (line("", bottom=86), False),
    ],
)
def test_a_line_goes_on_right_below_in_its_column_and_about_as_high(below: Line, joined: bool) -> None:
    expected = [FIRST + SECOND] if joined else [FIRST, SECOND] if below.text else [FIRST]

    assert texts(pair(below=below)) == expected


def test_lines_of_an_unknown_height_are_not_joined() -> None:
    assert texts([Line(FIRST), Line(SECOND)]) == [FIRST, SECOND]


@pytest.mark.parametrize(("width", "joined"), [(121, True), (120, False), (60, False)])
def test_the_lines_of_a_narrow_column_are_left_as_they_are(width: float, joined: bool) -> None:
    lines = [line("長短道床軌枕螺栓基鈑鋼軌", right=width, bottom=100), line("檢查", right=20, bottom=86)]

    assert len(texts(lines)) == 2 - joined


def test_the_margin_is_that_of_the_lines_nearby_that_begin_at_the_same_place() -> None:
    far = [line("遠" * 50 + "。", right=500, bottom=1000 - 14 * n) for n in range(3)]
    between = [line("中" * 27 + "。", bottom=900 - 14 * n) for n in range(12)]

    assert texts([*far, *between, *pair()])[-1] == FIRST + SECOND
    assert texts([*far, *pair()])[-1] == SECOND
    aside = [line("旁" * 50 + "。", left=100, right=500, bottom=1000)]
    assert texts([*aside, *pair()])[-1] == FIRST + SECOND


def test_a_wide_line_that_follows_soon_shows_the_margin_too() -> None:
    wide = line("寬" * 50 + "。", right=500, bottom=0)
    between = [line("中" * 27 + "。", bottom=60 - n) for n in range(11)]

    assert texts([*pair(), wide])[0] == FIRST
    assert texts([*pair(), *between, wide])[0] == FIRST + SECOND


def test_headings_keep_their_level_and_stand_alone() -> None:
    lines = [*pair(), line("章名", bottom=72), *pair()]

    assert list(paragraphs(lines, {2: 3})) == [(FIRST + SECOND, 0), ("章名", 3), (FIRST + SECOND, 0)]
    assert list(paragraphs(pair(), {0: 1})) == [(FIRST, 1), (SECOND, 0)]
    assert list(paragraphs(pair(), {1: 2})) == [(FIRST, 0), (SECOND, 2)]


def test_empty_lines_are_not_paragraphs() -> None:
    assert texts([line(""), line("甲。"), line(""), line("乙"), line("")]) == ["甲。", "乙"]
    assert texts([]) == []
