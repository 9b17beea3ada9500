"""Tables of PDF files whose rules show their cells.

Tests of ``potluck_plugins.loaders._shared.pdftables``.

Modules: ``potluck_plugins.loaders._shared.grid``, ``potluck_plugins.loaders._shared.lines``,
``potluck_plugins.loaders._shared.pdfchars``, ``potluck_plugins.loaders._shared.pdfrules``,
``potluck_plugins.loaders._shared.pdftext``, ``potluck_plugins.loaders._shared.pdfturn``.
"""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from support.loading import load_one
from support.pdf import Line, Rule, make_pdf

XS = (72.0, 172.0, 272.0, 372.0, 472.0)


def text_of(*lines: Line | Rule, rotate: int = 0, drawn: int = 0) -> list[str]:
    return load_one("pdf", make_pdf([lines], rotate=rotate, drawn=drawn, embedded=True)).text.split("\n")


def rules(rows: int, xs: Sequence[float] = XS, top: float = 560, filled: bool = False) -> list[Rule]:
    """The rules of a table, with rows of 20 points."""
    width = xs[-1] - xs[0]
    across = [Rule(top - 20 * row, xs[0], width, 0.5, filled) for row in range(rows + 1)]
    return [*across, *(Rule(top, x, 20.0 * rows, 0.5, filled, down=True) for x in xs)]


def cells(*rows: Sequence[str], xs: Sequence[float] = XS, top: float = 560) -> list[Line]:
    """What stands in a table, each cell by itself."""
    return [
        Line(text, top - 14 - 20 * number, xs[column] + 4)
        for number, row in enumerate(rows)
        for column, text in enumerate(row)
        if text
    ]


ROWS = [
    ("Part", "Mass kg", "Length mm", "Note"),
    ("bolt", "12", "340", ""),
    ("螺帽", "", "56", "7"),
    ("c", "", "", "9"),
]
READ = ["Part | Mass kg | Length mm | Note", "bolt | 12 | 340", "螺帽 |  | 56 | 7", "c |  |  | 9"]


@pytest.mark.parametrize("filled", [False, True])
@pytest.mark.parametrize(("rotate", "drawn"), [(0, 0), (90, 3), (270, 1), (180, 2)])
def test_empty_cells_stay_where_rules_show_them(filled: bool, rotate: int, drawn: int) -> None:
    assert text_of(*rules(4, filled=filled), *cells(*ROWS), rotate=rotate, drawn=drawn) == READ


def test_a_table_stands_where_it_is_drawn() -> None:
    text = text_of(Line("表一 螺栓", 580), *rules(4), *cells(*ROWS), Line("The end.", 440), Line("Page 1", 30))

    assert text == ["表一 螺栓", *READ, "The end.", "Page 1"]


def test_lines_of_one_cell_are_read_together() -> None:
    xs, tall = (72.0, 272.0, 472.0), [Rule(560, 72, 400), Rule(540, 72, 400), Rule(500, 72, 400)]
    down = [Rule(560, x, 60, down=True) for x in xs]
    words = [Line("檢驗項目", 546, 76), Line("頻率", 546, 276), Line("道碴磨損率", 526, 76)]
    words += [Line("每料源一次，其後", 526, 276), Line("每萬立方公尺一次", 510, 276)]
    english = [Line("wear of", 526, 176), Line("ballast", 510, 176)]

    assert text_of(*tall, *down, *words) == ["檢驗項目 | 頻率", "道碴磨損率 | 每料源一次，其後每萬立方公尺一次"]
    assert text_of(*tall, *down, *words[:2], *english, *words[3:])[1].startswith("wear of ballast | 每料源一次")


def test_what_a_cell_covers_repeats_it() -> None:
    xs = (72.0, 172.0, 272.0, 372.0)
    across = [Rule(560, 72, 300), Rule(540, 172, 200), Rule(520, 72, 300), Rule(500, 72, 300), Rule(480, 72, 300)]
    down = [Rule(560, x, 80, down=True) for x in (72, 172, 372)] + [Rule(540, 272, 60, down=True)]
    head = [Line("Load", 536, 76), Line("2024", 546, 230), Line("min", 526, 176), Line("max", 526, 276)]
    body = cells(("a", "1", "2"), ("b", "", "9"), xs=xs, top=520)

    assert text_of(*across, *down, *head, *body) == ["Load | 2024 min | 2024 max", "a | 1 | 2", "b |  | 9"]


def test_tables_that_touch_have_their_own_columns() -> None:
    halves = (72.0, 272.0, 472.0)
    upper, lower = cells(("Part", "Mass"), ("bolt", "12"), xs=halves), cells(*ROWS[:2], top=520)

    assert text_of(*rules(2, halves), *rules(2, top=520), *upper, *lower) == ["Part | Mass", "bolt | 12", *READ[:2]]


def test_a_row_of_one_cell_within_a_table_parts_it_not() -> None:
    down = [Rule(560 - 40 * part, x, 20.0, down=True) for part in (0, 1) for x in XS[1:-1]]
    frame = [Rule(560 - 20 * row, 72, 400) for row in range(4)] + [Rule(560, x, 60, down=True) for x in (72, 472)]
    rows = [Line("Fastenings", 526, 76), *cells(ROWS[0]), *cells(("bolt", "", "3", "4"), top=520)]

    assert text_of(*frame, *down, *rows) == [READ[0], "| Fastenings |", "bolt |  | 3 | 4"]


def test_rules_of_single_cells_are_one() -> None:
    across = [Rule(560 - 20 * row, x, 99.5) for row in range(5) for x in XS[:-1]]
    down = [Rule(560 - 20 * row, x, 19.5, down=True) for row in range(4) for x in XS]

    assert text_of(*across, *down, *cells(*ROWS)) == READ


@pytest.mark.parametrize("missing", [[0], [4], [5], [9], [5, 9], [0, 4]])
def test_a_table_may_be_open_at_its_sides(missing: list[int]) -> None:
    found = [rule for number, rule in enumerate(rules(4)) if number not in missing]

    assert text_of(*found, *cells(*ROWS)) == READ


def test_lines_that_cross_are_not_a_table() -> None:
    axes = [Rule(480, 72, 400), Rule(560, 272, 160, down=True)]

    assert text_of(axes[0], *cells(*ROWS)) == text_of(axes[1], *cells(*ROWS)) == text_of(*cells(*ROWS))
    assert text_of(*axes, *cells(*ROWS)) == text_of(*cells(*ROWS))


def test_what_rules_do_not_close_is_read_line_by_line() -> None:
    broken = [*rules(4)[:5], *rules(4)[6:], Rule(560, 72, 20, down=True), Rule(520, 72, 40, down=True)]

    assert text_of(*broken, *cells(*ROWS)) == text_of(*cells(*ROWS))


def test_a_frame_around_the_text_of_a_page_is_not_a_table() -> None:
    frame = [Rule(800, 40, 500), Rule(60, 40, 500), Rule(40, 40, 500)]
    frame += [Rule(800, x, 760, down=True) for x in (40, 540)] + [Rule(60, 290, 20, down=True)]

    assert text_of(*frame, Line("1.1 Rails", 700), Line("They are long.", 680), Line("p 1", 46, 300)) == [
        "1.1 Rails",
        "They are long.",
        "p 1",
    ]


def test_areas_of_colour_are_not_rules() -> None:
    areas = [Rule(550 - 20 * row, x, 100, 20, filled=True) for row in range(4) for x in XS[:-1]]

    assert text_of(*areas, *cells(*ROWS)) == text_of(*cells(*ROWS))


def test_words_far_apart_in_a_cell_are_one_cell() -> None:
    assert text_of(*rules(1), Line("min", 546, 76), Line("max", 546, 140), Line("單位", 546, 176)) == ["min max | 單位"]


def test_cells_around_a_single_text_are_not_a_table() -> None:
    assert text_of(*rules(2), Line("only", 552, 76, 6), Line("text", 544, 76, 6)) == ["only", "text"]


def test_raised_digits_and_struck_out_words_of_a_cell_are_read_as_elsewhere() -> None:
    text = [Line("Load", 546, 76), Line("10", 526, 76), Line("6", 530, 86, 6), Line("14 16", 526, 276)]

    assert text_of(*rules(2), *text, Rule(529, 276, 10)) == ["Load", "10⁶ |  | 16"]


def test_a_table_from_right_to_left_is_read_from_there() -> None:
    left, right = "םירפס", "שמח"

    assert text_of(*rules(1), Line(left, 546, 76), Line(right, 546, 176)) == [f"{right[::-1]} | {left[::-1]}"]
