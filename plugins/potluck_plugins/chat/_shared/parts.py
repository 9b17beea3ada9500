"""The content of a message, as text or as a list of parts, told apart into answer, thoughts and refusal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

_ANSWER = {"text", "output_text"}
_THOUGHTS = {"thinking", "reasoning", "reasoning_text", "reasoning.text", "summary_text", "reasoning.summary"}
_HIDDEN = {"redacted_thinking", "reasoning.encrypted"}
"""Thoughts that the service does not show."""
_FIELDS = ("text", "thinking", "reasoning", "content", "summary", "refusal")

Said: TypeAlias = str | Sequence[object] | Mapping[str, object] | None


@dataclass(slots=True)
class ContentParts:
    """The content of a message. ``unread`` holds the kinds of parts that are not text."""

    answer: str = ""
    thoughts: str = ""
    refusal: str = ""
    unread: list[str] = field(default_factory=list)


def parts_of(content: Said) -> ContentParts:
    """Read a content: Mistral, Anthropic, OpenAI's responses and LangChain have lists of parts with a ``type``."""
    parts = ContentParts()
    if isinstance(content, str):
        parts.answer = content
        return parts
    given = content if isinstance(content, list) else [] if content is None else [content]
    for part in given:
        kind = str(part.get("type", "text")) if isinstance(part, Mapping) else "text"
        if kind in _ANSWER:
            parts.answer += part_text(part)
        elif kind in _THOUGHTS:
            parts.thoughts += part_text(part)
        elif kind == "refusal":
            parts.refusal += part_text(part)
        elif kind not in _HIDDEN:
            parts.unread.append(kind)
    return parts


def part_text(part: object) -> str:
    """The text of a part, of parts within it, or of thoughts in whichever form they come."""
    return "".join(_texts(part))


def _texts(part: object) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, list):
        for one in part:
            yield from _texts(one)
    elif isinstance(part, Mapping):
        inner = next((part[name] for name in _FIELDS if part.get(name)), None)
        yield from _texts(inner)
