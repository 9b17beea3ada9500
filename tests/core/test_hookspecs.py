"""The hooks that a plugin may implement: one by which each kind is offered, and those by which observers are told.

Modules: ``potluck.hookspecs``.
"""

from __future__ import annotations

import inspect
from dataclasses import FrozenInstanceError, fields
from typing import Any, get_args

import pluggy
import pytest

from potluck import hookspecs
from potluck.contracts import KINDS, Config, Offer, Splitter
from potluck.hookspecs import OFFERS, ModelCall, StageEvent, hookimpl

OBSERVED = {
    "potluck_stage_started": ["event"],
    "potluck_stage_progressed": ["event"],
    "potluck_stage_finished": ["event"],
    "potluck_stage_failed": ["event", "error"],
    "potluck_model_called": ["call"],
    "potluck_output_begins": [],
}


@pytest.fixture
def manager() -> pluggy.PluginManager:
    found = pluggy.PluginManager("potluck")
    found.add_hookspecs(OFFERS)
    found.add_hookspecs(hookspecs)
    return found


def test_each_kind_is_offered_by_a_hook_of_its_name_that_says_what_it_returns() -> None:
    hooks = {name: hook for name, hook in vars(OFFERS).items() if name.startswith("potluck_")}

    assert set(hooks) == {f"potluck_{kind}" for kind in KINDS}
    for kind in KINDS.values():
        offered, nothing = get_args(inspect.get_annotations(hooks[kind.hook])["return"])
        assert (get_args(offered), nothing) == ((kind.contract,), type(None))
    assert hooks["potluck_embedder"].__doc__ == "Offer an embedder. Called once, when a recipe names it."
    assert hooks["potluck_embedder"].__qualname__ == "potluck_embedder"
    assert hooks["potluck_chat"].__doc__ == "Offer a chat model. Called once, when a recipe names it."


def test_the_first_offer_counts_and_nobody_has_to_make_one(manager: pluggy.PluginManager) -> None:
    class Module:
        @staticmethod
        @hookimpl
        def potluck_splitter() -> Offer[Any]:
            return Offer("切", Config, Splitter)  # type: ignore[type-abstract]

    assert manager.hook.potluck_splitter() is None
    manager.register(Module)
    assert manager.hook.potluck_splitter().summary == "切"
    manager.check_pending()


def test_an_observer_may_have_any_of_the_hooks_with_what_it_needs_of_their_arguments(
    manager: pluggy.PluginManager,
) -> None:
    told: list[object] = []

    class Watcher:
        @hookimpl
        def potluck_stage_failed(self, error: BaseException) -> None:
            told.append(error)

    manager.register(Watcher())
    error = ValueError("壞了")
    manager.hook.potluck_stage_failed(event=StageEvent("embed"), error=error)
    manager.hook.potluck_stage_started(event=StageEvent("embed"))

    assert told == [error]
    found = {
        name: list(inspect.signature(hook).parameters)
        for name, hook in vars(hookspecs).items()
        if name.startswith("potluck_") and callable(hook)
    }
    assert found == OBSERVED


def test_a_hook_that_does_not_exist_is_noticed(manager: pluggy.PluginManager) -> None:
    class Misspelt:
        @hookimpl
        def potluck_stage_startet(self, event: StageEvent) -> None: ...

    manager.register(Misspelt())

    with pytest.raises(pluggy.PluginValidationError, match="potluck_stage_startet"):
        manager.check_pending()


def test_what_observers_are_told_cannot_be_changed_and_knows_nothing_until_it_is_said() -> None:
    event = StageEvent("切")

    assert (event.total, event.done, event.id, event.parent, event.measures) == (None, 0, 0, 0, {})
    assert (event.reused, event.resumed, event.saved, event.seconds_left) == (0, 0, None, None)
    assert event.measures is not StageEvent("b").measures
    with pytest.raises(FrozenInstanceError):
        event.done = 1  # type: ignore[misc]
    call = ModelCall("chat", "甲", "模型", 0.0, 1.5)
    assert (call.texts, call.input_tokens, call.output_tokens, call.error) == (1, None, None, "")
    assert [one.name for one in fields(ModelCall)][:5] == ["operation", "component", "model", "started", "seconds"]
