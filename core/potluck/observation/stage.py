"""Telling observers how far a stage is, and of each call of a model."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from potluck.hookspecs import ModelCall, StageEvent
from potluck.observation.observers import Observers
from potluck.reporting import Stage, current_stage, run_stage

if TYPE_CHECKING:
    from potluck.documents import Usage
    from potluck.recipe.model import ComponentSpec


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
    event = StageEvent(name, unit, 0, total)
    if part is not None:
        event = replace(event, component=part.name, model=_model(part) or model or "")
    with run_stage(observers, event) as running:
        yield running


@dataclass(slots=True)
class TokenCounter:
    """What a call of a model took; the caller fills it in."""

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

    ``part`` is the component that is asked, if it is not the stage's.
    """
    running, spent = current_stage(), TokenCounter()
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


def _model(part: ComponentSpec) -> str:
    """What the settings call the model; empty if they name none."""
    model = getattr(part.config, "model", None)
    return model if isinstance(model, str) else ""
