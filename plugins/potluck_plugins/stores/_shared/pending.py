"""The changes since the last commit."""

from __future__ import annotations

from collections.abc import Sequence

from potluck.contracts import Collection, Vectors
from potluck.errors import StoreMismatch


class Pending:
    """The latest word on each id that was added or deleted. One that was deleted and then added stands in both."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._added: dict[str, Vectors] = {}
        self._deleted: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self._added or self._deleted)

    def add(self, ids: Sequence[str], vectors: Vectors) -> None:
        """Remember vectors, as copies. Raises ``StoreMismatch`` for other dimensions."""
        import numpy as np

        rows = np.array(checked_vectors(ids, vectors, self._collection))
        self._added.update(zip(ids, rows, strict=True))

    def delete(self, ids: Sequence[str]) -> None:
        """Remember that ids are to go."""
        for given in ids:
            self._added.pop(given, None)
        self._deleted.update(ids)

    def clear(self) -> None:
        """All has been committed."""
        self._added.clear()
        self._deleted.clear()

    @property
    def touched_ids(self) -> set[str]:
        """The ids whose old vectors no longer count: deleted or replaced."""
        return self._deleted.union(self._added)

    def added_rows(self) -> tuple[list[str], Vectors]:
        """The added vectors, in the order of ids: the same files whatever the order of the calls."""
        import numpy as np

        ids = sorted(self._added)
        rows = np.empty((len(ids), self._collection.dimensions), np.float32)
        for position, given in enumerate(ids):
            rows[position] = self._added[given]
        return ids, rows


def checked_vectors(ids: Sequence[str], vectors: Vectors, collection: Collection) -> Vectors:
    """The vectors as float32 of shape ``(len(ids), dimensions)``.

    Raises ``StoreMismatch`` for other dimensions, ``ValueError`` for what the contract does not allow as an id.
    """
    import numpy as np

    for given in ids:
        if not 1 <= len(given) <= 64 or "\0" in given:
            raise ValueError(f"an id is text of 1 to 64 characters without NUL, not {given!r}")
    rows = np.asarray(vectors, np.float32)
    if not ids and rows.size == 0:
        return rows.reshape(0, collection.dimensions)
    if rows.ndim != 2 or len(rows) != len(ids):
        raise ValueError(f"{len(ids)} ids came with vectors of shape {rows.shape}")
    _check_dimensions(rows.shape[1], collection)
    return rows


def checked_query(vector: Vectors, collection: Collection) -> Vectors:
    """The vector as float32 of shape ``(dimensions,)``. Raises ``StoreMismatch`` for any other shape."""
    import numpy as np

    query = np.ascontiguousarray(vector, np.float32)
    if query.ndim != 1:
        raise StoreMismatch(f"a search takes one vector of shape ({collection.dimensions},), not {query.shape}")
    _check_dimensions(len(query), collection)
    return query


def _check_dimensions(dimensions: int, collection: Collection) -> None:
    if dimensions != collection.dimensions:
        raise StoreMismatch(
            f"the collection {collection.name[:12]} holds vectors of {collection.dimensions} dimensions, and was given "
            f"some of {dimensions}: the embedder has changed, index again"
        )
