"""The numbers of lists in HTML.

Modules: ``potluck_plugins.loaders._shared.markup_lists``.
"""

from __future__ import annotations

import pytest
from lxml import html

from potluck_plugins.loaders._shared.markup_lists import Lists


def labels(markup: str) -> list[str]:
    """The labels of the items of a page, in their order."""
    lists, found = Lists(), []

    def walk(element: html.HtmlElement) -> None:
        lists.start(element.tag, element, element)
        if element.tag == "li":
            found.append(lists.label(element))
        for child in element:
            walk(child)
        lists.end(element.tag)

    walk(html.fromstring(f"<div>{markup}</div>"))
    return found


@pytest.mark.parametrize(
    ("attributes", "numbers"),
    [
        ("", ["1. ", "2. ", "3. "]),
        ("start=5", ["5. ", "6. ", "7. "]),
        ("start=' -1x'", ["-1. ", "0. ", "1. "]),
        ("start=x", ["1. ", "2. ", "3. "]),
        ("reversed", ["3. ", "2. ", "1. "]),
        ("reversed start=9", ["9. ", "8. ", "7. "]),
        ("type=a", ["a. ", "b. ", "c. "]),
        ("type=A", ["A. ", "B. ", "C. "]),
        ("type=i", ["i. ", "ii. ", "iii. "]),
        ("type=I", ["I. ", "II. ", "III. "]),
        ("type=1", ["1. ", "2. ", "3. "]),
        ("style='list-style-type: lower-alpha'", ["a. ", "b. ", "c. "]),
        ("style='list-style: upper-latin inside'", ["A. ", "B. ", "C. "]),
        ("style='list-style-type: lower-latin'", ["a. ", "b. ", "c. "]),
        ("style='list-style-type: upper-alpha'", ["A. ", "B. ", "C. "]),
        ("style='list-style-type: Lower-Roman'", ["i. ", "ii. ", "iii. "]),
        ("style='list-style-type: upper-roman'", ["I. ", "II. ", "III. "]),
        ("style='list-style-type: decimal-leading-zero'", ["01. ", "02. ", "03. "]),
        ("style='list-style-type: cjk-decimal'", ["一. ", "二. ", "三. "]),
        ("style='list-style-type: cjk-ideographic'", ["一、", "二、", "三、"]),
        ("style='list-style-type: trad-chinese-informal'", ["一、", "二、", "三、"]),
        ("style='list-style-type: simp-chinese-informal'", ["一、", "二、", "三、"]),
        ("style='list-style-type: japanese-informal'", ["一、", "二、", "三、"]),
        ("style='list-style-type: cjk-heavenly-stem'", ["甲. ", "乙. ", "丙. "]),
        ("style='list-style-type: cjk-earthly-branch'", ["子. ", "丑. ", "寅. "]),
        ("style='list-style-type: disc'", ["1. ", "2. ", "3. "]),
        ("style='list-style-type: none'", ["", "", ""]),
    ],
)
def test_a_list_counts_in_its_own_way(attributes: str, numbers: list[str]) -> None:
    assert labels(f"<ol {attributes}><li>a<li>b<li>c</ol>") == numbers


@pytest.mark.parametrize(
    ("markup", "numbers"),
    [
        ("<ol><li>a<li value=7>b<li>c</ol>", ["1. ", "7. ", "8. "]),
        ("<ol reversed><li>a<li value=7>b<li>c</ol>", ["3. ", "7. ", "6. "]),
        ("<ol><li>a<li type=I>b<li>c</ol>", ["1. ", "II. ", "3. "]),
        ("<ol><li>a<li style='list-style: none'>b<li>c</ol>", ["1. ", "", "3. "]),
        ("<ul><li>a<ol><li>b</ol><li>c</ul>", ["", "1. ", ""]),
        ("<menu><li>a</menu><dir><li>b</dir><ol><li>c</ol>", ["", "", "1. "]),
        ("<ol><li>a<ul><li>b</ul><li>c</ol>", ["1. ", "", "2. "]),
        ("<ol><li>a<menu><li>b</menu><li>c</ol>", ["1. ", "", "2. "]),
        ("<li>a", [""]),
        ("<nav><ol><li>a</ol></nav><ol><li>b</ol>", ["", "1. "]),
        ("<nav><nav><ol><li>a</ol></nav><ol><li>b</ol></nav><ol><li>c</ol>", ["", "", "1. "]),
        ("<ol reversed><li>a<p>text</p><li>b</ol>", ["2. ", "1. "]),
    ],
)
def test_lists_stand_within_lists(markup: str, numbers: list[str]) -> None:
    assert labels(markup) == numbers


def test_what_was_never_opened_is_closed_without_harm() -> None:
    lists = Lists()
    for tag in ("nav", "ol", "ul"):
        lists.end(tag)
    lists.start("ol", {})

    assert [lists.label({}), lists.label({})] == ["1. ", "2. "]


def test_a_reversed_list_that_is_read_as_it_comes_begins_at_one() -> None:
    lists = Lists()
    lists.start("ol", {"reversed": ""})

    assert [lists.label({}), lists.label({})] == ["1. ", "0. "]
