"""Making a recipe's retrievers and reranker, with the models that they need."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, cast

from potluck import plugins
from potluck.components.components import Components, identity
from potluck.contracts import Component, RetrievalNeed, Retriever
from potluck.documents import Json
from potluck.fingerprints import fingerprint
from potluck.recipe.effects import retrieval_needs
from potluck.retrieval.shared_models import SharedChat, SharedEmbedder

if TYPE_CHECKING:
    from potluck.recipe.model import ComponentSpec


class RetrievalMaker:
    """Makes components of one recipe. All share the embedder and the chat model, where some need them."""

    def __init__(self, components: Components) -> None:
        """Nothing is loaded yet."""
        self._components = components
        needs, workspace = retrieval_needs(components.recipe), components.workspace
        self.embedder: SharedEmbedder | None = None
        if "embedder" in needs:
            self.embedder = SharedEmbedder(components.embedder, components.embedder_fingerprint)
        self.chat = SharedChat(components, lambda: workspace.answer_cache) if "chat" in needs else None

    def make(self, spec: ComponentSpec, folder: Path, within: tuple[Retriever, ...] = ()) -> Component:
        """A retriever, with those ``within`` it, or a reranker. The caller closes it."""
        needs = _needs(spec)
        return self._components.make_for_retrieval(
            spec,
            folder,
            self.embedder if "embedder" in needs else None,
            self.chat if "chat" in needs else None,
            within,
        )

    def fingerprint(self, spec: ComponentSpec, component: Component) -> str:
        """Of all that decides what a retriever or reranker makes of the same passages."""
        needs, components = _needs(spec), self._components
        embedder = components.embedder_fingerprint if "embedder" in needs else None
        chat = components.chat_fingerprint if "chat" in needs else None
        return fingerprint(spec.kind, identity(spec, component), embedder, chat, components.recipe.seed)

    def identities(self) -> dict[str, Mapping[str, Json]]:
        """By kind: the files and releases that retrievers and the reranker depend on, where there are any."""
        found: dict[str, dict[str, Json]] = {"retriever": {}, "reranker": {}}
        recipe = self._components.recipe
        with ExitStack() as closing:
            self._add_identities(recipe.retriever_spec, found["retriever"], closing)
            if recipe.reranker is not None:
                self._add_identities(recipe.reranker, found["reranker"], closing)
        return {kind: one for kind, one in found.items() if one}

    def _add_identities(self, spec: ComponentSpec, found: dict[str, Json], closing: ExitStack) -> Component:
        within = tuple(cast(Retriever, self._add_identities(one, found, closing)) for one in spec.inner)
        made = self.make(spec, self._components.workspace.folder / spec.kind, within)
        closing.callback(made.close)
        found |= {f"{spec.name} {name}": value for name, value in made.identity().items()}
        return made


def _needs(spec: ComponentSpec) -> frozenset[RetrievalNeed]:
    offer = plugins.reranker_offer if spec.kind == "reranker" else plugins.retriever_offer
    return offer(spec.plugin).needs
