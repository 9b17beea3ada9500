"""Conversations of OpenAI's, ShareGPT's and Alpaca's kind as messages, with calls of functions.

Modules: ``potluck.datasets.conversations``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from potluck.datasets.conversations import describe_calls, find_reader, read_alpaca, read_openai_chat, read_sharegpt
from potluck.datasets.row_files import UnusableRow
from potluck.documents import Message, ToolCall

WEATHER = {"name": "查天氣", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}
TOOL = {"type": "function", "function": WEATHER}
CALL = ToolCall("查天氣", {"city": "臺北"})


def said(turns: tuple[Message, ...]) -> list[tuple[str, str]]:
    return [(turn.role, turn.content) for turn in turns]


def test_openai_turns_with_tools_are_read() -> None:
    arguments = '{"city": "臺北"}'
    turns = [
        {"role": "developer", "content": "簡短"},
        {
            "role": "user",
            "content": [{"type": "text", "text": "臺北"}, {"type": "text", "text": "熱嗎？"}],
            "name": "王",
        },
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "查天氣", "arguments": arguments}}],
        },
        {"role": "tool", "tool_call_id": "c1", "name": "查天氣", "content": "31"},
        {"role": "assistant", "content": "三十一度。"},
    ]

    found = read_openai_chat({"messages": turns, "tools": [TOOL]})

    assert said(found) == [("system", "簡短"), ("user", "臺北熱嗎？"), ("assistant", ""), ("tool", "31"),
                           ("assistant", "三十一度。")]  # fmt: skip
    assert found[0].tools == (TOOL,)
    assert found[2].calls == (ToolCall("查天氣", {"city": "臺北"}, "c1"),)
    assert (found[3].call_id, found[3].name, found[1].name) == ("c1", "查天氣", "")


def test_calls_as_they_were_first_written_are_read() -> None:
    turns = [
        {"role": "user", "content": "?"},
        {"role": "assistant", "content": None, "function_call": {"name": "查天氣", "arguments": '{"city": "臺北"}'}},
    ]

    found = read_openai_chat({"messages": turns, "functions": [WEATHER]})

    assert (found[0].tools, found[1].calls) == ((TOOL,), (CALL,))


def test_what_a_column_of_parquet_adds_to_every_turn_is_not_there() -> None:
    nothing = {"tool_calls": None, "tool_call_id": None, "name": None}
    call = {"id": None, "function": {"name": "查天氣", "arguments": {"city": "臺北", "day": None}}}
    turns = [{"role": "user", "content": "?", **nothing}, {"role": "assistant", "content": None, "tool_calls": [call]}]

    found = read_openai_chat({"messages": turns, "tools": None})

    assert found == (Message("user", "?"), Message("assistant", "", calls=(CALL,)))


def test_a_cell_of_a_table_holds_turns_as_json() -> None:
    turns = json.dumps([{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}])

    assert said(read_openai_chat({"messages": turns})) == [("user", "a"), ("assistant", "b")]


def test_sharegpt_turns_are_read() -> None:
    turns = [
        {"from": "human", "value": "臺北熱嗎？"},
        {"from": "function_call", "value": json.dumps({"name": "查天氣", "arguments": {"city": "臺北"}})},
        {"from": "observation", "value": "31"},
        {"from": "gpt", "value": "三十一度。"},
    ]

    found = read_sharegpt({"conversations": turns, "system": "簡短", "tools": json.dumps([WEATHER])})

    assert said(found) == [("system", "簡短"), ("user", "臺北熱嗎？"), ("assistant", ""), ("tool", "31"),
                           ("assistant", "三十一度。")]  # fmt: skip
    assert (found[0].tools, found[2].calls) == ((TOOL,), (CALL,))


def test_turns_with_roles_under_the_name_of_sharegpt_are_read() -> None:
    turns = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]

    assert said(read_sharegpt({"conversation": turns})) == [("user", "a"), ("assistant", "b")]


def test_alpaca_with_a_history_is_read() -> None:
    row = {"instruction": "翻譯", "input": "天空", "output": "sky", "system": "s", "history": [["翻譯 海", "sea"]]}

    assert said(read_alpaca(row)) == [("system", "s"), ("user", "翻譯 海"), ("assistant", "sea"),
                                            ("user", "翻譯\n\n天空"), ("assistant", "sky")]  # fmt: skip


def test_calls_are_described_for_people() -> None:
    turn = Message("assistant", "我查查。", calls=(CALL, ToolCall("f", {})))

    assert describe_calls(turn) == (
        '我查查。\n{"name": "查天氣", "arguments": {"city": "臺北"}}\n{"name": "f", "arguments": {}}'
    )


def chat(*turns: Any, **more: Any) -> dict[str, Any]:
    return {"messages": list(turns), **more}


def call(**function: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": None, "tool_calls": [{"function": function}]}


@pytest.mark.parametrize(
    ("read", "fields", "message"),
    [
        (read_openai_chat, {"messages": "no"}, "'messages' is not a list of turns"),
        (read_openai_chat, chat({"role": "user", "content": None}), "a turn needs 'role' and 'content'"),
        (read_openai_chat, chat({"role": "usr", "content": ""}), "not 'usr' (did you mean 'user'?)"),
        (read_openai_chat, chat({"role": "user", "content": [{"type": "image_url"}]}), "not text but 'image_url'"),
        (read_openai_chat, chat(call(arguments="{}")), "a call needs the name of a function and its arguments"),
        (
            read_openai_chat,
            chat(call(name="f", arguments="[1]")),
            "arguments of the call of 'f' are not a JSON object",
        ),
        (read_openai_chat, chat({**call(name="f"), "role": "user"}), "a turn of the role 'user' calls functions"),
        (read_openai_chat, chat({"role": "user", "content": ""}, tools={"a": 1}), "'tools' is not a list of functions"),
        (
            read_openai_chat,
            chat({"role": "assistant", "content": "", "tool_calls": "f()"}),
            "'tool_calls' is not",
        ),
        (read_sharegpt, {"conversations": []}, "'conversations' is not a list of turns"),
        (read_sharegpt, {"conversations": [{"from": "human"}]}, "a turn needs 'from' and 'value'"),
        (read_sharegpt, {"conversations": [{"from": "humn", "value": ""}]}, "not 'humn' (did you mean 'human'?)"),
        (read_sharegpt, {"conversations": [{"from": "function_call", "value": "f()"}]}, "a call needs the name"),
        (read_alpaca, {"instruction": "", "output": "x", "system": "s"}, "there is no text in 'instruction'"),
        (read_alpaca, {"instruction": "x", "output": "y", "history": ["a"]}, "'history' is not a list of pairs"),
        (read_alpaca, {"instruction": "x", "output": "y", "history": ["ab"]}, "'history' is not a list of pairs"),
        (read_alpaca, {"instruction": "x", "output": "y", "history": [["a"]]}, "'history' is not a list of pairs"),
        (read_alpaca, {"instruction": "x", "output": "y", "history": [["a", "b", "c"]]}, "'history' is not a list"),
        (read_alpaca, {"instruction": "x", "output": "y", "history": "a"}, "'history' is not a list of pairs"),
        (read_openai_chat, {"messages": []}, "'messages' is not a list of turns"),
        (read_openai_chat, chat("hello"), "a turn needs 'role' and 'content'"),
        (read_openai_chat, chat({"role": "user", "content": "a"}, tools=["f"]), "'tools' is not a list of functions"),
        (read_openai_chat, chat({"role": "user", "content": "a"}, functions="f"), "'tools' is not a list of functions"),
        (read_openai_chat, chat({"role": "user", "content": ["text"]}), "a turn has a part that is not text but None"),
        (read_openai_chat, chat({"role": "user", "content": [{"text": "a"}]}), "a part that is not text but None"),
        (read_sharegpt, {"conversations": "hello"}, "'conversations' is not a list of turns"),
        (read_sharegpt, {"conversations": ["hello"]}, "a turn needs 'from' and 'value'"),
        (read_sharegpt, {"conversations": [{"value": "a"}]}, "a turn needs 'from' and 'value'"),
        (read_sharegpt, {"conversations": [{"from": "human", "value": 3}]}, "a turn needs 'from' and 'value'"),
    ],
)
def test_a_row_that_is_not_a_conversation_says_why(
    read: Callable[..., Any], fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(UnusableRow) as raised:
        read(fields)
    assert message in str(raised.value)


def test_text_beside_a_call_and_a_refusal_are_what_the_assistant_says() -> None:
    turns = [
        {"role": "assistant", "content": "我查查。", "tool_calls": [{"function": {"name": "f", "parameters": None}}]},
        {"role": "assistant", "content": [{"type": "refusal", "refusal": "不行"}]},
        {"role": "function", "name": "f", "content": ""},
    ]

    found = read_openai_chat({"messages": turns})

    assert found == (
        Message("assistant", "我查查。", calls=(ToolCall("f", {}),)),
        Message("assistant", "不行"),
        Message("tool", "", name="f"),
    )


def test_several_calls_of_sharegpt_and_who_speaks_in_any_case_are_read() -> None:
    calls = json.dumps([{"name": "f", "arguments": {}}, {"name": "g", "arguments": {"n": None}}])
    turns = [{"from": "Function_Call", "value": calls}, {"from": "GPT", "value": "好"}]

    found = read_sharegpt({"conversations": turns, "system": " "})

    assert found == (
        Message("assistant", "", calls=(ToolCall("f", {}), ToolCall("g", {}))),
        Message("assistant", "好"),
    )


def test_alpaca_without_an_answer_or_a_history_ends_with_an_empty_turn() -> None:
    assert said(read_alpaca({"instruction": "翻譯", "input": " ", "output": None, "history": None})) == [
        ("user", "翻譯"),
        ("assistant", ""),
    ]
    assert said(read_alpaca({"instruction": "翻譯", "output": 0, "history": "[]"}))[-1] == ("assistant", "0")


def test_what_reads_a_row_follows_from_its_fields() -> None:
    assert find_reader({"messages": []}) is read_openai_chat
    assert find_reader({"conversation": []}) is read_sharegpt
    assert find_reader({"instruction": "", "output": "", "history": []}) is read_alpaca
    assert find_reader({"prompt": "", "completion": ""}) is None
    assert find_reader({"別的": ""}) is None


def test_null_inside_a_description_is_left_out_and_what_a_cell_holds_as_json_is_kept() -> None:
    tool = {"type": "function", "function": {"name": "f", "description": None, "parameters": {"a": None, "b": 0}}}
    call = {"function": {"name": "f", "arguments": '{"a": null}'}}
    turns = [{"role": "user", "content": "?"}, {"role": "assistant", "tool_calls": [call]}]

    found = read_openai_chat({"messages": turns, "tools": [tool]})

    assert found[0].tools == ({"type": "function", "function": {"name": "f", "parameters": {"b": 0}}},)
    assert found[1].calls == (ToolCall("f", {"a": None}),)
