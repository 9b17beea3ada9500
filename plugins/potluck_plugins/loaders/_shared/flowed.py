"""Paragraphs of e-mail that were broken into lines to be sent. Source: RFC 3676 (format=flowed, DelSp)."""

from __future__ import annotations

import re

_QUOTED = re.compile(">*")
_SIGNATURE = "-- "


def unflow(text: str, delete_space: bool) -> str:
    """The text with a paragraph per line; ``delete_space`` where blanks at the ends of lines were added to send it."""
    result: list[str] = []
    depth: int | None = None
    for line in text.split("\n"):
        quoted = _QUOTED.match(line)
        assert quoted is not None, "the pattern matches everywhere"
        bare = line[quoted.end() :].removeprefix(" ")
        flows = bare.endswith(" ") and bare != _SIGNATURE
        begun = bare[:-1] if flows and delete_space else bare
        if depth == quoted.end() and bare != _SIGNATURE:
            result[-1] += begun
        else:
            result.append(quoted.group() + (" " if quoted.group() and begun else "") + begun)
        depth = quoted.end() if flows else None
    return "\n".join(result)
