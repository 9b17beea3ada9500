"""Shows people how far a stage is: a bar on a terminal, plain lines elsewhere, always on standard error.

The bar is drawn by ``rich`` (MIT).
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import potluck
from potluck.contracts import Config, Context, Observer
from potluck.hookspecs import StageEvent
from potluck.visible import visible

if TYPE_CHECKING:
    import rich.progress

_AT_LEAST = 2.0
"""Seconds between plain lines, and before the first one: short work is not announced."""


class ProgressConfig(Config):
    """Settings of the ``progress`` observer."""

    quiet: bool = False
    """Show nothing where standard error is not a terminal."""


class Progress(Observer):
    """Shows one stage at a time, the outermost that has several units to do."""

    def __init__(self, config: ProgressConfig, context: Context) -> None:
        """Look where standard error goes."""
        self._terminal = sys.stderr.isatty()
        self._quiet = config.quiet
        self._last = 0.0
        self._shown: int | None = None
        self._bar: rich.progress.Progress | None = None
        self._task: rich.progress.TaskID | None = None

    @potluck.hookimpl
    def potluck_stage_started(self, event: StageEvent) -> None:
        """Begin a bar."""
        if self._shown is not None or event.total == 1:
            return
        self._shown, self._last = event.id, time.monotonic()
        if self._terminal and event.total:
            from rich.console import Console
            from rich.progress import Progress as Bar

            self._bar = Bar(console=Console(stderr=True), transient=True)
            self._bar.start()
            self._task = self._bar.add_task(event.stage, total=event.total)

    @potluck.hookimpl
    def potluck_stage_progressed(self, event: StageEvent) -> None:
        """Move the bar, or print a line now and then; a notice at once, whatever is shown."""
        if event.notice:
            self._say(event)
        if event.id != self._shown:
            return
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=event.done)
        elif not self._quiet and not self._terminal and time.monotonic() - self._last > _AT_LEAST:
            self._last = time.monotonic()
            of = f" of {event.total}" if event.total else ""
            print(f"{event.stage}: {event.done}{of} {event.unit}", file=sys.stderr, flush=True)

    @potluck.hookimpl
    def potluck_stage_finished(self, event: StageEvent) -> None:
        """End the bar."""
        self._stop(event)

    @potluck.hookimpl
    def potluck_stage_failed(self, event: StageEvent, error: BaseException) -> None:
        """End the bar, so that the message stands alone."""
        self._stop(event)

    def close(self) -> None:
        """End a bar that is still there."""
        if self._bar is not None:
            self._bar.stop()
        self._bar = self._task = self._shown = None

    def _say(self, event: StageEvent) -> None:
        line = f"{event.stage}: {visible(event.notice)}"
        if self._bar is not None:
            self._bar.console.print(line, style="yellow", markup=False, highlight=False)
        elif self._terminal or not self._quiet:
            print(line, file=sys.stderr, flush=True)

    def _stop(self, event: StageEvent) -> None:
        if event.id == self._shown:
            self.close()


@potluck.hookimpl
def potluck_observer() -> potluck.Offer[Progress]:
    """Offer the observer."""
    return potluck.Offer("a bar on a terminal, plain lines elsewhere", ProgressConfig, Progress)
