"""The headers and footers of the pages that a sheet is printed on, written in the codes of Excel.

Source: ECMA-376 part 1, 18.3.1.46 (``firstHeader``) to 18.3.1.55 (``oddHeader``). What programs fill in (numbers of
pages, dates, the names of the file and of the sheet) is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from potluck_plugins.loaders._office.blocks import says_more_than_pages
from potluck_plugins.loaders._office.sheet import Cell, Margin
from potluck_plugins.loaders._shared.raised import Position, ScriptedText

_CODE = re.compile(
    r"""&(?:(?P<section>[LCR])|"[^"]*"|K(?:[0-9A-F]{6}|\d\d[+-]\d{3})|\d{1,3}|P(?:[+-]\d+)?|(?P<other>.))""",
    re.IGNORECASE | re.DOTALL,
)
_SCRIPTS: dict[str, Position] = {"X": "raised", "Y": "lowered"}


def margins(headers: Iterable[str], footers: Iterable[str]) -> list[Margin]:
    """The margins of a sheet from their codes."""
    found = [Margin(what, _text(code)) for what, codes in (("header", headers), ("footer", footers)) for code in codes]
    return [one for one in found if one.cell.text or one.cell.struck]


def _text(code: str) -> Cell:
    """The text of a header, its left, middle and right part as cells; what is struck out is counted."""
    sections = {"L": ScriptedText(), "C": ScriptedText(), "R": ScriptedText()}
    section, is_struck = "C", False
    position: Position = "base"
    struck, end = 0, 0
    for found in [*_CODE.finditer(code), None]:
        text = code[end : found.start() if found else len(code)]
        if found and found["other"] == "&":
            text += "&"
        if is_struck:
            struck += len(text.strip())
        else:
            sections[section].add(text, position)
        if found is None:
            break
        end, toggle = found.end(), (found["other"] or "").upper()
        if found["section"]:
            section, position, is_struck = found["section"].upper(), "base", False
        elif toggle in _SCRIPTS:
            position = "base" if position == _SCRIPTS[toggle] else _SCRIPTS[toggle]
        elif toggle == "S":
            is_struck = not is_struck
    texts = (" ".join(str(line).split()) for line in sections.values())
    return Cell(" | ".join(filter(says_more_than_pages, texts)), struck)
