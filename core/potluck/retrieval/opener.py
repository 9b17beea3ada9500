"""Making a recipe's retriever, with those within it, over an open index; each with its own index up to date."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

from potluck import plugins
from potluck.components.components import Components, identity
from potluck.contracts import Component, IndexedRetriever, Reranker, RetrievalNeed, Retriever
from potluck.documents import Json
from potluck.errors import ContractBroken
from potluck.fingerprints import fingerprint
from potluck.observation.stage import stage
from potluck.recipe.effects import retrieval_needs
from potluck.retrieval.checked import CheckedReranker, CheckedRetriever
from potluck.retrieval.open_index import LimitedCorpus, OpenIndex
from potluck.retrieval.shared_models import SharedChat, SharedEmbedder
from potluck.workspace import Workspace

if TYPE_CHECKING:
    from potluck.observation.observers import Observers
    from potluck.recipe.model import ComponentSpec

_PASSAGES = 1024
"""Passages that a retriever's own index is told of at once."""


class RetrieverOpener:
    """Opens the retriever and the reranker of a recipe over one state of its index. ``closing`` closes them."""

    def __init__(
        self,
        components: Components,
        workspace: Workspace,
        index: OpenIndex,
        observers: Observers | None = None,
    ) -> None:
        """With ``observers``, a retriever's own index is brought up to date where it stands, which they are told.

        Without, nothing of the workspace is changed: one that is not that of the index is filled somewhere else.
        """
        self.closing = ExitStack()
        self._components, self._workspace, self._index, self._observers = components, workspace, index, observers
        recipe = components.recipe
        needs = retrieval_needs(recipe)
        self.embedder: SharedEmbedder | None = None
        if "embedder" in needs:
            self.embedder = SharedEmbedder(components.embedder, index.state.embedder)
        self.chat = SharedChat(components, lambda: workspace.answer_cache) if "chat" in needs else None

    def retriever(self) -> CheckedRetriever:
        """The recipe's retriever, open."""
        return self._open(self._components.recipe.retriever_spec)

    def reranker(self) -> CheckedReranker | None:
        """The recipe's reranker, where it names one."""
        spec = self._components.recipe.reranker
        if spec is None:
            return None
        reranker = cast(Reranker, self._make(spec, self._workspace.folder / "reranker", ()))
        self.closing.callback(reranker.close)
        return CheckedReranker(reranker, _label(spec), self._fingerprint(spec, identity(spec, reranker)))

    def _open(self, spec: ComponentSpec) -> CheckedRetriever:
        within = tuple(self._open(one) for one in spec.inner)
        corpus = LimitedCorpus(self._index, plugins.retriever_offer(spec.plugin).needs, _label(spec))

        def opened(folder: Path) -> Retriever:
            retriever = cast(Retriever, self._make(spec, folder, within))
            retriever.open(corpus)
            return retriever

        if plugins.retriever_offer(spec.plugin).is_indexed is False:
            retriever = opened(self._workspace.folder / spec.kind)
        else:
            retriever = self._with_own_index(spec, within, opened)
        self.closing.callback(retriever.close)
        return CheckedRetriever(retriever, corpus, _label(spec))

    def _with_own_index(
        self, spec: ComponentSpec, within: tuple[Retriever, ...], opened: Callable[[Path], Retriever]
    ) -> Retriever:
        """A retriever whose own index holds the passages of this state and no others."""
        folder = self._folder(spec, within)
        retriever = opened(folder)
        if not isinstance(retriever, IndexedRetriever) or retriever.ids() == self._index.ids:
            return retriever
        retriever.close()
        if self._observers is None:
            folder = Path(self.closing.enter_context(tempfile.TemporaryDirectory(prefix="potluck-")))
            with _closed_after(opened(folder)) as filled:
                self._fill(filled)
        else:
            with (
                self._workspace.write_lock(),
                stage(self._observers, "index", "passages", None, spec),
                _closed_after(opened(folder)) as filled,
            ):
                self._fill(filled)
        return opened(folder)

    def _fill(self, retriever: IndexedRetriever) -> None:
        held, wanted = retriever.ids(), self._index.ids
        retriever.delete(sorted(held - wanted))
        new = sorted(wanted - held)
        for i in range(0, len(new), _PASSAGES):
            retriever.add([self._index.passage(one) for one in new[i : i + _PASSAGES]])
        retriever.commit()
        if retriever.ids() != wanted:
            what = f"{len(wanted - retriever.ids())} of {len(wanted)} passages are not in the index"
            raise ContractBroken(f"{type(retriever).__name__} lost what it was given: {what} that it keeps")

    def _folder(self, spec: ComponentSpec, within: Sequence[Retriever]) -> Path:
        probe = self._make(spec, self._workspace.folder / spec.kind, tuple(within))
        try:
            name = self._fingerprint(spec, identity(spec, probe))
        finally:
            probe.close()
        return self._workspace.retriever_folder(self._index.state.id, name)

    def _fingerprint(self, spec: ComponentSpec, own: dict[str, Json]) -> str:
        """Of all that decides what a retriever or reranker makes of the same passages."""
        needs = self._needs(spec)
        embedder = self._components.embedder_fingerprint if "embedder" in needs else None
        chat = self._components.chat_fingerprint if "chat" in needs else None
        return fingerprint(spec.kind, own, embedder, chat, self._components.recipe.seed)

    def _make(self, spec: ComponentSpec, folder: Path, within: tuple[Retriever, ...]) -> Component:
        needs = self._needs(spec)
        return self._components.make_for_retrieval(
            spec,
            folder,
            self.embedder if "embedder" in needs else None,
            self.chat if "chat" in needs else None,
            within,
        )

    def _needs(self, spec: ComponentSpec) -> frozenset[RetrievalNeed]:
        offer = plugins.reranker_offer if spec.kind == "reranker" else plugins.retriever_offer
        return offer(spec.plugin).needs


@contextmanager
def _closed_after(retriever: Retriever) -> Iterator[IndexedRetriever]:
    try:
        yield cast(IndexedRetriever, retriever)
    finally:
        retriever.close()


def _label(spec: ComponentSpec) -> str:
    return f"the {spec.kind} {spec.name!r}"
