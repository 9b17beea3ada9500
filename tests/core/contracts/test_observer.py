"""An observer demands nothing: each hook is a plugin's own choice.

Modules: ``potluck.contracts.observer``. How observers are called: ``tests/core/observation/test_observers.py``.
"""

from __future__ import annotations

import potluck
from potluck import hookspecs
from potluck.contracts import Observer
from potluck.hookspecs import StageEvent
from potluck.observation.observers import Observers

HOOKS = (
    "potluck_stage_started",
    "potluck_stage_progressed",
    "potluck_stage_finished",
    "potluck_stage_failed",
    "potluck_model_called",
)


class Silent(Observer):
    """It watches nothing."""


class Starts(Observer):
    """It has one of the hooks."""

    def __init__(self) -> None:
        self.stages: list[str] = []

    @potluck.hookimpl
    def potluck_stage_started(self, event: StageEvent) -> None:
        self.stages.append(event.stage)


def test_an_observer_that_has_no_hook_can_be_made_told_and_closed() -> None:
    observers, observer = Observers(), Silent()
    observers.register(observer)
    observers.tell("potluck_stage_started", {"event": StageEvent("切分")})
    observers.close()

    assert Observer.__abstractmethods__ == frozenset()
    assert observer.identity() == {}
    assert vars(observer) == {}


def test_the_class_has_no_hook_of_its_own_to_be_called() -> None:
    assert [name for name in HOOKS if hasattr(Observer, name)] == []
    assert [name for name in HOOKS if not hasattr(hookspecs, name)] == []


def test_an_observer_is_told_of_the_hooks_that_it_has_alone() -> None:
    observers, observer = Observers(), Starts()
    observers.register(observer)
    for hook in ("potluck_stage_started", "potluck_stage_progressed", "potluck_stage_finished"):
        observers.tell(hook, {"event": StageEvent("切分")})

    assert observer.stages == ["切分"]
