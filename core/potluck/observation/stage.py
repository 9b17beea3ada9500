"""Telling observers how far a stage is, and what its models were asked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, ParamSpec, TypeVar

from potluck.hookspecs import ModelCall, StageEvent
from potluck.observation.observers import Observers

if TYPE_CHECKING:
    from potluck.documents import Usage
    from potluck.recipe.model import ComponentSpec

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Stage:
    """A stage that is under way."""

    def __init__(self, observers: Observers, event: StageEvent) -> None:
        """Begin at ``event``."""
        self._observers = observers
        self._clock = time.perf_counter()
        self.event = event

    def advance(self, by: int = 1, message: str = "") -> None:
        """Report that ``by`` more units are done."""
        self.event = replace(self.event, done=self.event.done + by, message=message, seconds=self._seconds())
        self.tell("potluck_stage_progressed", event=self.event)

    def reach(self, done: int, total: int, message: str = "", measures: Mapping[str, float] | None = None) -> None:
        """Report that ``done`` of ``total`` units are done."""
        self.event = replace(
            self.event, done=done, total=total, message=message, seconds=self._seconds(), measures=measures or {}
        )
        self.tell("potluck_stage_progressed", event=self.event)

    def warn(self, text: str) -> None:
        """Say to people that something goes otherwise than one would think."""
        self.tell("potluck_stage_progressed", event=replace(self.event, notice=text, seconds=self._seconds()))

    def end(self) -> StageEvent:
        """The event with which the stage finishes or fails."""
        self.event = replace(self.event, seconds=self._seconds())
        return self.event

    def tell(self, hook: str, **facts: object) -> None:
        """Call a hook of every observer."""
        self._observers.tell(hook, facts)

    def _seconds(self) -> float:
        return time.perf_counter() - self._clock


_running: ContextVar[Stage | None] = ContextVar("running stage", default=None)


@contextmanager
def stage(
    observers: Observers,
    name: str,
    unit: str,
    total: int | None = None,
    part: ComponentSpec | None = None,
    model: str | None = None,
) -> Iterator[Stage]:
    """Tell the observers that a stage starts, and that it finishes or fails.

    ``part`` is the component at work; ``model`` the one that it works on, where its own settings name none.
    """
    outer = _running.get()
    event = StageEvent(name, unit, 0, total, parent=outer.event.id if outer is not None else 0, started=time.time())
    if part is not None:
        event = replace(event, component=part.name, model=_model(part) or model or "")
    event = replace(event, run=observers.run, recipe=observers.recipe, id=observers.next_stage())
    running = Stage(observers, event)
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


def notice(text: str) -> None:
    """Warn within the stage that runs; without one nobody is told."""
    if (running := _running.get()) is not None:
        running.warn(text)


@dataclass(slots=True)
class TokenCounter:
    """What a call of a model took; filled in by who calls."""

    input_tokens: int | None = None
    output_tokens: int | None = None

    def count(self, usage: Usage) -> None:
        """Take the tokens of an answer; a model that does not count says 0."""
        self.input_tokens, self.output_tokens = usage.prompt or None, usage.completion or None


@contextmanager
def model_call(
    operation: Literal["chat", "embeddings"], texts: int = 1, part: ComponentSpec | None = None
) -> Iterator[TokenCounter]:
    """Tell the observers of the running stage of a call. Without a stage nobody is told.

    ``part`` is the component that is asked, where it is not the stage's.
    """
    running, spent = _running.get(), TokenCounter()
    began, clock, failed = time.time(), time.perf_counter(), ""
    try:
        yield spent
    except BaseException as error:
        failed = type(error).__name__
        raise
    finally:
        if running is not None:
            about = running.event
            component, model = (part.name, _model(part)) if part is not None else (about.component, about.model)
            call = ModelCall(
                operation,
                component,
                model or component,
                began,
                time.perf_counter() - clock,
                texts,
                spent.input_tokens,
                spent.output_tokens,
                failed,
                about.run,
                about.recipe,
                about.id,
            )
            running.tell("potluck_model_called", call=call)


def in_current_stage(function: Callable[_P, _T]) -> Callable[_P, _T]:
    """The function for other threads: what it calls there belongs to the stage that runs here."""
    context = copy_context()

    def within(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        return context.copy().run(function, *args, **kwargs)

    return within


def _model(part: ComponentSpec) -> str:
    """What the settings call the model; empty where they name none."""
    model = getattr(part.config, "model", None)
    return model if isinstance(model, str) else ""
