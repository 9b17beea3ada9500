"""Lists of OpenDocument files: labels, levels, and which list a paragraph belongs to.

Modules: ``potluck_plugins.loaders._office.odf.lists``.
"""

from __future__ import annotations

import pytest

from support.loading import outline
from support.odf_reading import L, items, level, lines, list_style, read
from support.opendocument import p


@pytest.mark.parametrize(
    ("kind", "start", "label"),
    [
        ("1", 4, "4"),
        ("a", 4, "d"),
        ("A", 30, "AD"),
        ("a", 26, "z"),
        ("a", 703, "aaa"),
        ("i", 4, "iv"),
        ("I", 4, "IV"),
        ("一, 二, 三, ...", 21, "二十一"),
        ("甲, 乙, 丙, ...", 4, "丁"),
        ("子, 丑, 寅, ...", 4, "卯"),
        ("壹, 貳, 參, ...", 21, "貳拾壹"),
        ("①, ②, ③, ...", 4, "④"),
        ("１, ２, ３, ...", 4, "４"),
        ("〇, 一, 二, ...", 21, "二一"),
        ("x", 4, "4"),
    ],
)
def test_a_number_is_written_as_its_format_says(kind: str, start: int, label: str) -> None:
    styles = list_style("L", level(1, kind, more=f'text:start-value="{start}"'))

    assert lines(items("鋼軌"), styles) == [f"{label} 鋼軌"]


BULLETS = '<text:list-level-style-bullet text:level="3"/>'


ONE, TWO = (f'loext:num-list-format="{one}"' for one in ("%1%", "附%2%"))


@pytest.mark.parametrize(
    ("levels", "found"),
    [
        ([level(1), level(2, "a", 2), level(3, "i", 3)], ["1. a", "1.a. b", "1.a.i. c"]),
        ([level(1), level(2, "a", 1), level(3, "i", 2)], ["1. a", "a. b", "a.i. c"]),
        ([level(1), level(2, "a", 0), level(3, "i", "x")], ["1. a", ". b", "i. c"]),
        ([level(1), level(2, ""), level(3, "i", 3)], ["1. a", "b", "1.i. c"]),
        ([level(1), level(3, "i", 3)], ["1. a", "b", "1.i. c"]),
        (
            [
                level(1),
                level(2, "a", more='style:num-prefix="(" style:num-suffix=")"'),
                BULLETS,
            ],
            ["1. a", "(a) b", "• c"],
        ),
        (
            [
                level(1, more='loext:num-list-format="%1%:"'),
                level(2, more='loext:num-list-format="[%1%-%2%]"'),
                '<text:list-level-style-image text:level="3"/>',
            ],
            ["1: a", "[1-1] b", "• c"],
        ),
        (
            [
                level(1, "", more=ONE),
                level(2, "", more=TWO),
                level(3),
            ],
            ["a", "附 b", "1. c"],
        ),
    ],
)
def test_a_label_shows_as_many_levels_as_its_style_says(levels: list[str], found: list[str]) -> None:
    inner = items(p("b") + items("c", attributes=""), attributes="")

    assert lines(items(p("a") + inner), list_style("L", *levels)) == found


def test_levels_count_on_and_deeper_ones_anew() -> None:
    def deep(*texts: str) -> str:
        return items(*texts, attributes="")

    assert lines(items(p("a") + deep("b", "c"), p("d") + deep("e"), deep("f")), L) == [
        *["1. a", "1.a. b", "1.b. c", "2. d", "2.a. e", "2.b. f"]
    ]
    own = '<text:list-item text:style-override="M"><text:p>x</text:p></text:list-item>'
    assert lines(items("a", own, "b"), L + list_style("M", level(1, "A"))) == ["1. a", "B. x", "3. b"]
    zero = '<text:list-item text:start-value="0"><text:p>x</text:p></text:list-item>'
    assert lines(items(zero, "b"), L) == ["0. x", "1. b"]


def test_a_numbered_paragraph_belongs_to_the_list_that_it_names() -> None:
    def one(text: str, identity: str = "n", more: str = "") -> str:
        named = f'text:list-id="{identity}" text:style-name="L" {more}'
        return f"<text:numbered-paragraph {named}>{p(text)}</text:numbered-paragraph>"

    deeper, start = 'text:level="2"', 'text:start-value="{}"'.format
    body = one("a") + one("b", more=deeper) + one("c") + one("x", "m") + one("d", more=start(7)) + one("e")
    assert lines(body + one("f", more=start(0)), L) == ["1. a", "1.a. b", "2. c", "1. x", "7. d", "8. e", "0. f"]


def test_a_list_goes_on_where_it_says_so() -> None:
    other = list_style("M", level(1))
    body = items("a") + items("x", attributes='text:style-name="M"')
    body += items("b", attributes='text:style-name="L" text:continue-numbering="true"')
    body += items("c", attributes='text:style-name="L" text:continue-numbering="false"')
    body += items("d", attributes='text:style-name="L" text:continue-list="none"')
    body += items("e", attributes='text:continue-numbering="true"')

    assert lines(body, L + other) == ["1. a", "1. x", "2. b", "1. c", "1. d", "e"]


def test_a_heading_in_a_list_is_numbered_by_the_list_and_another_by_the_outline() -> None:
    common = '<office:styles><text:outline-style><text:outline-level-style text:level="1" style:num-format="I"/>'
    common += '<text:outline-level-style text:level="2" style:num-format="1" text:display-levels="2"/>'
    common += "</text:outline-style></office:styles>"
    styles = L + '<style:style style:name="in" style:family="paragraph" style:list-style-name="L"/>'

    def h(number: int | str, text: str, more: str = "") -> str:
        return f'<text:h text:outline-level="{number}" {more}>{text}</text:h>'

    body = h(1, "a") + items(h(2, "b")) + h(2, "c") + h(1, "d", 'text:style-name="in"') + h("x", "e")
    body += (
        h(1, "f", 'text:start-value="9"')
        + h(1, "g", 'text:start-value="0"')
        + h(1, "", 'text:start-value="4"')
        + h(1, "i")
    )
    assert outline(read(body, styles, common)) == [
        *[("I", "a", 1), ("1", "b", 2), ("I.1", "c", 2), (None, "d", 1), ("II", "e", 1), ("IX", "f", 1)],
        *[("0", "g", 1), ("I", "i", 1)],
    ]
