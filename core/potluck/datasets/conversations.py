"""Conversations in common formats (OpenAI's, ShareGPT's, Alpaca's with a history) as messages, tool calls included."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from potluck.datasets.formats import recognise, turns_field
from potluck.datasets.row_files import UnusableRow
from potluck.documents import Json, Message, Role, ToolCall
from potluck.suggestions import did_you_mean

_ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
    "function": "tool",
}
"""OpenAI's roles."""

_SPEAKERS: dict[str, Role] = {
    **_ROLES,
    **dict.fromkeys(("human", "prompter"), "user"),
    **dict.fromkeys(("gpt", "chatgpt", "bing", "bard", "model", "bot"), "assistant"),
    **dict.fromkeys(("observation", "function_response", "tool_response"), "tool"),
    **dict.fromkeys(("function_call", "tool_call"), "assistant"),
}
"""Who speaks in ShareGPT's turns."""

_CALLING = ("function_call", "tool_call")


Reader: TypeAlias = Callable[[Mapping[str, Json]], tuple[Message, ...]]
"""From a row's fields to its turns. The first has the functions that the model may call. Raises ``UnusableRow``."""


def read_openai_chat(fields: Mapping[str, Json]) -> tuple[Message, ...]:
    """OpenAI's ``messages``, with ``tools`` or ``functions`` beside them. Raises ``UnusableRow``."""
    turns = _parse_cell(fields.get("messages"))
    if not isinstance(turns, list) or not turns:
        raise UnusableRow("'messages' is not a list of turns")
    return _with_tools([_turn(turn) for turn in turns], fields)


def read_sharegpt(fields: Mapping[str, Json]) -> tuple[Message, ...]:
    """ShareGPT's turns, each ``{"from": ..., "value": ...}``, with ``system`` and ``tools`` beside them.

    Raises ``UnusableRow``.
    """
    name = turns_field(fields) or "conversations"
    turns = _parse_cell(fields.get(name))
    if not isinstance(turns, list) or not turns:
        raise UnusableRow(f"{name!r} is not a list of turns")
    read = [_turn(turn) if isinstance(turn, dict) and "role" in turn else _read_turn(turn) for turn in turns]
    return _with_tools([*_system(fields), *read], fields)


def read_alpaca(fields: Mapping[str, Json]) -> tuple[Message, ...]:
    """Alpaca's instruction and output with a ``system`` or a ``history`` of pairs. Raises ``UnusableRow``."""
    asked = [str(fields[name]) for name in ("instruction", "input") if str(fields.get(name) or "").strip()]
    if not asked:
        raise UnusableRow("there is no text in 'instruction'")
    history = _parse_cell(fields.get("history")) or []
    pairs = history if isinstance(history, list) else [history]
    turns = list(_system(fields))
    for pair in pairs:
        if not isinstance(pair, list) or len(pair) != 2:
            raise UnusableRow("'history' is not a list of pairs: [[instruction, answer], ...]")
        turns += [Message("user", str(pair[0])), Message("assistant", str(pair[1]))]
    answer = fields.get("output")
    turns += [Message("user", "\n\n".join(asked)), Message("assistant", "" if answer is None else str(answer))]
    return tuple(turns)


def find_reader(fields: Mapping[str, Json]) -> Reader | None:
    """The reader of rows with these fields; None if they are not conversations."""
    return _READERS.get(recognise(fields) or "")


def describe_calls(message: Message) -> str:
    """An assistant's turn as people read it: its text, then a line of JSON for each call."""
    calls = (
        json.dumps({"name": call.name, "arguments": dict(call.arguments)}, ensure_ascii=False) for call in message.calls
    )
    return "\n".join(part for part in (message.content, *calls) if part)


_READERS: Mapping[str, Reader] = {"chat": read_openai_chat, "sharegpt": read_sharegpt, "alpaca": read_alpaca}


def _with_tools(turns: Sequence[Message], fields: Mapping[str, Json]) -> tuple[Message, ...]:
    tools = _tools(fields)
    return (replace(turns[0], tools=tools), *turns[1:]) if tools else tuple(turns)


def _system(fields: Mapping[str, Json]) -> Iterator[Message]:
    said = fields.get("system")
    if isinstance(said, str) and said.strip():
        yield Message("system", said)


def _tools(fields: Mapping[str, Json]) -> tuple[Mapping[str, Json], ...]:
    """The functions that may be called. A bare description of one stands for a tool."""
    tools = _parse_cell(fields.get("tools"))
    if not tools:
        tools = _parse_cell(fields.get("functions")) or []
    if not isinstance(tools, list) or not all(isinstance(tool, dict) for tool in tools):
        raise UnusableRow("'tools' is not a list of functions")
    return tuple(_as_tool(_compact(tool)) for tool in tools)


def _as_tool(described: dict[str, Json]) -> Mapping[str, Json]:
    return described if "function" in described else {"type": "function", "function": described}


def _turn(turn: Json) -> Message:
    """A turn of OpenAI's."""
    if not isinstance(turn, dict):
        raise UnusableRow("a turn needs 'role' and 'content'")
    calls = _calls(turn)
    content = _content(turn.get("content"), calls)
    role = _ROLES.get(str(turn.get("role")))
    if role is None:
        near = did_you_mean(str(turn.get("role")), _ROLES)
        raise UnusableRow(f"a turn's role is system, user, assistant or tool, not {turn.get('role')!r}{near}")
    if calls and role != "assistant":
        raise UnusableRow(f"a turn of the role {role!r} calls functions, which only the assistant does")
    named = _text_of(turn, "name") if role == "tool" else ""
    return Message(role, content, calls=calls, call_id=_text_of(turn, "tool_call_id"), name=named)


def _read_turn(turn: Json) -> Message:
    """A turn of ShareGPT's."""
    if not isinstance(turn, dict) or "from" not in turn or not isinstance(turn.get("value"), str):
        raise UnusableRow("a turn needs 'from' and 'value'")
    speaker, value = str(turn["from"]), str(turn["value"])
    role = _SPEAKERS.get(speaker.casefold())
    if role is None:
        near = did_you_mean(speaker, _SPEAKERS)
        raise UnusableRow(f"a turn is from system, human, gpt, function_call or observation, not {speaker!r}{near}")
    if speaker.casefold() not in _CALLING:
        return Message(role, value)
    called = _parse_cell(value)
    calls = tuple(_call(one, one) for one in (called if isinstance(called, list) else [called]))
    return Message(role, "", calls=calls)


def _content(written: Json, calls: Sequence[ToolCall]) -> str:
    """The text of a turn: a text, or parts that are texts; nothing if the turn calls functions."""
    if written is None and calls:
        return ""
    if isinstance(written, list):
        kinds = [part.get("type") if isinstance(part, dict) else None for part in written]
        if others := [kind for kind in kinds if kind not in ("text", "refusal")]:
            raise UnusableRow(f"a turn has a part that is not text but {others[0]!r}, which no model here learns")
        return "".join(_text_of(part, str(part["type"])) for part in written if isinstance(part, dict))
    if not isinstance(written, str):
        raise UnusableRow("a turn needs 'role' and 'content'")
    return written


def _calls(turn: Mapping[str, Json]) -> tuple[ToolCall, ...]:
    """The calls of an assistant's turn; ``function_call`` is how the first ones were written."""
    written = _parse_cell(turn.get("tool_calls"))
    if not written:
        old = _parse_cell(turn.get("function_call"))
        return (_call(old, old),) if old else ()
    if not isinstance(written, list):
        raise UnusableRow("'tool_calls' is not a list of calls")
    return tuple(_call(one.get("function") if isinstance(one, dict) else one, one) for one in written)


def _call(function: Json, whole: Json) -> ToolCall:
    if not isinstance(function, dict) or not _text_of(function, "name"):
        raise UnusableRow("a call needs the name of a function and its arguments")
    written = function.get("arguments", function.get("parameters"))
    arguments = _parse_cell(written) or {}
    if not isinstance(arguments, dict):
        raise UnusableRow(f"the arguments of the call of {function['name']!r} are not a JSON object")
    found = arguments if isinstance(written, str) else _compact(arguments)
    return ToolCall(_text_of(function, "name"), found, _text_of(whole, "id") if isinstance(whole, dict) else "")


def _text_of(fields: Mapping[str, Json], key: str) -> str:
    value = fields.get(key)
    return value if isinstance(value, str) else ""


def _parse_cell(value: Json) -> Json:
    """A value that a cell holds as JSON; any other as it is."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)  # type: ignore[no-any-return]
    except (ValueError, RecursionError):
        return value


def _compact(value: Json) -> dict[str, Json]:
    """A mapping without what is null in it: columns of Parquet give each row the keys of all."""
    assert isinstance(value, dict)
    return {key: _compact(one) if isinstance(one, dict) else one for key, one in value.items() if one is not None}
