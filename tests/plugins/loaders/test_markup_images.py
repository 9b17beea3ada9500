"""The pictures of a page: what describes them, and the labels in drawings.

Modules: ``potluck_plugins.loaders._shared.markup_images``, ``potluck_plugins.loaders._shared.alt_text``.
"""

from __future__ import annotations

import pytest

from potluck_plugins.loaders._shared.alt_text import is_description, is_generated
from potluck_plugins.loaders._shared.flow import Flow
from potluck_plugins.loaders._shared.markup_images import Images, is_moved, label_position, sign_of


@pytest.mark.parametrize(
    ("tag", "attributes", "lines"),
    [
        ("img", {"alt": " the\n plan "}, ["[image] the plan"]),
        ("img", {"alt": "道岔圖"}, ["[image] 道岔圖"]),
        ("img", {"aria-label": "the plan"}, []),
        ("img", {"alt": "the plan", "aria-hidden": "true"}, []),
        ("img", {"alt": "the plan", "aria-hidden": "false"}, ["[image] the plan"]),
        ("img", {"alt": "the plan", "role": "presentation"}, []),
        ("img", {"alt": "the plan", "role": "none"}, []),
        ("img", {"alt": "the plan", "role": "img"}, ["[image] the plan"]),
        ("img", {}, []),
        ("svg", {"aria-label": "the plan"}, ["[image] the plan"]),
        ("svg", {"alt": "the plan"}, []),
        ("p", {"alt": "the plan"}, []),
    ],
)
def test_a_picture_is_read_by_what_describes_it(tag: str, attributes: dict[str, str], lines: list[str]) -> None:
    images = Images(Flow())
    images.start(tag, attributes)
    images.start(tag, attributes)  # once in a page

    assert images.take() == lines
    assert images.take() == []


@pytest.mark.parametrize(
    ("attributes", "sign"),
    [
        ({"alt": " × "}, "×"),
        ({"alt": "6"}, "[image: 6]"),
        ({"alt": "10 / 12"}, "[image: 10 / 12]"),
        ({"alt": "1234567890123"}, ""),
        ({"alt": "six"}, ""),
        ({"alt": "六"}, ""),
        ({"alt": ""}, ""),
        ({}, ""),
        ({"alt": "×", "aria-hidden": "true"}, ""),
        ({"alt": "×", "role": "presentation"}, ""),
        ({"alt": "×", "role": "img"}, "×"),
    ],
)
def test_a_picture_may_stand_for_a_sign_or_a_figure(attributes: dict[str, str], sign: str) -> None:
    assert sign_of(attributes) == sign


def test_what_a_program_wrote_about_a_picture_is_counted() -> None:
    flow = Flow()
    images = Images(flow)
    images.start("img", {"alt": "A dog. Description automatically generated"})

    assert images.take() == []
    assert flow.document("x").losses == (
        "text that a program wrote about pictures was left out: 1 place, 42 characters",
    )


def test_a_drawing_lasts_to_its_end_or_to_an_element_of_the_page() -> None:
    images = Images(Flow())
    assert not images.is_drawing
    images.start("svg", {})
    images.start("svg", {})
    assert images.is_drawing
    images.end("svg")
    assert images.is_drawing
    images.end("svg")
    assert not images.is_drawing
    images.end("svg")
    images.start("svg", {})
    images.start("p", {})
    assert not images.is_drawing


@pytest.mark.parametrize("tag", ["text", "foreignobject"])
def test_a_label_of_a_drawing_holds_text(tag: str) -> None:
    images = Images(Flow())
    images.start(tag, {})
    assert not images.is_label
    images.start("svg", {})
    images.start("g", {})
    assert not images.is_label
    images.start(tag, {})
    images.start("p", {})  # within a label there are elements of a page
    assert images.is_label
    assert images.is_drawing
    images.end(tag)
    assert not images.is_label
    images.end(tag)
    images.start(tag, {})
    assert images.is_label
    images.end("svg")
    assert not images.is_label


@pytest.mark.parametrize(
    ("attributes", "position"),
    [
        ({"baseline-shift": "super"}, "raised"),
        ({"baseline-shift": " sub "}, "lowered"),
        ({"style": "baseline-shift: SUPER"}, "raised"),
        ({"baseline-shift": "baseline"}, None),
        ({"dy": "-3", "font-size": "6"}, "raised"),
        ({"dy": " -0.3em", "style": "font-size: 6px"}, "raised"),
        ({"dy": "3", "font-size": "6"}, "lowered"),
        ({"dy": "0", "font-size": "6"}, None),
        ({"dy": "-0.0", "font-size": "6"}, None),
        ({"dy": "-3"}, None),
        ({"dy": "-3", "font-size": "6", "x": "0"}, None),
        ({"font-size": "6"}, None),
        ({}, None),
    ],
)
def test_a_part_of_a_label_may_be_raised(attributes: dict[str, str], position: str | None) -> None:
    assert label_position(attributes) == position


@pytest.mark.parametrize(
    ("attributes", "moved"),
    [({"x": "0"}, True), ({"dy": "0.05"}, True), ({"dy": "-10"}, True), ({"dy": "0.0"}, False), ({}, False)],
)
def test_a_part_of_a_label_may_stand_apart(attributes: dict[str, str], moved: bool) -> None:
    assert is_moved(attributes) is moved


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a red flag", True),
        ("道岔圖", True),
        ("Image of a flag", True),
        ("", False),
        ("12", False),
        ("IMG_01.jpg", False),
        ("the plan.PNG", False),
        ("https://example.org/x", False),
        ("www.example.org", False),
        ("C:\\pictures\\x", False),
        ("Picture 3", False),
        (" logo ", False),
        ("圖片 2", False),
    ],
)
def test_a_description_says_more_than_a_name(text: str, said: bool) -> None:
    assert is_description(text) is said


@pytest.mark.parametrize("text", ["A dog. Description automatically generated", "狗 自動產生的描述"])
def test_a_program_says_that_it_wrote_a_description(text: str) -> None:
    assert is_generated(text)
    assert not is_generated("a dog")
