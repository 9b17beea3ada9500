"""Raised and lowered characters in plain text, so that ten to the sixth is ``10⁶`` and never ``106``.

Digits and signs become Unicode superscripts and subscripts. Letters, most of which have none that a reader or a search
would recognise, follow a ``^`` or a ``_``: ``x^(a+b)``, ``T_max``.
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

Position: TypeAlias = Literal["base", "raised", "lowered"]
"""Where a run stands on its line."""

_RAISED = str.maketrans("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ")
_LOWERED = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_CAN_BE_RAISED = re.compile(r"[0-9+\-−=()ni]+")
_CAN_BE_LOWERED = re.compile(r"[0-9+\-−=()]+")
_ORDINAL = re.compile(r"(?:st|nd|rd|th|er|re|ers|res|ème|ª|º)\.?", re.IGNORECASE)
_TRADE_MARKS = {"TM": "™", "SM": "℠", "R": "®", "C": "©"}
_NOTE_MARK = re.compile(r"\[[^\[\]]*\]")
_LONGEST = 24


class ScriptedText:
    """A line put together from runs; runs of one position that follow each other are one superscript."""

    def __init__(self) -> None:
        """The line is empty."""
        self._runs: list[tuple[Position, list[str]]] = []

    def add(self, text: str, position: Position = "base") -> None:
        """Add a run."""
        if not text:
            return
        if not self._runs or self._runs[-1][0] != position:
            self._runs.append((position, []))
        self._runs[-1][1].append(text)

    def __str__(self) -> str:
        """The whole line."""
        line: list[str] = []
        for position, pieces in self._runs:
            text = "".join(pieces)
            before = line[-1] if line else ""
            line.append(text if position == "base" else raised(text, before) if position == "raised" else lowered(text))
        return "".join(line)


def raised(text: str, before: str = "") -> str:
    """A superscript as plain text; ``before`` is what stands before it on the line.

    The endings of ordinals (``1st``), marks such as ``*`` and ``[1]``, and whole phrases stay as they are.
    """
    inner = text.strip()
    if not any(c.isalnum() for c in inner) and not re.search(r"[+\-−=]", inner):
        return text
    if _NOTE_MARK.fullmatch(inner):
        return text
    if _CAN_BE_RAISED.fullmatch(inner):
        return _within(text, inner.translate(_RAISED))
    if inner in _TRADE_MARKS and not before[-1:].isdigit():
        return _within(text, _TRADE_MARKS[inner])
    if len(inner) > _LONGEST or (before[-1:].isdigit() and _ORDINAL.fullmatch(inner)):
        return text
    return _within(text, f"^{inner}" if len(inner) == 1 else f"^({inner})")


def lowered(text: str) -> str:
    """A subscript as plain text; marks and whole phrases stay as they are."""
    inner = text.strip()
    if len(inner) > _LONGEST or not any(c.isalnum() for c in inner):
        return text
    if _CAN_BE_LOWERED.fullmatch(inner):
        return _within(text, inner.translate(_LOWERED))
    return _within(text, f"_{inner}" if inner.isalnum() else f"_({inner})")


def note_mark(label: str) -> str:
    """The mark of a footnote or endnote in the text, which is never glued to a number."""
    return f"[{label.strip()}]"


def _within(text: str, inner: str) -> str:
    """``inner`` with the white space that stands around ``text``."""
    start = len(text) - len(text.lstrip())
    end = len(text) - len(text.rstrip())
    return text[:start] + inner + text[len(text) - end :]
