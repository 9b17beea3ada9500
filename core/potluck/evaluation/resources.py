"""The components that recipes answer with, and how the variants of a comparison share them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Protocol

from potluck.adapters.resolve import resolve_adapter
from potluck.components.components import Components
from potluck.contracts import ChatModel, ModelSources
from potluck.evaluation.search import open_searcher, update_indexes
from potluck.indexing.report import IndexReport
from potluck.recipe.model import RecipeModel
from potluck.stages.retrieve import Searcher
from potluck.workspace import Workspace

if TYPE_CHECKING:
    from potluck.observation.observers import Observers

_CHATS = 2
"""Chat models kept in memory at once: the search for causes alternates between two."""


class Resources(Protocol):
    """The components that recipes answer with. Their maker decides which ones recipes share, and closes them."""

    @property
    def workspace(self) -> Workspace:
        """Where results are kept."""

    @property
    def observers(self) -> Observers:
        """The observers of the stages."""

    def borrow(self, recipe: RecipeModel) -> AbstractContextManager[Components]:
        """The recipe's components for a while: one embedder is in memory at a time."""

    def own(self, recipe: RecipeModel) -> Components:
        """The recipe's components to the end."""

    def with_chat(self, recipe: RecipeModel) -> Components:
        """Components that hold the recipe's chat model, with its adapter resolved."""

    def index(self, components: Components) -> IndexReport:
        """Bring the index of a recipe up to date."""

    def retriever(self, components: Components) -> Searcher:
        """The retriever over the index of a recipe, which was brought up to date."""


class OpenResources:
    """The components of one open recipe: nothing is made twice, and whoever opened the recipe closes them."""

    def __init__(
        self,
        components: Components,
        workspace: Workspace,
        observers: Observers,
        update: Callable[[], IndexReport],
        search: Callable[[], Searcher],
        load_chat: Callable[[], ChatModel],
    ) -> None:
        """``update`` brings the index up to date, ``search`` opens it, ``load_chat`` makes the chat model."""
        self.workspace, self.observers = workspace, observers
        self._components, self._update, self._search, self._load_chat = components, update, search, load_chat

    @contextmanager
    def borrow(self, recipe: RecipeModel) -> Iterator[Components]:
        """The recipe's components, which stay open."""
        yield self._components

    def own(self, recipe: RecipeModel) -> Components:
        """The recipe's components."""
        return self._components

    def with_chat(self, recipe: RecipeModel) -> Components:
        """The recipe's components, with the chat model's adapter resolved."""
        self._load_chat()
        return self._components

    def index(self, components: Components) -> IndexReport:
        """Bring the recipe's index up to date."""
        return self._update()

    def retriever(self, components: Components) -> Searcher:
        """The searcher over the newest state of the index."""
        return self._search()


class SharedResources:
    """Components for several recipes in one workspace. Close it in the end."""

    def __init__(self, workspace: Workspace, models: ModelSources, observers: Observers) -> None:
        """Nothing is loaded yet."""
        # Models of two libraries in one process: threads that wait by spinning take the processor from the others.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        self.workspace, self.models, self.observers = workspace, models, observers
        self._chats: dict[str, Components] = {}
        self._owned: list[Components] = []

    @contextmanager
    def borrow(self, recipe: RecipeModel) -> Iterator[Components]:
        """Components that are closed afterwards."""
        components = self._make(recipe)
        try:
            yield components
        finally:
            components.close()

    def own(self, recipe: RecipeModel) -> Components:
        """Components that are closed in the end."""
        components = self._make(recipe)
        self._owned.append(components)
        return components

    def with_chat(self, recipe: RecipeModel) -> Components:
        """Components that hold the recipe's chat model; those used last are closed when there are too many."""
        components = self._make(recipe)
        resolve_adapter(components)
        key = components.chat_fingerprint
        kept = self._chats.pop(key, None)
        if kept is not None:
            components.close()
        self._chats[key] = kept or components
        while len(self._chats) > _CHATS:
            self._chats.pop(next(iter(self._chats))).close()
        return self._chats[key]

    def index(self, components: Components) -> IndexReport:
        """Bring the index of a recipe up to date."""
        return update_indexes(components, self.workspace, self.observers)

    def retriever(self, components: Components) -> Searcher:
        """The retriever over the index of a recipe as it is now."""
        return open_searcher(components, self.workspace)

    def close(self) -> None:
        """Close every model that is still open."""
        while self._owned:
            self._owned.pop().close()
        while self._chats:
            self._chats.popitem()[1].close()

    def _make(self, recipe: RecipeModel) -> Components:
        return Components(recipe, self.workspace, self.models)
