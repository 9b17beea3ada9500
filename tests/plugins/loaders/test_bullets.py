"""Bullets and automatic numbers of slides, which stand in no text.

Modules: ``potluck_plugins.loaders._office.bullets``.
"""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from potluck_plugins.loaders._office.bullets import A, AutoNumbers, Bullet, bullet_of, label

SPACE = f'xmlns:a="{A[1:-1]}"'


def element(content: str) -> Any:
    return etree.fromstring(f"<r {SPACE}>{content}</r>")[0]


@pytest.mark.parametrize(
    ("scheme", "number", "shown"),
    [
        ("arabicPeriod", 3, "3."),
        ("arabicPlain", 3, "3"),
        ("arabicParenR", 3, "3)"),
        ("arabicParenBoth", 3, "(3)"),
        ("arabicDbPlain", 3, "３"),
        ("arabicDbPeriod", 3, "３．"),
        ("alphaLcPeriod", 3, "c."),
        ("alphaUcParenR", 3, "C)"),
        ("romanLcPeriod", 4, "iv."),
        ("romanUcPeriod", 4, "IV."),
        ("circleNumDbPlain", 3, "③"),
        ("circleNumWdBlackPlain", 3, "③"),
        ("ea1ChsPeriod", 21, "二十一."),
        ("ea1ChtPlain", 21, "二十一"),
        ("ea1JpnChsDbPeriod", 3, "三．"),
        ("ea1JpnKorPlain", 21, "二十一"),
        ("hindiNumPeriod", 12, "१२."),
        ("thaiNumPeriod", 12, "๑๒."),
        ("arabic1Minus", 12, "١٢-"),
        ("arabic2Minus", 10, "١٠-"),
        ("unknownPeriod", 3, "3."),
        ("", 3, "3"),
    ],
)
def test_a_number_is_written_in_its_scheme(scheme: str, number: int, shown: str) -> None:
    assert label(scheme, number) == shown


def auto(scheme: str = "arabicPeriod", start: str = "") -> str:
    begins = f'startAt="{start}"' if start else ""
    return f'<a:buAutoNum type="{scheme}" {begins}/>'


CHAR, NONE = '<a:buChar char="-"/>', "<a:buNone/>"


@pytest.mark.parametrize(
    ("found", "labels"),
    [
        ([(0, auto()), (0, auto()), (0, auto())], ["1.", "2.", "3."]),
        ([(0, auto()), (1, auto()), (0, auto()), (1, auto())], ["1.", "1.", "2.", "1."]),
        ([(1, auto()), (0, auto()), (1, auto())], ["1.", "1.", "1."]),
        ([(0, auto()), (0, CHAR), (0, auto())], ["1.", "•", "1."]),
        ([(0, auto()), (0, NONE), (0, auto())], ["1.", "", "1."]),
        ([(0, auto()), (0, ""), (0, auto())], ["1.", "", "1."]),
        ([(0, auto()), (1, CHAR), (0, auto())], ["1.", "•", "2."]),
        ([(0, auto()), (0, auto("arabicParenR")), (0, auto())], ["1.", "1)", "1."]),
        ([(0, auto(start="5")), (0, auto(start="5")), (0, auto(start="6"))], ["5.", "6.", "6."]),
        ([(0, auto(start="x"))], ["1."]),
        ([(0, "<a:buAutoNum/>")], ["1."]),
        ([(0, "<a:buBlip/>")], ["•"]),
        ([(2, auto()), (1, auto()), (2, auto()), (2, auto())], ["1.", "1.", "1.", "2."]),
    ],
)
def test_paragraphs_are_counted_level_by_level(found: list[tuple[int, str]], labels: list[str]) -> None:
    numbers = AutoNumbers()

    assert [numbers.next(level, element(one) if one else None) for level, one in found] == [
        Bullet(label, level) for (level, _), label in zip(found, labels, strict=True)
    ]


def test_a_paragraph_stands_behind_its_label() -> None:
    assert (Bullet("1.").before("a"), Bullet().before("a")) == ("1. a", "a")


NEAR = "<a:lstStyle><a:lvl2pPr><a:buChar char='-'/></a:lvl2pPr><a:lvl9pPr><a:buNone/></a:lvl9pPr></a:lstStyle>"
FAR = "<a:lstStyle><a:lvl1pPr><a:buAutoNum/></a:lvl1pPr><a:lvl2pPr><a:buNone/></a:lvl2pPr></a:lstStyle>"


@pytest.mark.parametrize(
    ("paragraph", "level", "tag"),
    [
        ("<a:p/>", 0, "buAutoNum"),
        ("<a:p><a:pPr/></a:p>", 0, "buAutoNum"),
        ('<a:p><a:pPr lvl="1"/></a:p>', 1, "buChar"),
        ('<a:p><a:pPr lvl="1"><a:buClr/><a:buBlip/></a:pPr></a:p>', 1, "buBlip"),
        ('<a:p><a:pPr lvl="2"/></a:p>', 2, None),
        ('<a:p><a:pPr lvl="8"/></a:p>', 8, "buNone"),
        ('<a:p><a:pPr lvl="12"/></a:p>', 8, "buNone"),
        ('<a:p><a:pPr lvl="x"/></a:p>', 0, "buAutoNum"),
    ],
)
def test_what_stands_before_a_paragraph_is_said_by_the_nearest_style(
    paragraph: str, level: int, tag: str | None
) -> None:
    found, bullet = bullet_of(element(paragraph), [element(NEAR), element(FAR)])

    assert (found, None if bullet is None else etree.QName(bullet).localname) == (level, tag)
