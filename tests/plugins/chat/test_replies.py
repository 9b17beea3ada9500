"""Answers of OpenAI's protocol, event by event.

Modules: ``potluck_plugins.chat._shared.replies``, ``potluck_plugins.chat._shared.parts``,
``potluck_plugins.chat._shared.finishes``.
"""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("openai")

from potluck.documents import Answer, Usage
from potluck.errors import ContentFiltered
from potluck_plugins._openai import Failed
from potluck_plugins.chat._shared.finishes import finish_of, is_broken
from potluck_plugins.chat._shared.parts import ContentParts, part_text, parts_of
from potluck_plugins.chat._shared.replies import Reply, with_reasoning
from potluck_plugins.chat._shared.thoughts import Habit


def event(content: Any = None, reason: Any = None, usage: Any = None, **more: Any) -> dict[str, Any]:
    """An event of a stream."""
    choice = {"delta": {"content": content, **more}, "finish_reason": reason}
    return {"choices": [choice]} | ({} if usage is None else {"usage": usage})


def reply(*events: Any, whole: bool = False, known: bool = True) -> tuple[list[str], Answer]:
    """What was handed on, and the answer."""
    taken = Reply(Habit(known=known), whole=whole)
    handed = [*(taken.take(one) for one in events), taken.rest()]
    return [piece for piece in handed if piece], taken.answer()


@pytest.mark.parametrize("beside", [{}, {"message": None}, {"message": {"role": "assistant"}}, {"delta": {}}])
def test_a_text_without_a_message_is_the_answer(beside: dict[str, Any]) -> None:
    handed, answer = reply({"choices": [{"text": "第七室 1924", "finish_reason": "stop", **beside}]}, whole=True)

    assert (handed, answer.text, answer.finish, answer.notes) == (["第七室 1924"], "第七室 1924", "stop", ())


@pytest.mark.parametrize("text", ["other", 5, None, {"a": 1}])
def test_a_message_counts_before_a_text_beside_it(text: Any) -> None:
    choice = {"message": {"content": "第七室"}, "text": text, "finish_reason": "stop"}

    assert reply({"choices": [choice]}, whole=True)[1].text == "第七室"
    assert reply({"choices": [choice | {"message": {}, "text": 5}]}, whole=True)[1].text == ""


def test_pieces_are_handed_on_as_they_come() -> None:
    handed, answer = reply(
        event("泵在"), event("第七室", "stop"), {"usage": {"prompt_tokens": 5, "completion_tokens": 3}}
    )

    assert handed == ["泵在", "第七室"]
    assert answer == Answer("泵在第七室", "stop", Usage(5, 3))


@pytest.mark.parametrize(
    ("usage", "counted"),
    [
        ({"prompt_tokens": 9, "completion_tokens": 4}, Usage(9, 4)),
        ({"prompt_tokens": "9", "completion_tokens": 4.4}, Usage(9, 4)),
        ({"prompt_tokens": None, "completion_tokens": "many"}, Usage(0, 0)),
        ({"prompt_tokens": -3, "completion_tokens": 1e15}, Usage(0, 0)),
        ({"prompt_tokens": 9, "prompt_tokens_details": {"cached_tokens": 4}}, Usage(9, 0, 4)),
        ({"prompt_tokens": 9, "prompt_tokens_details": {"cached_tokens": 40}}, Usage(9, 0, 9)),
        ({"prompt_tokens": 9, "prompt_tokens_details": None}, Usage(9, 0)),
        ({"completion_tokens": 9, "completion_tokens_details": {"reasoning_tokens": 4}}, Usage(0, 9, 0, 4)),
        ({"completion_tokens": 9, "completion_tokens_details": {"reasoning_tokens": 40}}, Usage(0, 9, 0, 9)),
        ("none", Usage()),
    ],
)
def test_tokens_are_counted_as_they_are_told(usage: Any, counted: Usage) -> None:
    assert reply(event("a", "stop", usage))[1].usage == counted


@pytest.mark.parametrize(
    ("usage", "thoughts", "text", "reasoning"),
    [
        (Usage(1, 10), "aaa", "b", 8),
        (Usage(1, 10), "aaa", "", 10),
        (Usage(1, 10), "", "b", 0),
        (Usage(1, 10, 0, 3), "aaa", "b", 3),
        (Usage(1, 0), "aaa", "b", 0),
    ],
)
def test_tokens_of_thoughts_are_in_proportion_where_nobody_tells(
    usage: Usage, thoughts: str, text: str, reasoning: int
) -> None:
    assert with_reasoning(usage, thoughts, text) == Usage(usage.prompt, usage.completion, usage.cached, reasoning)


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("stop", "stop"),
        ("END_TURN", "stop"),
        ("length", "length"),
        (" Max-Tokens ", "length"),
        ("model length", "length"),
        ("FINISH_REASON_SAFETY", "filter"),
        ("content_filter", "filter"),
        ("whim", None),
        ("", None),
    ],
)
def test_a_reason_has_many_spellings(reason: str, finish: str | None) -> None:
    assert finish_of(reason) == finish


@pytest.mark.parametrize(
    ("reason", "broken"), [("error", True), (" TOOL_CALLS", True), ("timeout", True), ("stop", False)]
)
def test_a_reason_may_say_that_there_is_no_whole_answer(reason: str, broken: bool) -> None:
    assert is_broken(reason) is broken


@pytest.mark.parametrize("reason", ["error", "Tool_Calls", "x" * 70])
def test_an_answer_that_broke_is_asked_for_again(reason: str) -> None:
    if reason.startswith("x"):
        _, answer = reply(event("a", reason))
        assert answer.notes == (
            f"the service gave a reason for the answer's end that is not known here, '{'x' * 60} ...': "
            "it is taken for whole",
        )
    else:
        with pytest.raises(Failed) as caught:
            reply(event("a", reason))
        assert caught.value.reason == f"ended its answer for the reason {reason!r}"
        assert caught.value.passing


def test_a_reason_that_is_not_text_is_one_that_nobody_knows() -> None:
    assert "'[1]'" in reply(event("a", [1]))[1].notes[0]
    assert "'7'" in reply(event("a", 7))[1].notes[0]


def test_an_answer_without_a_reason_for_its_end_is_over_where_it_is_whole_or_counted() -> None:
    note = "the service did not say why the answer ended: it is taken for whole"

    assert reply(event("a"), whole=True)[1].notes == (note,)
    assert reply(event("a", usage={"completion_tokens": 1}))[1].notes == (note,)
    for events in ([event("a")], [event("")], []):
        with pytest.raises(Failed, match="in the middle") as caught:
            reply(*events)
        assert caught.value.passing
    with pytest.raises(Failed, match="in the middle"):
        reply(event(""), whole=True)


def test_a_refusal_is_an_answer_of_the_filter() -> None:
    _, answer = reply(event(refusal="I may not", reason="stop"))

    assert (answer.text, answer.finish, answer.notes) == ("I may not", "filter", ())
    assert reply(event(refusal="no"), whole=True)[1].finish == "filter"


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning", "thinking", "reasoning_details"])
def test_thoughts_come_beside_the_answer(field: str) -> None:
    handed, answer = reply(event(None, **{field: "hm"}), event("泵", **{field: " m"}), event("", "stop"), known=False)

    assert (answer.text, answer.thoughts, handed) == ("泵", "hm m", ["泵"])


def test_thoughts_that_are_told_twice_are_kept_once() -> None:
    assert reply(event("a", "stop", reasoning_content="", reasoning="x", thinking="y"))[1].thoughts == "x"


def test_a_text_that_was_sent_as_thoughts_is_taken_for_the_answer() -> None:
    handed, answer = reply(event(None, reasoning="泵"), event(None, "stop"))

    assert (handed, answer.text, answer.thoughts) == (["泵"], "泵", "")
    assert answer.notes == ("the service sent its whole text as thoughts: it is taken for the answer",)
    counted = {"completion_tokens": 5, "completion_tokens_details": {"reasoning_tokens": 5}}
    for events in ([event(None, "stop", counted, reasoning="泵")], [event(None, "length", reasoning="泵")]):
        _, answer = reply(*events)
        assert (answer.text, answer.thoughts, answer.notes) == ("", "泵", ())


def test_half_a_character_is_held_back() -> None:
    handed, answer = reply(event("a\ud83d"), event("\ude82b", "stop"))
    assert (handed, answer.text) == (["a", "🚂b"], "a🚂b")
    handed, answer = reply(event("a\ufffd"), event("b", "stop"))
    assert (handed, answer.text) == (["a", "\ufffdb"], "a\ufffdb")
    assert reply(event("a\ufffd", "length"))[1].text == "a"
    assert reply(event("a\ufffd", "stop"))[1].text == "a\ufffd"


def test_parts_that_are_not_text_are_noted() -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "image_url"}, {"type": "image_url"}]

    _, answer = reply(event(parts, "stop"))

    assert answer.text == "a"
    assert answer.notes == ("the answer held a part of the kind 'image_url', which is not text",)


def test_who_served_it_is_told() -> None:
    served = {"model": "m-1", "system_fingerprint": "fp"}

    assert reply({**event("a"), **served}, event("b", "stop"))[1].served_by == "m-1 fp"
    assert reply({**event("a", "stop"), "model": "m-1"})[1].served_by == "m-1"


def test_an_error_in_an_event_is_a_failure() -> None:
    for body in ({"error": {"message": "no", "code": "500"}}, {"choices": [{"error": {"message": "no"}}]}):
        with pytest.raises(Failed, match="") as caught:
            Reply(Habit(), whole=False).take(body)
        assert caught.value.reason == "answered with an error: no"
    with pytest.raises(Failed) as filtered:
        Reply(Habit(), whole=False).take({"error": {"message": "no", "code": "content_filter"}})
    assert filtered.value.error is ContentFiltered


@pytest.mark.parametrize("body", [5, [], "text", {"choices": 5}, {"choices": [{"message": 5}]}])
def test_what_is_not_an_event_is_an_error(body: Any) -> None:
    with pytest.raises(ValueError, match="validation error"):
        Reply(Habit(), whole=False).take(body)


def test_an_answer_is_complete_once_its_end_has_a_reason() -> None:
    taken = Reply(Habit(known=True), whole=False)
    taken.take(event("a"))
    assert not taken.is_complete
    taken.take(event("", "stop"))
    assert taken.is_complete


def test_an_answer_may_come_at_once_where_a_stream_was_asked_for() -> None:
    taken = Reply(Habit(known=True), whole=False)

    assert taken.take_whole({"choices": [{"message": {"content": "a"}}]}) == "a"
    assert taken.rest() == ""
    assert taken.answer().text == "a"


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        ("a", ContentParts("a")),
        (None, ContentParts()),
        ([], ContentParts()),
        (["a", {"text": "b"}], ContentParts("ab")),
        ({"type": "output_text", "text": "a"}, ContentParts("a")),
        (
            [{"type": "thinking", "thinking": "t"}, {"type": "reasoning", "summary": [{"text": "u"}]}],
            ContentParts("", "tu"),
        ),
        ([{"type": "refusal", "refusal": "no"}], ContentParts("", "", "no")),
        ([{"type": "redacted_thinking", "data": "x"}, {"type": "reasoning.encrypted"}], ContentParts()),
        ([{"type": "tool_use"}, {"type": "audio"}], ContentParts(unread=["tool_use", "audio"])),
    ],
)
def test_a_content_is_told_apart(content: Any, parts: ContentParts) -> None:
    assert parts_of(content) == parts


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("a", "a"),
        (["a", {"text": "b"}], "ab"),
        ({"text": "", "content": ["c"]}, "c"),
        ({"x": "a"}, ""),
        (None, ""),
        (5, ""),
    ],
)
def test_a_text_may_lie_deep(part: object, text: str) -> None:
    assert part_text(part) == text
