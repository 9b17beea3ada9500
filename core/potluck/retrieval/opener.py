"""Making a recipe's retriever, with those within it, over an open index; each with its own index up to date."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast

from potluck import plugins
from potluck.components.components import Components
from potluck.contracts import IndexedRetriever, Reranker, Retriever
from potluck.errors import ContractBroken
from potluck.observation.stage import stage
from potluck.plugin_faults import name_failures
from potluck.retrieval.checked import CheckedReranker, CheckedRetriever
from potluck.retrieval.maker import RetrievalMaker
from potluck.retrieval.open_index import LimitedCorpus, OpenIndex
from potluck.temporary import working_folder
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

        Without, one that is not that of the index is left as it is, and another one is filled in a temporary folder.
        """
        self.closing = ExitStack()
        self._components, self._workspace, self._index, self._observers = components, workspace, index, observers
        self.maker = RetrievalMaker(components)

    def retriever(self) -> CheckedRetriever:
        """The recipe's retriever, open."""
        return self._open(self._components.recipe.retriever_spec)

    def reranker(self) -> CheckedReranker | None:
        """The recipe's reranker, if it names one."""
        spec = self._components.recipe.reranker
        if spec is None:
            return None
        reranker = cast(Reranker, self.maker.make(spec, self._workspace.folder / spec.kind))
        self.closing.callback(reranker.close)
        return CheckedReranker(reranker, _label(spec), self.maker.fingerprint(spec, reranker), spec.plugin.label)

    def _open(self, spec: ComponentSpec) -> CheckedRetriever:
        within = tuple(self._open(one) for one in spec.inner)
        corpus = LimitedCorpus(self._index, plugins.retriever_offer(spec.plugin).needs, _label(spec))

        def open_in(folder: Path) -> Retriever:
            retriever = cast(Retriever, self.maker.make(spec, folder, within))
            with name_failures(spec.plugin.label):
                retriever.open(corpus)
            return retriever

        if plugins.retriever_offer(spec.plugin).is_indexed is False:
            retriever = open_in(self._workspace.folder / spec.kind)
        else:
            retriever = self._with_own_index(spec, within, open_in)
        self.closing.callback(retriever.close)
        return CheckedRetriever(retriever, corpus, _label(spec), spec.plugin.label)

    def _with_own_index(
        self, spec: ComponentSpec, within: tuple[Retriever, ...], open_in: Callable[[Path], Retriever]
    ) -> Retriever:
        """A retriever whose own index holds the passages of this state and no others."""
        folder = self._folder(spec, within)
        retriever = open_in(folder)
        if not isinstance(retriever, IndexedRetriever) or retriever.ids() == self._index.ids:
            return retriever
        retriever.close()
        if self._observers is None:
            folder = self.closing.enter_context(working_folder(self._workspace.folder, "retriever"))
            with _close_afterwards(open_in(folder)) as filled:
                self._fill(filled)
        else:
            with (
                self._workspace.write_lock(),
                stage(self._observers, "index", "passages", None, spec),
                _close_afterwards(open_in(folder)) as filled,
            ):
                self._fill(filled)
        return open_in(folder)

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
        probe = self.maker.make(spec, self._workspace.folder / spec.kind, tuple(within))
        try:
            name = self.maker.fingerprint(spec, probe)
        finally:
            probe.close()
        return self._workspace.retriever_folder(self._components.passages_id, name)


@contextmanager
def _close_afterwards(retriever: Retriever) -> Iterator[IndexedRetriever]:
    try:
        yield cast(IndexedRetriever, retriever)
    finally:
        retriever.close()


def _label(spec: ComponentSpec) -> str:
    return f"the {spec.kind} {spec.name!r}"
