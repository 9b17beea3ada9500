"""Raised and lowered characters in plain text, so that ten to the sixth is ``10⁶`` and never ``106``.

Digits and signs become Unicode superscripts and subscripts. Letters, most of which have none that a reader or a search
would recognise, follow a ``^`` or a ``_``: ``x^(a+b)``, ``T_max``. Two and a half, whose half is an equation, is
``2 1/2`` and never ``21/2``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from typing import Literal, NamedTuple, TypeAlias

Position: TypeAlias = Literal["base", "raised", "lowered", "equation"]
"""Where a run stands on its line; an equation stands on it, apart from the digits beside it."""

_RAISED = str.maketrans("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ")
_LOWERED = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_CAN_BE_RAISED = re.compile(r"[0-9+\-−=()ni]+")
_CAN_BE_LOWERED = re.compile(r"[0-9+\-−=()]+")
_ORDINAL = re.compile(r"(?:st|nd|rd|th|er|re|ers|res|ème|ª|º)\.?", re.IGNORECASE)
_TRADE_MARKS = {"TM": "™", "SM": "℠", "R": "®", "C": "©"}
_NOTE_MARK = re.compile(r"\[[^\[\]]*\]")
_HAS_SCRIPT = re.compile("[⁰¹²³⁴-⁾₀-₎]")
_BARE_MARK = re.compile(r"\s*(?:\d{1,3}|[a-z]|[ivxlc]{1,6}|[*†‡§¶]+)\s*", re.IGNORECASE)
_LONGEST = 24
_LONGEST_MARK = 2
_DEEPEST = 8


class ScriptedText:
    """A line put together from runs; runs of one position that follow each other are one superscript."""

    def __init__(self) -> None:
        """The line is empty."""
        self._runs: list[_Run] = []

    def add(self, text: str, *positions: Position) -> None:
        """Add a run; within a superscript it has the position of that before its own."""
        if text:
            scripts = tuple(one for one in positions if one in ("raised", "lowered"))
            self._runs.append(_Run(text, scripts[:_DEEPEST], "equation" in positions))

    def __str__(self) -> str:
        """The whole line; what is all of it, but for the mark of a note, is glued to nothing, however it stands."""
        text = _write_runs(self._runs)
        positions = {run.position(0) for run in self._runs if run.text.strip()}
        is_line = len(positions) == 1 and "base" not in positions
        is_mark = len(text.strip()) <= _LONGEST_MARK and text.strip()[:1] not in ("^", "_")
        return _write_runs(self._runs, depth=1) if is_line and not is_mark else text


class _Run(NamedTuple):
    """Characters, and how often they are raised or lowered, the outermost first."""

    text: str
    scripts: tuple[Position, ...]
    is_equation: bool

    def position(self, depth: int) -> Position:
        """Where it stands on a line that is itself raised or lowered ``depth`` times."""
        return self.scripts[depth] if depth < len(self.scripts) else "base"


def _write_runs(runs: Sequence[_Run], depth: int = 0, before: str = "") -> str:
    """Runs beside each other on a line; ``before`` is what stands before it."""
    line = [before]
    beside: _Run | None = None
    for position, group in groupby(runs, lambda run: run.position(depth)):
        within = list(group)
        if position == "base":
            for run in within:
                line.append(_gap(beside, line[-1], run) + run.text)
                beside = run
        else:
            line.append(_script(within, depth, position, line[-1]))
            beside = within[-1]
    return "".join(line[1:])


def _gap(beside: _Run | None, before: str, run: _Run) -> str:
    """The blank between a digit and an equation, so that two and a half is not 21/2."""
    digits = before[-1:].isdigit() and run.text[0].isdecimal()
    return " " if digits and (run.is_equation or (beside is not None and beside.is_equation)) else ""


def _script(runs: Sequence[_Run], depth: int, position: Position, before: str) -> str:
    """One superscript or subscript; one that holds nothing but another is that other."""
    if all(run.position(depth + 1) != "base" for run in runs):
        return _write_runs(runs, depth + 1, before)
    text = _write_runs(runs, depth + 1)
    return write_raised(text, before) if position == "raised" else write_lowered(text)


def write_raised(text: str, before: str = "") -> str:
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


def write_lowered(text: str) -> str:
    """A subscript as plain text; marks and whole phrases stay as they are."""
    inner = text.strip()
    if len(inner) > _LONGEST or not any(c.isalnum() for c in inner):
        return text
    if _CAN_BE_LOWERED.fullmatch(inner):
        return _within(text, inner.translate(_LOWERED))
    return _within(text, f"_{inner}" if inner.isalnum() and not _HAS_SCRIPT.search(inner) else f"_({inner})")


def could_be_mark(text: str) -> bool:
    """Whether a text may be the mark of a note: a short number, a letter or a sign."""
    return _BARE_MARK.fullmatch(text) is not None


def note_mark(label: str) -> str:
    """The mark of a footnote or endnote in the text, which is never glued to a number."""
    return f"[{label.strip()}]"


def _within(text: str, inner: str) -> str:
    """``inner`` with the white space that stands around ``text``."""
    start = len(text) - len(text.lstrip())
    end = len(text) - len(text.rstrip())
    return text[:start] + inner + text[len(text) - end :]
