"""The common part of stores that keep changes in memory until the commit: none of their files is ever half written."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from potluck.contracts import Collection, Vectors, VectorStore
from potluck_plugins.stores._shared.generations import Generations
from potluck_plugins.stores._shared.pending import Pending


class CommittedStore(VectorStore):
    """A store whose additions and deletions are seen after the commit. ``open`` has to call ``_begin``."""

    _collection: Collection
    _files: Generations
    _pending: Pending

    def add(self, ids: Sequence[str], vectors: Vectors) -> None:
        """Keep vectors in memory until the commit."""
        self._pending.add(ids, vectors)

    def delete(self, ids: Sequence[str]) -> None:
        """Remember until the commit."""
        self._pending.delete(ids)

    def commit(self) -> None:
        """Write what was added and deleted, over what other processes have committed meanwhile."""
        if not self._pending:
            self._files.sweep()
            return
        if self._files.has_changed():
            self._reload()
        self._write_pending()

    def _begin(self, collection: Collection, files: Generations) -> None:
        """Take the collection and its files, with nothing pending."""
        self._collection, self._files, self._pending = collection, files, Pending(collection)

    @abstractmethod
    def _reload(self) -> None:
        """Read what was committed last."""

    @abstractmethod
    def _write_pending(self) -> None:
        """Write what is pending, and clear it once it is on the disk."""
