"""Opening a recipe's index for questions, and bringing it up to date with its retriever's own index."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from potluck import plugins
from potluck.adapters.resolve import resolve_adapter
from potluck.components.components import Components
from potluck.indexing.report import IndexReport
from potluck.indexing.update import update_index
from potluck.recipe.effects import retrieval_needs
from potluck.retrieval.open_index import OpenIndex
from potluck.retrieval.opener import RetrieverOpener
from potluck.stages.index import collection_of
from potluck.stages.retrieve import Searcher
from potluck.workspace import Workspace

if TYPE_CHECKING:
    from potluck.observation.observers import Observers

_OPENINGS = 5


def update_indexes(
    components: Components,
    workspace: Workspace,
    observers: Observers,
    check_service: bool = False,
    before_work: Callable[[], None] | None = None,
) -> IndexReport:
    """Bring the recipe's index up to date, and its retriever's own index if it has one.

    Takes the writer's lock only if there is something to do. The last two as for ``update_index``.
    """
    report = update_index(components, workspace, observers, check_service, before_work)
    specs = components.recipe.retriever_spec.walk()
    if any(plugins.retriever_offer(spec.plugin).is_indexed is not False for spec in specs):
        _resolve_chat(components)
        opened = open_index(components, workspace)
        opener = RetrieverOpener(components, workspace, opened, observers)
        try:
            opener.retriever()
        finally:
            opener.closing.close()
            opened.close()
    return report


def open_searcher(components: Components, workspace: Workspace) -> Searcher:
    """The searcher of the recipe's index as it is now; the index must have been finished before."""
    _resolve_chat(components)
    opened = open_index(components, workspace)
    opener = RetrieverOpener(components, workspace, opened)
    opener.closing.callback(opened.close)
    try:
        return Searcher(
            opened,
            opener.retriever(),
            opener.reranker(),
            opener.maker.embedder,
            opener.maker.chat,
            lambda: workspace.answer_cache,
            opener.closing,
            components.recipe,
        )
    except BaseException:
        opener.closing.close()
        raise


def lend_models(searcher: Searcher, components: Components) -> None:
    """From now on the searcher asks the models of these components, which are of the same recipe or one like it."""
    _resolve_chat(components)
    searcher.lend(components)


def open_index(components: Components, workspace: Workspace) -> OpenIndex:
    """The newest state of the recipe's index, which has been finished before."""
    newest = partial(workspace.catalogue.generation, components.index_id)
    for _ in range(_OPENINGS):
        found = _open(components, workspace, newest)
        if found.whole or newest() == found.state.generation:
            return found
        # A process that indexes has changed the store since the snapshot was taken.
        found.close()
    return _open(components, workspace, newest)


def _open(components: Components, workspace: Workspace, newest: Callable[[], str | None]) -> OpenIndex:
    snapshot, store = workspace.catalogue.snapshot(), None
    try:
        state = snapshot.index(components.index_id)
        assert state is not None, "indexing has finished"
        if state.has_vectors:
            store = components.index_store()
            store.open(collection_of(state))
        return OpenIndex(snapshot, state, store, newest)
    except BaseException:
        snapshot.close()
        if store is not None:
            store.close()
        raise


def _resolve_chat(components: Components) -> None:
    if "chat" in retrieval_needs(components.recipe):
        resolve_adapter(components)
