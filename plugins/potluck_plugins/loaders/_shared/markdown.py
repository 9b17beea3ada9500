"""Markdown: the text as it stands, headings as sections. What is in a fenced block is not a heading."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from potluck_plugins.loaders._shared.flow import Flow

_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*))?")
_CLOSING = re.compile(r"(?:^|[ \t])#+[ \t]*$")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_NO_TITLE = ("#", ">", "-", "*", "+", "|", "    ", "\t")


def write_markdown(lines: Sequence[str], flow: Flow) -> None:
    """Write the lines of a text in Markdown."""
    fence = ""
    for line, following in pairwise([*lines, ""]):
        fence, fenced = _fence(line, fence)
        level, title = (0, "") if fenced else _heading(line, following)
        if level:
            flow.heading(line, level, title=title)
        else:
            flow.paragraph(line, clauses=not fenced)


def _fence(line: str, fence: str) -> tuple[str, bool]:
    """The fence that is open after a line, empty for none; and whether the line is part of a fenced block."""
    found = _FENCE.fullmatch(line)
    if found is None:
        return fence, bool(fence)
    marks, rest = found.groups()
    if not fence:
        opens = "`" not in rest or marks.startswith("~")
        return (marks, True) if opens else ("", False)
    closes = marks.startswith(fence) and not rest.strip()
    return ("", True) if closes else (fence, True)


def _heading(line: str, following: str) -> tuple[int, str]:
    """The level and title of a heading; level 0 for any other line."""
    found = _HEADING.fullmatch(line)
    if found:
        title = _CLOSING.sub("", found.group(2) or "").strip()
        return (len(found.group(1)), title) if title else (0, "")
    under = _UNDERLINE.fullmatch(following)
    if under and line.strip() and not line.startswith(_NO_TITLE) and not _UNDERLINE.fullmatch(line):
        return (1 if under.group(1).startswith("=") else 2), line.strip()
    return 0, ""
