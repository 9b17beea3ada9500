"""Progress, reported as it happens: stages, stages within them, and notices. Plugins may use it.

A module that does something slow opens a stage within the one that runs (``inner_stage``), or gives a notice
(``notice``). It need not know any observer: outside a stage nobody is told.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import replace
from typing import ParamSpec, Protocol, TypeVar, cast

from potluck.hookspecs import StageEvent

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Audience(Protocol):
    """Whoever is told of stages: ``potluck.observation.observers.Observers`` is one."""

    run: str
    recipe: str

    def next_stage(self) -> int:
        """The number of a stage that begins."""

    def tell(self, hook: str, facts: Mapping[str, object]) -> None:
        """Call a hook of each observer."""


class Stage:
    """A stage that is under way."""

    def __init__(self, audience: Audience | None, event: StageEvent) -> None:
        """Begin at ``event``; without an audience nobody is told."""
        self.audience = audience
        self._clock = time.perf_counter()
        self._first: tuple[int, float] | None = None
        self.event = event

    def advance(self, by: int = 1, message: str = "", reused: int = 0) -> None:
        """Report that ``by`` more units are done, ``reused`` of them without work."""
        event = self.event
        self._report(replace(event, done=event.done + by, reused=event.reused + reused, message=message))

    def reach(
        self,
        done: int,
        total: int,
        message: str = "",
        measures: Mapping[str, float] | None = None,
        resumed: int = 0,
        saved: int | None = None,
    ) -> None:
        """Report that ``done`` of ``total`` units are done, the first ``resumed`` of them by an interrupted run.

        ``saved``: how many of them need not be done again if this one is interrupted.
        """
        event = replace(self.event, done=done, total=total, message=message, resumed=resumed, saved=saved)
        self._report(replace(event, measures=measures or {}))

    def describe(self, message: str) -> None:
        """Say what is being worked on now."""
        self._report(replace(self.event, message=message))

    def warn(self, text: str) -> None:
        """Tell people that something unexpected is happening."""
        self.tell("potluck_stage_progressed", event=replace(self.event, notice=text, seconds=self._seconds()))

    def end(self) -> StageEvent:
        """The event with which the stage finishes or fails."""
        self.event = replace(self.event, seconds=self._seconds(), seconds_left=None)
        return self.event

    def tell(self, hook: str, **facts: object) -> None:
        """Call a hook of every observer."""
        if self.audience is not None:
            self.audience.tell(hook, facts)

    def _report(self, event: StageEvent) -> None:
        seconds = self._seconds()
        self.event = replace(event, seconds=seconds, seconds_left=self._time_left(event, seconds))
        self.tell("potluck_stage_progressed", event=self.event)

    def _time_left(self, event: StageEvent, seconds: float) -> float | None:
        """Estimated from the speed since the first unit that took work: until then models are loaded and libraries set
        up."""
        worked = event.done - event.reused - event.resumed
        if event.total is None or worked <= 0:
            return None
        if event.done >= event.total:
            return 0.0
        if self._first is None:
            self._first = worked, seconds
        since, began = self._first
        if worked <= since or seconds <= began:
            return None
        return (event.total - event.done) * (seconds - began) / (worked - since)

    def _seconds(self) -> float:
        return time.perf_counter() - self._clock


_running: ContextVar[Stage | None] = ContextVar("running stage", default=None)


def current_stage() -> Stage | None:
    """The stage that runs in this thread, if one does."""
    return _running.get()


@contextmanager
def run_stage(audience: Audience, event: StageEvent) -> Iterator[Stage]:
    """Tell an audience that a stage starts, and that it finishes or fails.

    ``event`` describes it; its number, the run and the enclosing stage are added.
    """
    outer = _running.get()
    placed = replace(event, parent=outer.event.id if outer is not None else 0, started=time.time())
    running = Stage(audience, replace(placed, run=audience.run, recipe=audience.recipe, id=audience.next_stage()))
    running.tell("potluck_stage_started", event=running.event)
    token = _running.set(running)
    try:
        yield running
    except BaseException as error:
        running.tell("potluck_stage_failed", event=running.end(), error=error)
        raise
    else:
        running.tell("potluck_stage_finished", event=running.end())
    finally:
        _running.reset(token)


@contextmanager
def inner_stage(
    name: str, unit: str = "", total: int | None = None, *, component: str = "", model: str = ""
) -> Iterator[Stage]:
    """A stage within the one that runs, reported to the same audience; outside a stage nobody is told."""
    outer, event = _running.get(), StageEvent(name, unit, 0, total, component=component, model=model)
    if outer is None or outer.audience is None:
        yield Stage(None, event)
        return
    with run_stage(outer.audience, event) as running:
        yield running


def iterate_in_stages(items: Iterable[_T], name: str) -> Iterator[_T]:
    """The items, each made in an inner stage of its own, which ends before the item is used."""
    following, end = iter(items), object()
    while True:
        with inner_stage(name):
            item = next(following, end)
        if item is end:
            return
        yield cast(_T, item)


def notice(text: str) -> None:
    """Give people a sentence within the stage that runs; outside a stage nobody is told."""
    if (running := _running.get()) is not None:
        running.warn(text)


def in_current_stage(function: Callable[_P, _T]) -> Callable[_P, _T]:
    """Wrap a function for other threads: what it calls there belongs to the stage that runs here."""
    context = copy_context()

    def within(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        return context.copy().run(function, *args, **kwargs)

    return within
