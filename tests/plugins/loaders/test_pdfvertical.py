"""Letters and digits in columns of Chinese: they lie on their side, or stand beside each other as one character.

Tests of ``potluck_plugins.loaders._shared.pdfvertical``.

Modules: ``potluck_plugins.loaders._shared.lines``, ``potluck_plugins.loaders._shared.pdfchars``,
``potluck_plugins.loaders._shared.pdfscripts``, ``potluck_plugins.loaders._shared.pdftext``,
``potluck_plugins.loaders._shared.pdfturn``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from support.loading import load_one
from support.pdf import Line, make_pdf


@dataclass(frozen=True)
class Lying:
    """What lies on its side; it stands away from its line by ``rise`` points."""

    text: str
    size: float = 10
    rise: float = 0


@dataclass(frozen=True)
class Beside:
    """Figures that stand beside each other."""

    text: str


def column(*runs: str | Lying | Beside, right: float = 500, top: float = 700) -> Iterator[Line]:
    """A column of characters of ten points; letters and digits are half as wide as high."""
    y = top
    for run in runs:
        if isinstance(run, Lying):
            yield Line(run.text, y, right + 1 + run.rise, run.size, turn=1)
            y -= len(run.text) * run.size / 2
        elif isinstance(run, Beside):
            width = 10 / len(run.text)
            yield from (Line(c, y - 9, right + width * place, 2 * width) for place, c in enumerate(run.text))
            y -= 10
        else:
            yield from (Line(c, y - 9 - 10 * place, right) for place, c in enumerate(run))
            y -= 10 * len(run)


def text_of(*columns: Iterator[Line], rotate: int = 0, drawn: int = 0) -> list[str]:
    lines = [line for one in columns for line in one]
    return load_one("pdf", make_pdf([lines], rotate=rotate, drawn=drawn, embedded=True)).text.split("\n")


FIRST = ("第一條短鋼軌長度不得小於", Lying("250"), "公釐於民國", Lying("113"), "年", Lying("3"), "月起實施。")
SECOND = ("第二條長鋼軌長度不得小於", Lying("300"), "公釐。")
READ = ["第一條短鋼軌長度不得小於250公釐於民國113年3月起實施。", "第二條長鋼軌長度不得小於300公釐。"]


@pytest.mark.parametrize(("rotate", "drawn"), [(0, 0), (90, 3), (180, 2), (270, 1), (0, 1)])
def test_digits_that_lie_in_a_column_belong_to_it(rotate: int, drawn: int) -> None:
    columns = column(*FIRST, top=560), column(*SECOND, right=470, top=560)

    assert text_of(*columns, rotate=rotate, drawn=drawn) == READ


@pytest.mark.parametrize(
    ("runs", "text"),
    [
        (("絕緣電阻不得小於", Lying("10"), Lying("6", 6, 4), "歐姆"), "絕緣電阻不得小於10⁶歐姆"),
        (("水之化學式為", Lying("H"), Lying("2", 6, -2), Lying("O"), "也"), "水之化學式為H₂O也"),
        (("水之化學式為", Lying("H", rise=3), Lying("2", 6, 1), Lying("O", rise=3), "也"), "水之化學式為H₂O也"),
        (("面積五平方公尺", Lying("2", 6, -1), "以內"), "面積五平方公尺2以內"),
        (("面積五平方公尺", Lying("2", 6, 6), "以內"), "面積五平方公尺²以內"),
        (("面積五平方公尺", Lying("2", 6, 0), "以內"), "面積五平方公尺2以內"),
        (("鋼軌之英文為", Lying("rail joint"), "者"), "鋼軌之英文為rail joint者"),
    ],
)
def test_letters_and_digits_that_lie_in_a_column_are_read_as_on_a_line(
    runs: tuple[str | Lying, ...], text: str
) -> None:
    assert text_of(column(*runs)) == [text]


def test_words_that_lie_apart_in_a_column_are_two() -> None:
    words = [Line("rail", 640, 501, turn=1), Line("joint", 617, 501, turn=1)]

    assert text_of(column("鋼軌之英文為"), iter(words)) == ["鋼軌之英文為rail joint"]


def test_a_gap_between_what_stands_and_what_lies_is_a_blank() -> None:
    assert text_of(column("鋼軌之英文為"), iter([Line("rail", 638, 501, turn=1)])) == ["鋼軌之英文為rail"]
    assert text_of(column("鋼軌之英文為"), iter([Line("rail", 630, 501, turn=1)])) == ["鋼軌之英文為 rail"]


@pytest.mark.parametrize("figures", ["12", "113"])
def test_figures_beside_each_other_stand_in_their_column(figures: str) -> None:
    assert text_of(column("應於民國", Beside(figures), "年起實施"), column("逾期每日罰款五元", right=470)) == [
        f"應於民國{figures}年起實施",
        "逾期每日罰款五元",
    ]


def test_the_number_of_a_page_stands_in_no_column() -> None:
    lines = text_of(column("應於民國元年起實施"), column("逾期每日罰款五元", right=470), iter([Line("12", 40, 300)]))

    assert lines == ["應於民國元年起實施", "逾期每日罰款五元", "12"]


def test_characters_outside_of_the_basic_plane_stand_in_columns() -> None:
    assert text_of(column("應用\U00020bb7野家之規定辦理")) == ["應用\U00020bb7野家之規定辦理"]
