"""Shows progress: a line with a bar on a terminal, plain lines elsewhere, always on standard error.

The display is drawn by ``rich`` (MIT), several times a second: a moving clock shows that work is under way.
"""

from __future__ import annotations

import sys
import time
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

import potluck
from potluck.contracts import Config, Context, Observer
from potluck.hookspecs import StageEvent
from potluck.visible import visible
from potluck_plugins.observers._progress_lines import ShownStage

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live

_FIRST = 5.0
"""Seconds before the first plain line: short work is not announced."""

_EVERY = 10.0
"""Seconds between plain lines."""

_LINES = 3
"""Lines of the display at most."""


class ProgressConfig(Config):
    """Settings of the ``progress`` observer."""

    quiet: bool = False
    """Show nothing if standard error is not a terminal."""


class Progress(Observer):
    """Shows the stages that run, the outermost first."""

    def __init__(self, config: ProgressConfig, context: Context) -> None:
        """Look where standard error goes."""
        self._terminal = _can_be_drawn_on()
        self._quiet = config.quiet
        self._stages: dict[int, ShownStage] = {}
        self._state, self._drawing = Lock(), Lock()
        self._is_output = False
        self._live: Live | None = None
        self._due, self._closed = 0.0, Event()
        self._ticker: Thread | None = None

    @potluck.hookimpl
    def potluck_stage_started(self, event: StageEvent) -> None:
        """Show it below whatever has been printed."""
        self._is_output = False
        with self._state:
            if not self._stages:
                self._due = time.monotonic() + _FIRST
            self._stages[event.id] = ShownStage(event, time.monotonic())
        if self._terminal:
            self._draw()
        elif not self._quiet and self._ticker is None:
            self._ticker = Thread(target=self._tick, daemon=True, name="potluck progress")
            self._ticker.start()

    @potluck.hookimpl
    def potluck_stage_progressed(self, event: StageEvent) -> None:
        """Remember it for the next drawing; a notice is printed at once."""
        with self._state:
            if event.id in self._stages:
                self._stages[event.id] = ShownStage(event, time.monotonic())
        if event.notice:
            self._say(f"{event.stage}: {visible(event.notice)}")

    @potluck.hookimpl
    def potluck_stage_finished(self, event: StageEvent) -> None:
        """Stop showing it."""
        self._end(event)

    @potluck.hookimpl
    def potluck_stage_failed(self, event: StageEvent, error: BaseException) -> None:
        """Stop showing it, so that the message stands alone."""
        self._end(event)

    @potluck.hookimpl
    def potluck_output_begins(self) -> None:
        """Clear the display."""
        self._is_output = True
        self._erase()

    def close(self) -> None:
        """Clear what is still shown."""
        self._closed.set()
        with self._state:
            self._stages.clear()
        self._erase()

    def due_line(self, now: float) -> str:
        """The line that is due off a terminal at this time; empty if none is."""
        with self._state:
            if self._is_output or not self._stages or now < self._due:
                return ""
            self._due = now + _EVERY
            return "; ".join(one.sentence(now) for one in _outline(self._stages))

    def _tick(self) -> None:
        while not self._closed.wait(max(0.05, self._due - time.monotonic())):
            if line := self.due_line(time.monotonic()):
                print(line, file=sys.stderr, flush=True)

    def _draw(self) -> None:
        with self._drawing:
            if self._live is None:
                from rich.console import Console
                from rich.live import Live

                self._live = Live(
                    console=Console(stderr=True),
                    transient=True,
                    redirect_stdout=False,
                    vertical_overflow="crop",
                    get_renderable=self._lines,
                )
                self._live.start(refresh=True)

    def _erase(self) -> None:
        with self._drawing:
            live, self._live = self._live, None
            if live is not None:
                live.stop()

    def _lines(self) -> RenderableType:
        """The current display: the stages, one below the other."""
        from rich.console import Console, Group

        width, now = Console(stderr=True).width - 1, time.monotonic()
        with self._state:
            shown = _outline(self._stages)
        return Group(*(one.line(now, width, "  " * number) for number, one in enumerate(shown)))

    def _say(self, line: str) -> None:
        if self._terminal:
            from rich.console import Console

            console = self._live.console if self._live is not None else Console(stderr=True)
            console.print(line, style="yellow", markup=False, highlight=False)
        elif not self._quiet:
            print(line, file=sys.stderr, flush=True)

    def _end(self, event: StageEvent) -> None:
        with self._state:
            self._stages.pop(event.id, None)
            is_over = not self._stages
        if is_over:
            self._erase()


def _outline(stages: dict[int, ShownStage]) -> list[ShownStage]:
    """The innermost stage, and the enclosing ones that say more."""
    found = [stages[number] for number in sorted(stages)]
    return [*(one for one in found[:-1] if one.is_outline), *found[-1:]][-_LINES:]


def _can_be_drawn_on() -> bool:
    """Whether standard error is a terminal that can take a line back."""
    if sys.stderr is None or not sys.stderr.isatty():
        return False
    from rich.console import Console

    return not Console(stderr=True).is_dumb_terminal


@potluck.hookimpl
def potluck_observer() -> potluck.Offer[Progress]:
    """Offer the observer."""
    return potluck.Offer("a bar on a terminal, plain lines elsewhere", ProgressConfig, Progress)
