"""A paragraph of an office file run by run: what is not shown is left out, and counted place by place.

Modules: ``potluck_plugins.loaders._office.paragraph``.
"""

from __future__ import annotations

import pytest

from potluck_plugins.loaders._office.options import ReadOptions
from potluck_plugins.loaders._office.paragraph import PLAIN, Look, Paragraph
from potluck_plugins.loaders._shared.flow import Flow

DELETED, STRUCK, HIDDEN = Look(deleted=True), Look(struck=True), Look(hidden=True)
Runs = list[tuple[str, Look]]


def read(runs: Runs, **options: bool) -> tuple[str, tuple[str, ...], bool]:
    flow = Flow()
    paragraph = Paragraph(flow, ReadOptions(**options))
    for text, look in runs:
        paragraph.add(text, look)
    text = paragraph.finish()
    return text, flow.document("a").losses, paragraph.is_shown


def left_out(what: str, places: int, characters: int) -> str:
    return f"{what} was left out: {places} place{'s' * (places > 1)}, {characters} character{'s' * (characters > 1)}"


@pytest.mark.parametrize(
    ("runs", "text", "losses"),
    [
        ([("a", PLAIN), ("b", PLAIN)], "ab", []),
        ([(" a ", PLAIN)], "a", []),
        ([("10", PLAIN), ("6", Look("raised")), (" H", PLAIN), ("2", Look("lowered"))], "10⁶ H₂", []),
        ([("a ", PLAIN), ("14", STRUCK), ("道", STRUCK), (" b", PLAIN)], "a b", [("struck-out text", 1, 3)]),
        ([("a", PLAIN), ("14", STRUCK), (" b", PLAIN)], "a b", [("struck-out text", 1, 2)]),
        ([("a ", PLAIN), ("14", STRUCK), ("b", PLAIN)], "a b", [("struck-out text", 1, 2)]),
        ([("14", STRUCK), (" b", PLAIN)], "b", [("struck-out text", 1, 2)]),
        ([("a ", PLAIN), ("1", STRUCK), ("  b", PLAIN)], "a  b", [("struck-out text", 1, 1)]),
        ([("a", PLAIN), ("1", STRUCK), (" ", PLAIN), ("2", STRUCK)], "a", [("struck-out text", 1, 2)]),
        ([("a", PLAIN), ("1", STRUCK), ("b", PLAIN), ("2", STRUCK)], "ab", [("struck-out text", 2, 2)]),
        ([("1", STRUCK), ("2", DELETED)], "", [("struck-out text", 1, 1), ("deleted text", 1, 1)]),
        ([("1", Look(struck=True, deleted=True))], "", [("deleted text", 1, 1)]),
        ([("1", Look(struck=True, hidden=True))], "", [("struck-out text", 1, 1)]),
        ([("1", HIDDEN), ("", STRUCK), ("2", HIDDEN)], "", [("hidden text", 1, 2)]),
        ([("a ", PLAIN), ("1", STRUCK), (" ", PLAIN), ("b", PLAIN)], "a b", [("struck-out text", 1, 1)]),
        ([("a ", PLAIN), (" b", PLAIN)], "a  b", []),
    ],
)
def test_what_is_not_shown_is_left_out_and_counted(runs: Runs, text: str, losses: list[tuple[str, int, int]]) -> None:
    assert read(runs)[:2] == (text, tuple(left_out(*loss) for loss in losses))


def test_hidden_text_is_read_on_request() -> None:
    assert read([("a ", PLAIN), ("b", HIDDEN)], hidden=True)[:2] == ("a b", ())
    struck = Look(struck=True, hidden=True)
    assert read([("b", struck)], hidden=True)[:2] == ("", (left_out("struck-out text", 1, 1),))


@pytest.mark.parametrize(
    ("runs", "shown"),
    [
        ([], False),
        ([(" ", PLAIN)], False),
        ([("a", PLAIN), (" ", PLAIN)], True),
        ([("a", STRUCK)], True),
        ([("a", DELETED)], True),
        ([("a", HIDDEN)], False),
        ([("a", HIDDEN), (" ", PLAIN)], False),
    ],
)
def test_a_paragraph_of_which_anything_is_seen_has_its_number(runs: Runs, shown: bool) -> None:
    assert read(runs)[2] is shown


def test_symbols_of_a_font_are_read_and_unknown_ones_counted() -> None:
    flow = Flow()
    paragraph = Paragraph(flow, ReadOptions())
    for text, look in [("m", Look(font="Symbol")), ("m", Look(font="Arial")), ("m", PLAIN)]:
        paragraph.add_in_font(text, look)
    assert (paragraph.finish(), flow.document("a").losses) == ("μmm", ())

    paragraph.add_in_font("\uf0ff\uf0ff", Look(font="Symbol", struck=True))
    paragraph.add_in_font("\uf0ff\uf0ff", Look(font="Unheard Of Symbols"))
    paragraph.finish()
    assert left_out("struck-out text", 1, 2) in flow.document("a").losses
    assert len(flow.document("a").losses) == 2
