"""Telling observers how far a stage is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from potluck.hookspecs import StageEvent

if TYPE_CHECKING:
    import pluggy


class Stage:
    """A stage that is under way."""

    def __init__(self, manager: pluggy.PluginManager, event: StageEvent) -> None:
        """Begin at ``event``."""
        self._manager = manager
        self.event = event

    def advance(self, by: int = 1, message: str = "") -> None:
        """Report that ``by`` more units are done."""
        before = self.event
        self.event = StageEvent(before.stage, before.unit, before.done + by, before.total, message)
        self._manager.hook.potluck_stage_progressed(event=self.event)

    def reach(self, done: int, total: int, message: str = "") -> None:
        """Report that ``done`` of ``total`` units are done."""
        self.event = StageEvent(self.event.stage, self.event.unit, done, total, message)
        self._manager.hook.potluck_stage_progressed(event=self.event)


@contextmanager
def stage(manager: pluggy.PluginManager, name: str, unit: str, total: int | None = None) -> Iterator[Stage]:
    """Tell the observers that a stage starts, and that it finishes or fails."""
    running = Stage(manager, StageEvent(name, unit, 0, total))
    manager.hook.potluck_stage_started(event=running.event)
    try:
        yield running
    except BaseException as error:
        manager.hook.potluck_stage_failed(event=running.event, error=error)
        raise
    manager.hook.potluck_stage_finished(event=running.event)
