"""A paragraph put together from runs: superscripts are told apart, what is not shown is left out and counted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from potluck_plugins.loaders._office.options import ReadOptions
from potluck_plugins.loaders._shared.flow import Flow
from potluck_plugins.loaders._shared.raised import Position, ScriptedText
from potluck_plugins.loaders._shared.symbols import in_font, unknown_symbol

_Unread = Literal["deleted text", "struck-out text", "hidden text"]


@dataclass(frozen=True, slots=True)
class Look:
    """How a run is shown."""

    position: Position = "base"
    struck: bool = False
    hidden: bool = False
    deleted: bool = False
    font: str | None = None

    def of_equation(self) -> Look:
        """This look for an equation, which may itself be raised or lowered."""
        return replace(self, position="equation") if self.position == "base" else self

    def unread(self, options: ReadOptions) -> _Unread | None:
        """Why the run is not read; None for one that is."""
        if self.deleted:
            return "deleted text"
        if self.struck:
            return "struck-out text"
        return "hidden text" if self.hidden and not options.hidden else None


PLAIN = Look()


class Paragraph:
    """A paragraph that grows run by run."""

    def __init__(self, flow: Flow, options: ReadOptions) -> None:
        """It is empty; what is left out of it is counted in the flow."""
        self._flow = flow
        self._options = options
        self._line = ScriptedText()
        self._unread: tuple[_Unread, int] | None = None
        self._ends_in_space = True
        self.is_shown = False
        """Whether anything of it is shown, be it struck out: then it has its number."""

    def add(self, text: str, look: Look = PLAIN) -> None:
        """Add a run."""
        if not text:
            return
        reason = look.unread(self._options)
        if reason != "hidden text":
            self.is_shown = self.is_shown or bool(text.strip())
        if reason is None:
            self._read(text, look.position)
        elif self._unread is not None and self._unread[0] == reason:
            self._unread = reason, self._unread[1] + len(text)
        else:
            self._count()
            self._unread = reason, len(text)

    def add_in_font(self, text: str, look: Look) -> None:
        """Add a run whose characters may be symbols of its font."""
        unknown = 0
        if look.unread(self._options) is None:
            text, unknown = in_font(text, look.font)
        self.add(text, look)
        if unknown:
            self._flow.leave_out(unknown_symbol(look.font), unknown)

    def _read(self, text: str, position: Position) -> None:
        if self._unread is not None and self._ends_in_space and text.startswith(" "):
            text = text[1:]  # one of the two that stand around what is left out
        if text.strip():
            self._count()
        if text:
            self._ends_in_space = text[-1].isspace()
        self._line.add(text, position)

    def finish(self) -> str:
        """The text that is read."""
        self._count()
        return str(self._line).strip()

    def _count(self) -> None:
        """Count the place that is left out, if one has just ended."""
        if self._unread is not None:
            self._flow.leave_out(*self._unread)
        self._unread = None
