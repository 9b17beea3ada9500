"""What an element's tag and style attribute say of its text.

Modules: ``potluck_plugins.loaders._shared.markup_style``.
"""

from __future__ import annotations

import pytest
from lxml import etree

from potluck_plugins.loaders._shared.markup_style import (
    font_of,
    is_hidden,
    is_repeated,
    is_struck,
    leads_to_note,
    position_of,
)


@pytest.mark.parametrize(
    ("tag", "attributes", "hidden"),
    [
        ("p", {}, False),
        ("p", {"hidden": ""}, True),
        ("p", {"style": "display:none"}, True),
        ("p", {"style": "DISPLAY : None"}, True),
        ("p", {"style": "visibility: hidden"}, True),
        ("p", {"style": "visibility: collapse"}, True),
        ("p", {"style": "visibility: visible"}, False),
        ("p", {"style": "display: block"}, False),
        ("p", {"style": "opacity: 0"}, True),
        ("p", {"style": "color: red; OPACITY:.0 !important; top: 0"}, True),
        ("p", {"style": "opacity: 0.5"}, False),
        ("p", {"style": "opacity: 05"}, False),
        ("p", {"style": "fill-opacity: 0"}, False),
        ("p", {"style": "opacity: 0; transform: translateY(20px)"}, False),
        ("p", {"style": "opacity: 0; transition: opacity 1s"}, False),
        ("p", {"style": "max-height: 0; overflow: hidden"}, True),
        ("p", {"style": "overflow-y: clip; height: 0px"}, True),
        ("p", {"style": "max-height: 0"}, False),
        ("p", {"style": "line-height: 0; overflow: hidden"}, False),
        ("p", {"style": "height: 0.5em; overflow: hidden"}, False),
        ("p", {"style": "mso-hide: all"}, True),
        ("a", {"style": "mso-hide: all"}, False),
        ("p", {"style": "font-size: 0"}, False),
        ("dialog", {}, True),
        ("dialog", {"open": ""}, False),
        ("dialog", {"style": "color: red; display: block"}, False),
        ("dialog", {"open": "", "style": "display: none"}, True),
        ("dialog", {"style": "x-display: block"}, True),
    ],
)
def test_an_element_may_say_that_it_is_not_shown(tag: str, attributes: dict[str, str], hidden: bool) -> None:
    assert is_hidden(tag, attributes) is hidden


@pytest.mark.parametrize(
    ("markup", "hidden"),
    [
        ("<p style='font-size: 0'>5</p>", True),
        ("<p style='font-size:0px !important; color: red'>預覽 5</p>", True),
        ("<p style='font-size: 0.8em'>5</p>", False),
        ("<p style='font-size: 1px; line-height: 0'>5</p>", True),
        ("<p style='font-size: 1.0pt'>5</p>", True),
        ("<p style='font-size: .5px'>5</p>", True),
        ("<p style='font-size: 1em'>5</p>", False),
        ("<p style='font-size: 1.5px'>5</p>", False),
        ("<p style='font-size: 11px'>5</p>", False),
        ("<p style='font-size: 1px'><b style='font-size: 12px'>5</b></p>", False),
        ("<p style='font-size: 0'><b>5</b></p>", True),
        ("<p style='font-size: 0'><b style='font-size: 16px'>5</b></p>", False),
        ("<p style='font-size: 0'><b style='font: 16px Arial'>5</b></p>", False),
        ("<p style='font-size: 0'><b style='font-size: 0'>5</b></p>", True),
        ("<p style='font-size: 0'><!-- x --><b style='color: red'>5</b></p>", True),
    ],
)
def test_text_without_size_is_hidden_where_nothing_in_it_has_one(markup: str, hidden: bool) -> None:
    element = etree.fromstring(markup)

    assert is_hidden("p", element) is hidden


@pytest.mark.parametrize(
    ("tag", "style", "struck"),
    [
        ("del", "", True),
        ("s", "", True),
        ("strike", "", True),
        ("ins", "", False),
        ("p", "text-decoration: line-through", True),
        ("p", "text-decoration-line: underline line-through", True),
        ("p", "text-decoration: underline; x: line-through", False),
    ],
)
def test_an_element_may_strike_its_text_out(tag: str, style: str, struck: bool) -> None:
    assert is_struck(tag, {"style": style} if style else {}) is struck


@pytest.mark.parametrize(
    ("tag", "style", "position"),
    [
        ("sup", "", "raised"),
        ("sub", "", "lowered"),
        ("sup", "vertical-align: sub", "raised"),
        ("span", "", None),
        ("span", "vertical-align: super", "raised"),
        ("span", "VERTICAL-ALIGN: Sub", "lowered"),
        ("span", "font-variant-position: super", "raised"),
        ("span", "vertical-align: superb", None),
        ("td", "vertical-align: super", "raised"),
        ("span", "font-size: 70%; vertical-align: 3px", "raised"),
        ("span", "font-size: 70%; vertical-align: -3px", "lowered"),
        ("span", "font-size: 70%; vertical-align: 0px", None),
        ("span", "font-size: 70%; vertical-align: +.5em", "raised"),
        ("span", "font-size: 60%; vertical-align: text-top", "raised"),
        ("span", "font-size: 60%; vertical-align: top", "raised"),
        ("span", "font-size: 60%; vertical-align: bottom", "lowered"),
        ("span", "font-size: 120%; vertical-align: top", None),
        ("span", "font-size: 60%; x-vertical-align: top", None),
        ("td", "font-size: 60%; vertical-align: top", None),
        ("span", "vertical-align: 3px", "raised"),
        ("span", "vertical-align: -3px", "lowered"),
        ("span", "vertical-align: 2px", None),
        ("span", "vertical-align: -.125em", None),
        ("span", "vertical-align: .4em", "raised"),
        ("span", "vertical-align: 20%", "raised"),
        ("span", "vertical-align: 10%", None),
        ("span", "vertical-align: 1ex", "raised"),
        ("span", "mso-text-raise: 6.0pt", "raised"),
        ("span", "position: relative; top: 4pt; mso-text-raise: -4.0pt", "lowered"),
        ("span", "mso-text-raise: 1.0pt", None),
        ("span", "position: relative; top: -4pt", None),
        ("svg", "vertical-align: -.5ex", None),
        ("mjx-container", "vertical-align: -.5ex", None),
        ("img", "vertical-align: -.5ex", None),
        ("span", "font-size: 7pt; vertical-align: 3px", "raised"),
        ("span", "font-size: 12pt; vertical-align: 2px", None),
        ("span", "font-size: 7pt; vertical-align: 2px", "raised"),
        ("span", "font-size: smaller; vertical-align: 3px", "raised"),
        ("span", "font-size: .7em; vertical-align: 3px", "raised"),
        ("span", "font-size: 70%; top: -3px; position: relative", "raised"),
        ("span", "font-size: 70%; top: 3px; position: relative", "lowered"),
        ("span", "font-size: 70%; bottom: 3px; position: relative", "raised"),
        ("span", "font-size: 70%; TOP: 3px; position: relative", "lowered"),
        ("span", "font-size: 70%; top: -3px", None),
        ("span", "font-size: 70%; top: -3px; position: absolute", None),
        ("td", "font-size: 70%; vertical-align: 3px", None),
        ("div", "font-size: 70%; vertical-align: 3px", None),
    ],
)
def test_an_element_may_raise_or_lower_its_text(tag: str, style: str, position: str | None) -> None:
    assert position_of(tag, {"style": style} if style else {}) == position


@pytest.mark.parametrize(
    ("style", "text", "position"),
    [
        ("position: relative; top: -6.0pt", "6", "raised"),
        ("position: relative; top: 6.0pt", "2", "lowered"),
        ("position: relative; bottom: .4em", "註1", "raised"),
        ("position: relative; top: -9pt", "-0.025", "raised"),
        ("position: relative; top: -9pt", "-0.0255", None),
        ("position: relative; top: -9.5pt", "6", None),
        ("position: relative; top: -1.5pt", "6", None),
        ("position: relative; top: -4pt", " ", None),
        ("position: relative; top: -4pt", "高於其他文字", "raised"),
        ("position: relative; top: -4pt", "a few words", None),
        ("position: relative; top: -20pt; font-size: 70%", "a few words", "raised"),
        ("position: absolute; top: -4pt", "6", None),
    ],
)
def test_what_is_moved_is_raised_where_it_is_short_and_not_moved_far(
    style: str, text: str, position: str | None
) -> None:
    element = etree.Element("span", {"style": style})
    element.text = text

    assert position_of("span", element) == position


@pytest.mark.parametrize(
    ("tag", "attributes", "font"),
    [
        ("p", {}, None),
        ("p", {"style": "font-family: Arial"}, "Arial"),
        ("p", {"style": "font-family: 'Arial', Symbol"}, "Symbol"),
        ("p", {"style": "font-family: inherit"}, None),
        ("p", {"style": "font-family: inherit, Arial"}, "Arial"),
        ("p", {"style": "font: 12pt Wingdings"}, "Wingdings"),
        ("p", {"style": "font: bold 12pt/1.5 Arial, serif"}, "Arial"),
        ("p", {"style": "font-family: Arial; font-family: Symbol"}, "Symbol"),
        ("font", {"face": "Symbol"}, "Symbol"),
        ("font", {"face": "Arial", "style": "font-family: Symbol"}, "Symbol"),
        ("font", {}, None),
        ("p", {"face": "Symbol"}, None),
    ],
)
def test_an_element_may_name_its_font(tag: str, attributes: dict[str, str], font: str | None) -> None:
    assert font_of(tag, attributes) == font


@pytest.mark.parametrize(
    ("tag", "attributes", "leads"),
    [
        ("a", {"epub:type": "noteref"}, True),
        ("a", {"role": "doc-noteref"}, True),
        ("a", {"role": "button doc-noteref", "href": "x"}, True),
        ("a", {"{http://www.idpf.org/2007/ops}type": "noteref"}, True),
        ("a", {"href": "#n1"}, None),
        ("a", {"href": "b.html#n1", "role": "button"}, None),
        ("a", {"href": "b.html"}, False),
        ("a", {}, False),
        ("span", {"role": "doc-noteref", "href": "#n1"}, False),
    ],
)
def test_a_link_may_lead_to_a_note(tag: str, attributes: dict[str, str], leads: bool | None) -> None:
    assert leads_to_note(tag, attributes) is leads


def test_formulas_that_are_shown_as_boxes_too_are_read_once() -> None:
    assert is_repeated({"class": "x katex-html"})
    assert not is_repeated({"class": "katex"})
    assert not is_repeated({})
