"""VectorStore: keeps vectors by id and finds the nearest."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from potluck.contracts.component import Component
from potluck.contracts.embedder import Vectors


@dataclass(frozen=True, slots=True)
class Collection:
    """What a store is opened for. ``name`` is 32 to 64 of ``[0-9a-f]``; ``fingerprint`` the embedder's."""

    name: str
    dimensions: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Hits:
    """What a search found, best first. ``scores`` are cosine similarities, higher is nearer."""

    ids: tuple[str, ...]
    scores: tuple[float, ...]


class VectorStore(Component):
    """Keeps unit vectors by id in the component's folder (or on a server).

    The store is derived: the workspace can fill it again from its catalogue at any time, and does so whenever the ids
    differ. Ids are text without NUL, at most 64 characters. An id that is added again replaces the vector. One process
    writes at a time; others may have the same collection open for reading, and see it as of their opening or later,
    never half of a commit. One object is used by one thread at a time, not always the one that opened it; another one
    may be open for the same collection in the same process. If a store lacks part of the index that it is asked about,
    that is noticed, and the question is answered from the catalogue.
    """

    exact: bool = True
    """Whether ``search`` compares with every vector. False for an approximate index."""

    uses_seed: ClassVar[bool] = False
    """Whether what is found depends on ``context.seed``: then another seed builds the collection anew."""

    @abstractmethod
    def open(self, collection: Collection) -> None:
        """Open the collection, or create it empty.

        Raises ``StoreMismatch`` when what is there has other dimensions or another fingerprint. Files that are
        missing, truncated or altered are treated as an empty collection, never as wrong vectors.
        """

    @abstractmethod
    def add(self, ids: Sequence[str], vectors: Vectors) -> None:
        """Add vectors, shape ``(len(ids), dimensions)``; raises ``StoreMismatch`` for other dimensions."""

    @abstractmethod
    def delete(self, ids: Sequence[str]) -> None:
        """Remove vectors. Unknown ids are ignored."""

    @abstractmethod
    def commit(self) -> None:
        """Make all that was added and deleted durable, at once.

        Also called if nothing was added or deleted: what a killed commit has left behind is then removed. Killed before
        it returns, the collection opens as it was or as it should become, or lacks some ids; it never holds an id with
        a wrong or torn vector.
        """

    @abstractmethod
    def search(self, vector: Vectors, k: int) -> Hits:
        """Return the at most ``k`` nearest of a vector of shape ``(dimensions,)``; equal scores in the order of ids.

        What was added or deleted and not yet committed may or may not be seen.
        """

    @abstractmethod
    def ids(self) -> set[str]:
        """All ids."""

    @abstractmethod
    def count(self) -> int:
        """How many vectors there are."""
