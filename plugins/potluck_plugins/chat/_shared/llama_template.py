"""A GGUF file's chat template, which llama.cpp runs without limits: tried within limits before.

llama.cpp runs it with conversations of its own as soon as the model is loaded, to see what it can do. Where it refuses
the system's words, they are put before the user's; where it takes no texts, it is given parts.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from potluck.models.chat_template import check_limits
from potluck_plugins.chat._shared.llama_engine import is_gguf

_KEY = b"tokenizer.chat_template"
_STRING, _ARRAY = 8, 9
_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
"""Bytes of a value, by the number that stands for its type."""
_CALL = {"type": "function", "id": "call00001", "function": {"name": "look", "arguments": {"place": "here"}}}
_TOOL = {"type": "function", "function": {"name": "look", "description": "look", "parameters": {"type": "object"}}}
_TURNS: Sequence[Mapping[str, Any]] = (
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Hello."},
    {"role": "assistant", "content": "Hello."},
    {"role": "user", "content": "Where?"},
    {"role": "assistant", "content": "", "tool_calls": [_CALL]},
    {"role": "tool", "content": "Here.", "name": "look", "tool_call_id": "call00001"},
)

Turns = Sequence[Mapping[str, Any]]


class Templates:
    """The chat templates of a GGUF file. ``model`` is what messages call it."""

    def __init__(self, path: Path, model: str) -> None:
        """Read them. What cannot be read, llama.cpp refuses."""
        self._sources = list(_templates(path))
        self._model = model

    def check(self, turns: Turns | None = None) -> None:
        """Try them with messages, or with such as llama.cpp tries. Raises ``TemplateFailed``."""
        given = list(_forms(turns)) if turns is not None else list(_trials())
        for source in self._sources:
            check_limits(source, given, self._model)


def _forms(turns: Turns, tools: object = None) -> Iterator[Mapping[str, Any]]:
    """What llama.cpp may make of messages."""
    parts = [{**turn, "content": [{"type": "text", "text": turn["content"]}]} for turn in turns]
    for each in (turns, _merge_system_turn(turns), parts):
        yield {
            "messages": each, "tools": tools, "documents": None, "add_generation_prompt": True,
            "enable_thinking": True, "bos_token": "<s>", "eos_token": "</s>",
        }  # fmt: skip


def _merge_system_turn(turns: Turns) -> Turns:
    """With what the system says before what the user says."""
    first, *rest = turns
    if first["role"] != "system" or not rest:
        return turns
    return [{**rest[0], "content": f"{first['content']}\n{rest[0]['content']}"}, *rest[1:]]


def _trials() -> Iterator[Mapping[str, Any]]:
    for turns in (_TURNS[1:2], _TURNS[:2], _TURNS[:4], _TURNS):
        yield from _forms(turns)
        yield from _forms(turns, [_TOOL])


def _templates(path: Path) -> Iterator[str]:
    """The texts of a GGUF file's metadata that are chat templates: there may be one for tools beside the usual one."""
    if not is_gguf(path):
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        try:
            (count,) = struct.unpack_from("<Q", data, 16)
            place = 24
            for _ in range(count):
                key, place = _text(data, place)
                (kind,) = struct.unpack_from("<I", data, place)
                place += 4
                if kind == _STRING and key.startswith(_KEY):
                    yield _text(data, place)[0].decode("utf-8", "replace")
                place = _behind(data, place, kind)
        except (struct.error, KeyError, OverflowError):
            return


def _text(data: mmap.mmap, place: int) -> tuple[bytes, int]:
    (length,) = struct.unpack_from("<Q", data, place)
    return data[place + 8 : place + 8 + length], place + 8 + length


def _behind(data: mmap.mmap, place: int, kind: int) -> int:
    """Where a value ends."""
    if kind == _STRING:
        return place + 8 + int(struct.unpack_from("<Q", data, place)[0])
    if kind != _ARRAY:
        return place + _SIZES[kind]
    inner, count = struct.unpack_from("<IQ", data, place)
    place += 12
    if inner != _STRING:
        return place + int(count) * _SIZES[inner]
    for _ in range(count):
        place = _behind(data, place, inner)
    return place
