"""The values that flow through a recipe: what they say of themselves, and which section and page a span lies in.

Modules: ``potluck.documents``.
"""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, is_dataclass

import pytest

from potluck import documents
from potluck.documents import (
    Answer,
    Chunk,
    Document,
    Message,
    Page,
    Passage,
    Section,
    ToolCall,
    Usage,
    page_at,
    plain,
    sections_within,
)

SECTIONS = (
    Section(0, 5, "第1章", "總則", 1),
    Section(5, 9, "1.1", "軌距", 2),
    Section(9, 9, "1.2", "空", 2),
    Section(9, 20, None, "附錄", 1),
)
PAGES = (Page(0, 4, 1, "i"), Page(4, 10, 2), Page(10, 20, 3))


@pytest.mark.parametrize(("number", "label"), [("1.4.4", "1.4.4"), ("第1章", "第1章"), (None, "軌距"), ("", "軌距")])
def test_a_section_is_called_by_its_number_or_its_title(number: str | None, label: str) -> None:
    assert Section(0, 1, number, "軌距", 2).label == label


@pytest.mark.parametrize(("heading", "text"), [("", "內文"), ("1.1 軌距", "1.1 軌距\n內文")])
def test_what_is_embedded_of_a_chunk_has_its_heading_above(heading: str, text: str) -> None:
    assert Chunk(0, 2, "內文", heading).embedded_text == text


@pytest.mark.parametrize(("sections", "first"), [((), None), (("1.1",), "1.1"), (("總則", "1.1"), "總則")])
def test_a_passage_begins_in_the_first_of_its_sections(sections: tuple[str, ...], first: str | None) -> None:
    assert Passage("id", "規範.txt", "字", 0, 1, 0.5, sections=sections).section == first


def test_messages_are_texts_with_a_blank_line_between() -> None:
    assert plain([Message("system", "規則"), Message("user", "題\n目")]) == "規則\n\n題\n目"
    assert plain([Message("user", "題")]) == "題"
    assert plain([]) == ""


@pytest.mark.parametrize(
    ("message", "uses_tools"),
    [
        (Message("user", "幾度？"), False),
        (Message("user", "幾度？", tools=({"name": "temperature"},)), True),
        (Message("assistant", "", calls=(ToolCall("temperature", {}),)), True),
        (Message("tool", "二十度", name="temperature"), True),
    ],
)
def test_a_turn_with_tools_a_call_or_its_result_is_more_than_its_text(message: Message, uses_tools: bool) -> None:
    assert message.uses_tools is uses_tools


def test_the_tokens_of_several_calls_add_up() -> None:
    assert Usage(1, 2, 3, 4) + Usage(10, 20, 30, 40) == Usage(11, 22, 33, 44)
    assert Usage() == Usage(0, 0, 0, 0)
    assert Usage(1, 2, 3, 4).as_json() == {"prompt": 1, "completion": 2, "cached": 3, "reasoning": 4}


@pytest.mark.parametrize(
    ("text", "thoughts", "only"), [("", "嗯", True), (" \n　", "嗯", True), ("答", "嗯", False), ("", "", False)]
)
def test_a_model_that_thought_and_said_nothing_is_known(text: str, thoughts: str, only: bool) -> None:
    assert Answer(text, thoughts=thoughts).is_only_thoughts is only


def test_an_answer_that_says_nothing_else_is_whole_and_quotes_nothing() -> None:
    answer = Answer("答")

    assert (answer.finish, answer.usage, answer.quotes, answer.notes, answer.served_by) == ("stop", Usage(), (), (), "")
    assert Document("規範.txt", "字") == Document("規範.txt", "字", {}, (), (), ())


@pytest.mark.parametrize(
    ("start", "end", "titles"),
    [
        (0, 1, ["總則"]),
        (4, 5, ["總則"]),
        (5, 6, ["軌距"]),
        (4, 6, ["總則", "軌距"]),
        (8, 10, ["軌距", "空", "附錄"]),
        (0, 20, ["總則", "軌距", "空", "附錄"]),
        (20, 25, []),
        (9, 9, []),
    ],
)
def test_the_sections_of_a_span_are_those_that_share_a_character_with_it(
    start: int, end: int, titles: list[str]
) -> None:
    assert [one.title for one in sections_within(SECTIONS, start, end)] == titles


@pytest.mark.parametrize(("position", "number"), [(0, 1), (3, 1), (4, 2), (9, 2), (10, 3), (99, 3)])
def test_the_page_of_a_position_is_the_last_that_begins_at_or_before_it(position: int, number: int) -> None:
    found = page_at(PAGES, position)

    assert found is not None
    assert found.number == number


def test_before_the_first_page_there_is_none() -> None:
    assert page_at(PAGES[1:], 3) is None
    assert page_at((), 0) is None


@pytest.mark.parametrize(
    "value", [one for one in vars(documents).values() if isinstance(one, type) and is_dataclass(one)]
)
def test_no_value_can_be_changed(value: type) -> None:
    made = object.__new__(value)

    with pytest.raises(FrozenInstanceError):
        setattr(made, fields(value)[0].name, "another")
    assert not hasattr(made, "__dict__"), "a field of another name is refused too"
