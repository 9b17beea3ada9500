"""The hooks a plugin may implement. Together with ``potluck.contracts`` this is all that an author needs.

A package names its module in the entry-point group of the kind; the entry point's name is what a recipe writes::

    [project.entry-points."potluck.stores"]
    shelf = "my_package.shelf"

The module holds a hook implementation::

    import potluck

    @potluck.hookimpl
    def potluck_store() -> potluck.Offer[Shelf]:
        return potluck.Offer("keeps vectors in one file, compares them all", ShelfConfig, Shelf)

Nothing is imported until a recipe names the plugin, and then only the module: heavy libraries are imported in the
methods that need them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import pluggy

from potluck.contracts.component import Component
from potluck.contracts.kinds import KINDS, PluginKind
from potluck.contracts.offer import Offer

hookspec: pluggy.HookspecMarker = pluggy.HookspecMarker("potluck")
hookimpl: pluggy.HookimplMarker = pluggy.HookimplMarker("potluck")


def _offer_hook(kind: PluginKind) -> Callable[[], Offer[Component] | None]:
    """The hook by which a module offers a plugin of a kind."""

    def offer() -> Offer[Component] | None:
        return None

    offer.__name__ = offer.__qualname__ = kind.hook
    offer.__doc__ = f"Offer {kind.article}. Called once, {kind.called}."
    offer.__annotations__ = {"return": Offer[kind.contract] | None}  # type: ignore[name-defined]
    return hookspec(firstresult=True)(offer)


OFFERS = type("Offers", (), {kind.hook: _offer_hook(kind) for kind in KINDS.values()})
"""The hooks by which plugins are offered, one for each kind: ``potluck_loader() -> Offer[Loader] | None``.

A module that implements the hooks of observers itself needs no offer: it is the observer, without settings.
"""


@dataclass(frozen=True, slots=True)
class StageEvent:
    """Where a stage is: ``done`` of ``total`` units (None while the total is unknown), ``message`` for people."""

    stage: str
    unit: str = ""
    done: int = 0
    total: int | None = None
    message: str = ""
    run: str = ""
    """The same for everything that happens while one recipe is open; new each time it is opened."""
    recipe: str = ""
    """The recipe's name."""
    id: int = 0
    """Counts the stages of a run from 1; the same in all events of a stage."""
    parent: int = 0
    """The stage within which this one runs; 0 for none."""
    component: str = ""
    """The name of the plugin that does the work, if it is one."""
    model: str = ""
    """The model that works or is tuned, as the recipe names it."""
    started: float = 0.0
    """When the stage began, in seconds since 1970."""
    seconds: float = 0.0
    """For how long it has been running."""
    measures: Mapping[str, float] = field(default_factory=dict)
    """What is measured on the way: ``loss`` (nats per token), ``learning_rate``, ``tokens_per_second``."""
    notice: str = ""
    """A sentence that people should read while the stage runs: what takes long, and which setting helps."""
    reused: int = 0
    """How many of the units done needed no work now, because they were done before."""
    resumed: int = 0
    """How many units an interrupted run had done, from which this one continues."""
    saved: int | None = None
    """How many of the units done are kept if this run is interrupted now; None if that is not known, which mostly
    means all of them."""
    seconds_left: float | None = None
    """About how long it will still run, estimated from the speed so far; None while that is unknown."""


@dataclass(frozen=True, slots=True)
class ModelCall:
    """One call of a chat model or an embedder, after it. Tokens are None if the model does not say."""

    operation: Literal["chat", "embeddings"]
    component: str
    model: str
    """As the recipe names it; the plugin's name if it names none."""
    started: float
    """When it began, in seconds since 1970."""
    seconds: float
    texts: int = 1
    """How many texts an embedder was given."""
    input_tokens: int | None = None
    output_tokens: int | None = None
    error: str = ""
    """The class of the error with which it failed."""
    run: str = ""
    recipe: str = ""
    stage: int = 0
    """The ``id`` of the stage that called."""


@hookspec
def potluck_stage_started(event: StageEvent) -> None:
    """Observe that a stage begins. Observers stand in the group ``potluck.observers`` and change nothing."""


@hookspec
def potluck_stage_progressed(event: StageEvent) -> None:
    """Observe that a stage made progress; called often, so be quick."""


@hookspec
def potluck_stage_finished(event: StageEvent) -> None:
    """Observe that a stage is done."""


@hookspec
def potluck_stage_failed(event: StageEvent, error: BaseException) -> None:
    """Observe that a stage failed with ``error``, before the error goes on to the caller."""


@hookspec
def potluck_output_begins() -> None:
    """Observe that the command is about to print on the terminal: clear whatever the observer has drawn there.

    It may draw again when the next stage starts.
    """


@hookspec
def potluck_model_called(call: ModelCall) -> None:
    """Observe a call of a model within a stage, when it has answered or failed. From any thread.

    Answers served from the cache are not reported.
    """
