"""Showing how far a stage is: a bar on a terminal, plain lines elsewhere, always on standard error."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from potluck.hookspecs import StageEvent, hookimpl

if TYPE_CHECKING:
    import rich.progress

_AT_LEAST = 2.0
"""Seconds between plain lines, and before the first one: short work is not announced."""


class Progress:
    """An observer for people. ``quiet`` shows nothing off a terminal."""

    def __init__(self, quiet: bool = False) -> None:
        """Look where standard error goes."""
        self._terminal = sys.stderr.isatty()
        self._quiet = quiet
        self._last = time.monotonic()
        self._bar: rich.progress.Progress | None = None
        self._task: rich.progress.TaskID | None = None

    @hookimpl
    def potluck_stage_started(self, event: StageEvent) -> None:
        """Begin a bar."""
        self._last = time.monotonic()
        if self._terminal and event.total:
            from rich.console import Console
            from rich.progress import Progress as Bar

            self._bar = Bar(console=Console(stderr=True), transient=True)
            self._bar.start()
            self._task = self._bar.add_task(event.stage, total=event.total)

    @hookimpl
    def potluck_stage_progressed(self, event: StageEvent) -> None:
        """Move the bar, or print a line now and then."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=event.done)
        elif not self._quiet and not self._terminal and time.monotonic() - self._last > _AT_LEAST:
            self._last = time.monotonic()
            of = f" of {event.total}" if event.total else ""
            print(f"{event.stage}: {event.done}{of} {event.unit}", file=sys.stderr, flush=True)

    @hookimpl
    def potluck_stage_finished(self, event: StageEvent) -> None:
        """End the bar."""
        self._stop()

    @hookimpl
    def potluck_stage_failed(self, event: StageEvent, error: BaseException) -> None:
        """End the bar, so that the message stands alone."""
        self._stop()

    def _stop(self) -> None:
        if self._bar is not None:
            self._bar.stop()
        self._bar = self._task = None
