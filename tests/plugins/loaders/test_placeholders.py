"""What the placeholders of a slide take from its layout and its master.

Modules: ``potluck_plugins.loaders._office.placeholders``.
"""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from potluck_plugins.loaders._office.placeholders import Inheritance, Placeholder, box_of, placeholder_of
from potluck_plugins.loaders._office.reading_order import Box
from support.decks import Place, box, element, layout, slide


def parsed(content: str) -> Any:
    return etree.fromstring(slide(content))[0][0][0]


HERE = (1, 2, 10, 20)


@pytest.mark.parametrize(
    ("shape", "found"),
    [
        (box("a"), None),
        (box("a", kind="body1"), Placeholder("body", "1")),
        (box("a", kind="title"), Placeholder("title", "0")),
        (box("a", kind="body1").replace('type="body"', ""), Placeholder("obj", "1")),
    ],
)
def test_a_placeholder_has_a_kind_and_a_number(shape: str, found: Placeholder | None) -> None:
    assert placeholder_of(parsed(shape)) == found


@pytest.mark.parametrize(
    ("shape", "found"),
    [
        (box("a", HERE), Box(1, 2, 11, 22)),
        (box("a", None), None),
        (box("a", HERE).replace('x="1"', 'x="left"'), None),
        (box("a", HERE).replace('x="1"', 'x="nan"'), None),
        (box("a", HERE).replace('cy="20"', 'cy="inf"'), None),
        (box("a", HERE).replace('x="1"', ""), None),
        (box("a", HERE).replace('<a:ext cx="10" cy="20"/>', ""), None),
        (
            '<p:graphicFrame><p:xfrm><a:off x="3" y="4"/><a:ext cx="5" cy="6"/></p:xfrm></p:graphicFrame>',
            Box(3, 4, 8, 10),
        ),
    ],
)
def test_a_shape_has_a_place_of_its_own(shape: str, found: Box | None) -> None:
    assert box_of(parsed(shape)) == found


def at(top: int) -> Place:
    return 0, top, 10, 10


LAYOUT = (
    box("", at(1), "title") + box("", at(2), "body1") + box("", at(3), "pic2") + box("", None, "ftr3") + box("x", at(9))
)
MASTER = box("", at(11), "title") + box("", at(12), "body1") + box("", at(13), "ftr3") + box("", at(14), "dt4")


def inherited(with_master: bool = True) -> Inheritance:
    roots = [etree.fromstring(layout(LAYOUT)), etree.fromstring(layout(MASTER, "p:sldMaster"))]
    return Inheritance(*roots[: 1 + with_master])


@pytest.mark.parametrize(
    ("shape", "top"),
    [
        (box("a", at(50), "title"), 50),
        (box("a", None, "title"), 1),
        (box("a", None, "ctrTitle"), 1),
        (box("a", None, "body1"), 2),
        (box("a", None, "ctrTitle9"), 1),
        (box("a", None, "subTitle9"), 12),
        (box("a", None, "obj2"), 3),
        (box("a", None, "body7"), 2),
        (box("a", None, "body"), 2),
        (box("a", None, "ftr3"), 13),
        (box("a", None, "dt8"), 14),
        (box("a", None, "chart8"), 12),
        (box("a", None), None),
    ],
)
def test_a_placeholder_takes_its_place_from_the_layout_or_the_master(shape: str, top: int | None) -> None:
    found = inherited().box(parsed(shape))

    assert (None if found is None else found.top) == top


def test_a_place_that_neither_layout_nor_master_gives_is_not_known() -> None:
    assert inherited(with_master=False).box(parsed(box("a", None, "ftr3"))) is None
    assert Inheritance().box(parsed(box("a", None, "body1"))) is None
    assert Inheritance().styles(parsed(box("a", None, "body1"))) == []


def test_of_placeholders_that_are_alike_the_first_counts() -> None:
    first = layout(box("", None, "body1") + box("", at(2), "body2"))
    found = Inheritance(etree.fromstring(first), etree.fromstring(layout(MASTER, "p:sldMaster")))

    place = found.box(parsed(box("a", None, "body7")))
    assert place is not None
    assert place.top == 12


def listed(shape: str, name: str) -> str:
    return shape.replace("<a:bodyPr/>", f'<a:bodyPr/><a:lstStyle id="{name}"/>')


@pytest.mark.parametrize(
    ("shape", "names"),
    [
        (box("a", kind="title"), ["titleStyle", "default"]),
        (box("a", kind="body1"), ["layout", "master", "bodyStyle", "default"]),
        (box("a", kind="obj1"), ["layout", "master", "bodyStyle", "default"]),
        (box("a", kind="ftr3"), ["otherStyle", "default"]),
        (box("a", kind="sldNum5"), ["otherStyle", "default"]),
        (box("a"), ["default"]),
    ],
)
def test_the_text_of_a_placeholder_inherits_the_styles_of_lists_the_nearest_first(shape: str, names: list[str]) -> None:
    styles = "".join(f'<p:{name}Style id="{name}Style"/>' for name in ("title", "body", "other"))
    first = etree.fromstring(layout(box("", at(1), "title") + listed(box("", at(2), "body1"), "layout")))
    second = listed(box("", at(12), "body1"), "master")
    tree = f"<p:cSld><p:spTree>{second}</p:spTree></p:cSld><p:txStyles>{styles}</p:txStyles>"
    master = etree.fromstring(element("p:sldMaster", tree))
    presentation = etree.fromstring(element("p:presentation", '<p:defaultTextStyle id="default"/>'))

    found = Inheritance(first, master, presentation).styles(parsed(shape))
    assert [one.get("id") for one in found] == names
