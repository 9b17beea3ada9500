"""The lines of a page: raised digits, characters drawn twice, columns from top to bottom, words from right to left.

Tests of ``potluck_plugins.loaders._shared.pdftext``, ``potluck_plugins.loaders._shared.pdfchars``,
``potluck_plugins.loaders._shared.pdfrules`` and ``potluck_plugins.loaders._shared.pdfvertical``.

Modules: ``potluck_plugins.loaders._shared.bidi``, ``potluck_plugins.loaders._shared.lines``,
``potluck_plugins.loaders._shared.pdfforms``, ``potluck_plugins.loaders._shared.pdfminer``.
"""

from __future__ import annotations

from itertools import accumulate

import pytest

from support.loading import load_one
from support.pdf import Line, Rule, column, make_pdf


def text_of(*lines: Line) -> str:
    return load_one("pdf", make_pdf([lines], embedded=True)).text


def scripted(base: str, script: str, rest: str, rise: float, y: float = 700) -> list[Line]:
    """A line of 10 points with a script of 6 points in it; ASCII characters are half as wide as high."""
    x = 72 + sum(5 if c.isascii() else 10 for c in base)
    after = x + sum(3 if c.isascii() else 6 for c in script)
    return [Line(base, y), Line(script, y + rise, x, 6), *([Line(rest, y, after)] if rest else [])]


@pytest.mark.parametrize(
    ("base", "script", "rest", "rise", "shown"),
    [
        ("at least 10", "6", " ohm", 4, "at least 10⁶ ohm"),
        ("the load is 25", "1", " kN", 4, "the load is 25¹ kN"),
        ("speed 10", "-3", "", 4, "speed 10⁻³"),
        ("x", "a+b", " holds", 4, "x^(a+b) holds"),
        ("H", "2", "O and more", -2, "H₂O and more"),
        ("T", "max", " is", -2, "T_max is"),
        ("絕緣電阻不得小於10", "6", "歐姆", 4, "絕緣電阻不得小於10⁶歐姆"),
        ("面積五平方公尺", "2", "，以內", 4, "面積五平方公尺²，以內"),
        ("on the 1", "st", " of May", 4, "on the 1st of May"),
        ("x", "2", "3", 4, "x²3"),
        ("small print ", "follows here", "", 0, "small print follows here"),
    ],
)
def test_raised_and_lowered_characters_neither_break_a_line_nor_join_a_number(
    base: str, script: str, rest: str, rise: float, shown: str
) -> None:
    assert text_of(*scripted(base, script, rest, rise), Line("The next line.", 680)) == f"{shown}\nThe next line."


def test_fonts_of_one_point_that_a_matrix_enlarges_stand_beside_others() -> None:
    enlarged = [Line("at least 10", 700, 72, 10, enlarged=True), Line("6", 704, 127, 6, enlarged=True)]
    chinese = [Line("不得小於10", 660, 72, 10, enlarged=True), Line("6", 664, 122, 6, enlarged=True)]

    assert text_of(*enlarged, *chinese, Line("Page 1", 30)) == "at least 10⁶\n不得小於10⁶\nPage 1"


def test_a_raised_digit_at_the_end_of_a_heading_stays_in_it() -> None:
    document = load_one("pdf", make_pdf([[*scripted("1.2 Load of 10", "6", " N", 4), Line("It holds.", 680)]]))

    assert document.sections[0].title == "Load of 10⁶ N"


def test_a_small_line_of_its_own_is_not_raised() -> None:
    assert text_of(Line("A line of text", 700), Line("2 small print", 690, size=6)) == "A line of text\n2 small print"


@pytest.mark.parametrize("offset", [0.0, 0.3, 0.8])
def test_bold_type_that_is_drawn_twice_is_read_once(offset: float) -> None:
    twice = [Line("總則 Accessories 1122", 700), Line("總則 Accessories 1122", 700, 72 + offset)]

    assert text_of(*twice, Line("本文", 680)) == "總則 Accessories 1122\n本文"


def test_bold_type_of_letters_that_are_each_drawn_twice_is_read_once() -> None:
    lines = [Line(c, 700, 72 + 10 * i + d) for i, c in enumerate("短鋼軌") for d in (0, 0.4)]

    assert text_of(*lines) == "短鋼軌"


def test_the_same_letter_twice_is_two_letters() -> None:
    assert text_of(Line("llll 1111 一一", 700)) == "llll 1111 一一"


def columns(*texts: str, right: float = 500, top: float = 700, size: float = 10) -> list[Line]:
    """Columns from right to left, each character drawn by itself."""
    return [
        Line(c, top - size * row, right - 2 * size * number, size)
        for number, text in enumerate(texts)
        for row, c in enumerate(text)
    ]


VERTICAL = ("第一條借書期限為三十日", "逾期每日罰款五元並停借")


@pytest.mark.parametrize("order", [1, -1])
def test_columns_are_read_from_right_to_left_in_whatever_order_they_are_drawn(order: int) -> None:
    drawn = columns(*VERTICAL)
    drawn = drawn[:11][::1] + drawn[11:] if order > 0 else drawn[11:] + drawn[:11]

    assert text_of(*drawn).replace("\n", "") == "".join(VERTICAL)


def test_the_signs_of_vertical_text_become_those_of_a_line() -> None:
    assert text_of(*columns("借書︑還書︒", "﹁規則﹂第二條")).split("\n") == ["借書、還書。", "「規則」第二條"]


def test_tiers_of_columns_are_read_from_the_top() -> None:
    upper, lower = columns("上層第一行的字", "上層第二行的字"), columns("下層第一行的字", "下層第二行的字", top=400)

    assert text_of(*lower, *upper).split("\n") == [
        "上層第一行的字",
        "上層第二行的字",
        "下層第一行的字",
        "下層第二行的字",
    ]


def test_a_line_across_a_vertical_page_stays_where_it_is() -> None:
    lines = text_of(Line("Library rules", 760), *columns(*VERTICAL), Line("page 1", 40)).split("\n")

    assert (lines[0], lines[-1]) == ("Library rules", "page 1")


def test_chinese_that_runs_across_is_not_taken_for_columns() -> None:
    assert text_of(*column("甲", "乙", "丙丁戊己庚辛", "壬癸子丑寅卯")) == "甲\n乙\n丙丁戊己庚辛\n壬癸子丑寅卯"


def test_words_from_right_to_left_are_whole() -> None:
    # Each letter by itself, in the order of the page and not of the word.
    visual = "םיזגרא 1250 אוה"
    steps = accumulate((5 if c.isascii() else 10 for c in visual), initial=72)
    letters = [Line(c, 700, x) for c, x in zip(visual, steps, strict=False) if c != " "]

    assert text_of(*letters) == "הוא 1250 ארגזים"


def test_cells_of_a_line_from_right_to_left_stand_apart() -> None:
    left, right = "םירפס", "שמח"

    assert text_of(Line(left, 700, 72), Line(right, 700, 300)) == f"{right[::-1]} | {left[::-1]}"


STRUCK = {
    # Lines drawn on "It costs 14 16 euros" at 10 points, whose "14" stands from 117 to 127: what is read, what is told.
    "through the letters": ([Rule(703, 117, 10)], "It costs 16 euros", 2),
    "a thin rectangle": ([Rule(703, 117, 10, filled=True)], "It costs 16 euros", 2),
    "twice": ([Rule(702.2, 117, 10), Rule(703.8, 117, 10)], "It costs 16 euros", 2),
    "through the blank behind it too": ([Rule(703, 117, 15)], "It costs 16 euros", 2),
    "through several words": ([Rule(703, 72, 55)], "16 euros", 9),
    "under the letters": ([Rule(698.8, 117, 10)], "It costs 14 16 euros", 0),
    "over the letters": ([Rule(708.5, 117, 10)], "It costs 14 16 euros", 0),
    "on the baseline": ([Rule(700, 117, 10)], "It costs 14 16 euros", 0),
    "across the page": ([Rule(703, 40, 400)], "It costs 14 16 euros", 0),
    "as thick as a marker": ([Rule(703, 117, 10, 6)], "It costs 14 16 euros", 0),
    "a table's rules": ([Rule(712, 72, 300), Rule(696, 72, 300)], "It costs 14 16 euros", 0),
}


@pytest.mark.parametrize("how", STRUCK)
def test_a_line_through_the_letters_strikes_them_out(how: str) -> None:
    rules, text, characters = STRUCK[how]

    document = load_one("pdf", make_pdf([[Line("It costs 14 16 euros", 700), *rules]], embedded=True))

    assert document.text == text
    assert [loss.rpartition(", ")[2] for loss in document.losses] == [f"{characters} characters"] * bool(characters)


def test_a_line_through_chinese_strikes_it_out() -> None:
    lines = [Line("票價十四十六元", 700), Rule(703.6, 92, 20)]

    document = load_one("pdf", make_pdf([lines], embedded=True))

    assert document.text == "票價十六元"
    assert document.losses == ("struck-out text was left out: 1 place, 2 characters",)


@pytest.mark.parametrize(
    ("rule", "struck"),
    [
        # The letters are ten points high, two of them below the baseline at 700; "14" stands from 117 to 127.
        (Rule(701.1, 117, 10), False),
        (Rule(701.4, 117, 10), True),
        (Rule(704.0, 117, 10), True),
        (Rule(704.4, 117, 10), False),
        (Rule(703, 110.5, 16.5), True),  # it reaches beyond the letters by less than seven tenths of their height
        (Rule(703, 117, 16.5), True),
        (Rule(703, 117, 17.4), False),
        (Rule(703, 117, 10, width=1.9), True),
        (Rule(703, 117, 10, width=2.1), False),
        (Rule(703, 117, 10, width=1.9, filled=True), True),
        (Rule(703, 117, 10, width=2.1, filled=True), False),
    ],
)
def test_a_line_strikes_out_what_it_crosses_in_the_middle_and_is_as_long_as(rule: Rule, struck: bool) -> None:
    text = text_of(Line("It costs", 700), Line("14", 700, 117), Line("16 euros", 700, 140), rule)

    assert text.replace(" | ", " ") == ("It costs 16 euros" if struck else "It costs 14 16 euros")


def test_a_line_between_two_words_strikes_out_neither() -> None:
    ends = [Line("a", 700, 100), Line("b", 700, 117)]

    assert text_of(*ends, Rule(703, 98, 26)) == "a b"  # most of it lies on no letter
    assert text_of(Line("keep", 740), Line("ab", 700, 100), Rule(703, 98, 14)) == "keep"


@pytest.mark.parametrize(
    ("gap", "text"),
    [(0.5, "甲乙丙丁"), (11, "甲乙丙丁"), (13, "甲乙 | 丙丁"), (40, "甲乙 | 丙丁")],
)
def test_a_wide_gap_sets_cells_apart(gap: float, text: str) -> None:
    assert text_of(Line("甲乙", 700), Line("丙丁", 700, 92 + gap)).replace("乙 丙", "乙丙") == text


@pytest.mark.parametrize(
    ("first", "rest", "text"),
    [
        ("1.4.4", "短鋼軌", "1.4.4 短鋼軌"),
        ("(3)", "Rail", "(3) Rail"),
        ("（三）", "鋼軌", "（三） 鋼軌"),
        ("a)", "rail", "a) rail"),
        ("•", "rail", "• rail"),
        ("第一章", "通則", "第一章 通則"),
        ("1.4", "3.5", "1.4 | 3.5"),
        ("12345", "Rail", "12345 | Rail"),
        ("Name", "Rail", "Name | Rail"),
        ("甲", "乙", "甲 乙"),
    ],
)
def test_a_label_far_from_its_words_is_not_a_cell(first: str, rest: str, text: str) -> None:
    assert text_of(Line(first, 700), Line(rest, 700, 200)) == text


def test_a_label_in_another_cell_than_the_first_stays_a_cell() -> None:
    assert text_of(Line("Name", 700), Line("1.", 700, 200), Line("Rail", 700, 300)) == "Name | 1. | Rail"


@pytest.mark.parametrize(
    ("size", "rise", "shown"),
    [
        (8.7, 4, "x10⁶"),
        (8.9, 4, "x10⁶"),
        (8.9, 1.8, "x106"),
        (8.9, 2.2, "x10⁶"),
        (10, 7.8, "x10⁶"),
        (10, 8.2, "x10\n6"),
        (10, -2.2, "x10₆"),
        (10, -1.8, "x106"),
        (6, 1.6, "x10⁶"),
        (6, 1.3, "x106"),
        (6, -0.3, "x106"),
        (6, -0.5, "x10₆"),
        (6, 5.5, "x10⁶"),
    ],
)
def test_a_small_character_that_stands_off_the_line_is_raised_or_lowered(size: float, rise: float, shown: str) -> None:
    assert text_of(Line("x10", 700), Line("6", 700 + rise, 87, size)) == shown


@pytest.mark.parametrize("gap", [-2, 0, 2.5, 5])
def test_a_script_goes_on_right_behind_its_line(gap: float) -> None:
    assert text_of(Line("x10", 700), Line("6", 704, 87 + gap, 6)).replace(" ", "") == "x10⁶"


def test_a_letter_drawn_again_close_by_is_one_and_farther_off_is_two() -> None:
    assert text_of(Line("軌", 700), Line("軌", 700, 73)) == "軌"
    assert text_of(Line("軌", 700), Line("軌", 701, 72)) == "軌"
    assert text_of(Line("軌", 700), Line("軌", 704, 72)).count("軌") == 2
    assert text_of(Line("軌", 700), Line("道", 700, 72)).count("道") == 1


STEPS = {10: "甲乙丙丁戊己", 14: "甲乙丙丁戊己", 16: "甲 乙 丙 丁 戊 己", 34: "甲 乙 丙 丁 戊 己"}


@pytest.mark.parametrize("step", STEPS)
def test_characters_below_one_another_are_a_column(step: float) -> None:
    drawn = [Line(c, 700 - step * row, 300) for row, c in enumerate("甲乙丙丁戊己")]

    assert text_of(*drawn) == STEPS[step]


def test_a_page_that_mostly_runs_across_has_no_columns() -> None:
    below = [Line(c, 500 - 10 * row, 300) for row, c in enumerate("甲乙丙丁戊己")]

    assert "甲乙丙丁戊己" in text_of(*column("天地玄黃"), *below)
    assert "甲乙丙丁戊己" not in text_of(*column("天地玄黃宇宙洪荒日月盈昃"), *below)


def test_every_sign_of_vertical_text_becomes_that_of_a_line() -> None:
    vertical, across = "︰︱︵︶︷︸︹︺︻︼︽︾︿﹀﹁﹂﹃﹄﹇﹈", "‥—（）｛｝〔〕【】《》〈〉「」『』［］"

    assert text_of(*columns(vertical)) == across


@pytest.mark.parametrize(("shift", "tiers"), [(30, 1), (200, 2)])
def test_columns_that_stand_beside_each_other_are_of_one_tier(shift: float, tiers: int) -> None:
    left = [Line(c, 700 - shift - 10 * row, 400) for row, c in enumerate("左邊的一行文字")]
    right = [Line(c, 700 - 10 * row, 300) for row, c in enumerate("右邊的一行文字")]

    lines = text_of(*right, *left).split("\n")

    assert lines == (["左邊的一行文字", "右邊的一行文字"] if tiers == 1 else ["右邊的一行文字", "左邊的一行文字"])


@pytest.mark.parametrize(
    ("gap", "text"), [(1, "מחשספר"), (3, "מחש ספר"), (11, "מחש ספר"), (13, "מחש | ספר"), (100, "מחש | ספר")]
)
def test_gaps_of_a_line_from_right_to_left_part_words_and_cells(gap: float, text: str) -> None:
    left, right = "רפס", "שחמ"

    assert text_of(Line(left, 700, 72), Line(right, 700, 102 + gap)) == text


def test_marks_of_a_line_from_right_to_left_stay_with_their_letters() -> None:
    assert text_of(Line("םולש", 700), Line("\u05b8", 700, 104)) == "שָלום"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a\u00adb", "ab"),
        ("a\u00a0b", "a b"),
        ("\u2f42件", "文件"),
        ("\uf900", "豈"),
        ("e\ufb03cient", "efficient"),
        ("½", "½"),
        ("A\u2010b", "A\u2010b"),
    ],
)
def test_usual_characters_stand_for_their_variants(written: str, read: str) -> None:
    assert text_of(Line(written, 700)) == read
