"""The hooks a plugin may implement. Together with ``potluck.contracts`` this is all that an author needs.

A package names its module in the entry-point group of the kind; the entry point's name is what a recipe writes::

    [project.entry-points."potluck.stores"]
    exact = "potluck_plugins.stores.exact"

The module holds a hook implementation::

    import potluck

    @potluck.hookimpl
    def potluck_store() -> potluck.Offer[ExactStore]:
        return potluck.Offer("keeps vectors in one file, compares them all", ExactConfig, ExactStore)

Nothing is imported until a recipe names the plugin, and then only the module: heavy libraries are imported in the
methods that need them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from potluck.contracts import ChatModel, Embedder, Loader, Offer, Splitter, Tuner, VectorStore

hookspec: pluggy.HookspecMarker = pluggy.HookspecMarker("potluck")
hookimpl: pluggy.HookimplMarker = pluggy.HookimplMarker("potluck")


@hookspec(firstresult=True)
def potluck_loader() -> Offer[Loader] | None:
    """Offer a loader. Called once, when a recipe names it or a file of its type is met."""


@hookspec(firstresult=True)
def potluck_splitter() -> Offer[Splitter] | None:
    """Offer a splitter. Called once, when a recipe names it."""


@hookspec(firstresult=True)
def potluck_embedder() -> Offer[Embedder] | None:
    """Offer an embedder. Called once, when a recipe names it."""


@hookspec(firstresult=True)
def potluck_store() -> Offer[VectorStore] | None:
    """Offer a vector store. Called once, when a recipe names it."""


@hookspec(firstresult=True)
def potluck_tuner() -> Offer[Tuner] | None:
    """Offer a tuner. Called once, when a recipe names it."""


@hookspec(firstresult=True)
def potluck_chat() -> Offer[ChatModel] | None:
    """Offer a chat model. Called once, when a recipe names it."""


@dataclass(frozen=True, slots=True)
class StageEvent:
    """Where a stage is: ``done`` of ``total`` units (None while the total is unknown), ``message`` for people."""

    stage: str
    unit: str = ""
    done: int = 0
    total: int | None = None
    message: str = ""


@hookspec
def potluck_stage_started(event: StageEvent) -> None:
    """Observe that a stage begins. Observers stand in the group ``potluck.observers`` and change nothing."""


@hookspec
def potluck_stage_progressed(event: StageEvent) -> None:
    """Observe that a stage got on; called often, so be quick."""


@hookspec
def potluck_stage_finished(event: StageEvent) -> None:
    """Observe that a stage is done."""


@hookspec
def potluck_stage_failed(event: StageEvent, error: BaseException) -> None:
    """Observe that a stage failed with ``error``, before the error goes on to the caller."""
