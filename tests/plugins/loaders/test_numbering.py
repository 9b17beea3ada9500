"""Numbers of Word's lists, which stand in no text: counted from ``numbering.xml`` as Word counts them.

Modules: ``potluck_plugins.loaders._office.numbering``.
"""

from __future__ import annotations

import pytest
from lxml import etree

from potluck_plugins.loaders._office.numbering import Numbering, read_numbering
from support.word import DECLARED


def level(place: int | str, text: str, kind: str = "decimal", more: str = "", start: int | str = 1) -> str:
    return (
        f'<w:lvl w:ilvl="{place}"><w:start w:val="{start}"/><w:numFmt w:val="{kind}"/>'
        f'<w:lvlText w:val="{text}"/>{more}</w:lvl>'
    )


def abstract(identity: int, *levels: str) -> str:
    return f'<w:abstractNum w:abstractNumId="{identity}">{"".join(levels)}</w:abstractNum>'


def num(identity: int, of: int, *overrides: str) -> str:
    return f'<w:num w:numId="{identity}"><w:abstractNumId w:val="{of}"/>{"".join(overrides)}</w:num>'


def override(place: int, inner: str) -> str:
    return f'<w:lvlOverride w:ilvl="{place}">{inner}</w:lvlOverride>'


def start(number: int | str) -> str:
    return f'<w:startOverride w:val="{number}"/>'


def read(*parts: str) -> Numbering:
    return read_numbering(etree.fromstring(f"<w:numbering {DECLARED}>{''.join(parts)}</w:numbering>"))


def labels(numbering: Numbering, *places: tuple[int, int]) -> list[str | None]:
    found = [numbering.next(str(number), place) for number, place in places]
    return [None if one is None else "•" if one[1] else one[0] for one in found]


LEVELS = (level(0, "%1."), level(1, "%1.%2", start=3), level(2, "(%3)", "lowerLetter"), level(3, "%4)"))


@pytest.mark.parametrize(
    ("parts", "places", "found"),
    [
        ((num(1, 0),), [(1, 0), (1, 0), (1, 0)], ["1.", "2.", "3."]),
        ((num(1, 0),), [(1, 0), (1, 1), (1, 1), (1, 0), (1, 1)], ["1.", "1.3", "1.4", "2.", "2.3"]),
        ((num(1, 0),), [(1, 1), (1, 0), (1, 1)], ["1.3", "1.", "1.3"]),
        ((num(1, 0),), [(1, 2), (1, 3), (1, 2), (1, 3), (1, 0), (1, 2)], ["(a)", "1)", "(b)", "1)", "1.", "(a)"]),
        ((num(1, 0),), [(1, 4), (2, 0), (1, 0)], [None, None, "1."]),
        ((num(1, 0), num(2, 0)), [(1, 0), (2, 0), (1, 0)], ["1.", "2.", "3."]),
        ((num(1, 0), num(2, 0, override(0, start(7)))), [(1, 0), (2, 0), (2, 0), (1, 0)], ["1.", "7.", "8.", "9."]),
        ((num(1, 0, override(0, start(1))), num(2, 0)), [(2, 0), (2, 0), (1, 0), (2, 0)], ["1.", "2.", "1.", "2."]),
        ((num(1, 0, override(1, start(9))),), [(1, 0), (1, 1), (1, 0), (1, 1)], ["1.", "1.9", "2.", "2.9"]),
        ((num(1, 0, override(0, level(0, "[%1]", "upperRoman", start=4))),), [(1, 0), (1, 0)], ["[IV]", "[V]"]),
        (
            (num(1, 0, override(0, start(6) + level(0, "[%1]"))), num(2, 0)),
            [(2, 0), (1, 0), (2, 0)],
            ["1.", "[6]", "7."],
        ),
        ((num(1, 0, override(5, start(6))),), [(1, 5), (1, 0)], [None, "1."]),
        ((num(1, 0, override(5, level(5, "{%6}"))),), [(1, 5)], ["{1}"]),
        ((num(1, 0, override(0, start("x"))),), [(1, 0)], ["1."]),
        ((num(1, 9), num(2, 0)), [(1, 0), (2, 0)], [None, "1."]),
    ],
)
def test_lists_are_counted_as_word_counts_them(
    parts: tuple[str, ...], places: list[tuple[int, int]], found: list[str | None]
) -> None:
    assert labels(read(abstract(0, *LEVELS), *parts), *places) == found


@pytest.mark.parametrize(
    ("restart", "found"),
    [
        (None, ["1", "1", "2", "1", "1"]),
        (0, ["1", "2", "3", "4", "5"]),
        (1, ["1", "2", "3", "4", "1"]),
        (2, ["1", "1", "2", "1", "1"]),
    ],
)
def test_a_level_says_after_which_others_it_begins_anew(restart: int | None, found: list[str]) -> None:
    own = "" if restart is None else f'<w:lvlRestart w:val="{restart}"/>'
    levels = [level(0, "%1"), level(1, "%2"), level(2, "%3", more=own)]
    places = [(1, 2), (1, 1), (1, 2), (1, 2), (1, 1), (1, 2), (1, 0), (1, 2)]

    counted = labels(read(abstract(0, *levels), num(1, 0)), *places)
    assert [label for (_, place), label in zip(places, counted, strict=True) if place == 2] == found


@pytest.mark.parametrize(
    ("own", "label"),
    [
        (level(1, "%1-%2", "lowerRoman"), "D-i"),
        (level(1, "%1-%2", "lowerRoman", "<w:isLgl/>"), "4-1"),
        (level(1, " %2 ", "none"), ""),
        (level(1, "%2%3", "decimal"), "1%3"),
        (level(1, "•", "bullet"), "•"),
        (level(1, "第%2條", "taiwaneseCountingThousand", start=21), "第二十一條"),
        (level("x", "%2", "decimal"), None),
        (level(1, "%2", "decimal", start="x"), "1"),
        ('<w:lvl w:ilvl="1"><w:lvlText w:val="%2"/></w:lvl>', "1"),
        ('<w:lvl w:ilvl="1"><w:numFmt w:val="upperRoman"/></w:lvl>', ""),
        ('<w:lvl w:ilvl="1"><w:start/><w:lvlText w:val="%2;"/></w:lvl>', "1;"),
    ],
)
def test_a_label_is_written_in_the_format_of_its_level(own: str, label: str | None) -> None:
    numbering = read(abstract(0, level(0, "%1", "upperLetter", start=4), own), num(1, 0))

    assert labels(numbering, (1, 1)) == [label]


@pytest.mark.parametrize(
    ("choice", "fallback", "label"),
    [
        ("001, 002, 003, ...", "decimal", "007"),
        ("00001, 00002", "decimal", "00007"),
        ("000000001", "decimal", "000000007"),
        ("0000000001", "upperRoman", "VII"),
        ("a, b", "lowerLetter", "g"),
        ("", "upperLetter", "G"),
    ],
)
def test_a_format_of_its_own_stands_beside_one_for_old_programs(choice: str, fallback: str, label: str) -> None:
    kind = (
        f'<mc:AlternateContent><mc:Choice Requires="w14"><w:numFmt w:val="custom" w:format="{choice}"/></mc:Choice>'
        f'<mc:Fallback><w:numFmt w:val="{fallback}"/></mc:Fallback></mc:AlternateContent>'
    )
    own = f'<w:lvl w:ilvl="0"><w:start w:val="7"/>{kind}<w:lvlText w:val="%1"/></w:lvl>'

    assert labels(read(abstract(0, own), num(1, 0)), (1, 0)) == [label]


def test_a_label_may_name_a_level_that_the_list_does_not_have() -> None:
    assert labels(read(abstract(0, level(1, "%1.%2", start=4)), num(1, 0)), (1, 1), (1, 1)) == ["1.4", "1.5"]


def test_a_list_may_take_its_levels_from_the_list_that_a_style_names() -> None:
    linked = '<w:abstractNum w:abstractNumId="4"><w:styleLink w:val="S"/>' + level(0, "%1!") + "</w:abstractNum>"
    names = '<w:abstractNum w:abstractNumId="5"><w:numStyleLink w:val="S"/>' + level(0, "%1?") + "</w:abstractNum>"
    lost = '<w:abstractNum w:abstractNumId="6"><w:numStyleLink w:val="T"/>' + level(0, "%1?") + "</w:abstractNum>"

    numbering = read(linked, names, lost, num(1, 4), num(2, 5), num(3, 6))
    assert labels(numbering, (1, 0), (2, 0), (3, 0), (1, 0)) == ["1!", "2!", "1?", "3!"]


def test_a_level_may_belong_to_a_style_of_paragraphs() -> None:
    levels = [level(0, "%1", more='<w:pStyle w:val="H1"/>'), level(1, "%2", more='<w:pStyle w:val="H2"/>')]
    numbering = read(abstract(0, *levels, level(2, "%3")), num(7, 0, override(0, start(5))))

    assert numbering.by_style() == {"H1": ("7", 0), "H2": ("7", 1)}


def test_another_part_of_the_document_is_counted_on_its_own() -> None:
    numbering = read(abstract(0, *LEVELS), num(1, 0, override(0, start(5))))

    assert labels(numbering, (1, 0), (1, 0)) == ["5.", "6."]
    again = numbering.fresh_copy()
    assert labels(again, (1, 0), (1, 0), (1, 0)) == ["5.", "6.", "7."]
    assert labels(numbering, (1, 0)) == ["7."]
