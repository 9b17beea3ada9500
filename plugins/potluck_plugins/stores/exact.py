"""The default store: vectors in plain files, and every one of them is compared with the question.

Nothing to install and nothing to tune; what it finds are the true nearest. Numpy (BSD-3-Clause) does the arithmetic. A
commit writes only what it adds; where it deletes or replaces vectors, the files that hold them
are written anew, so what was deleted is gone from the disk. 100,000 vectors of 384 dimensions are searched in some 15
milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import potluck
from potluck.contracts import Collection, Config, Context, Hits, Vectors
from potluck_plugins.stores._shared.committed import CommittedStore
from potluck_plugins.stores._shared.generations import Batch, Block, Generations
from potluck_plugins.stores._shared.pending import checked_query
from potluck_plugins.stores._shared.ranking import rank_candidates, slack

_FORM = "potluck exact 1"
_PIECES = 8
"""With more pieces than this the next commit makes one of them."""
_BLOCK = 4096


class ExactConfig(Config):
    """No settings."""


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """The vectors of one commit. No id is in two pieces."""

    batch: Batch
    ids: list[str]
    rows: Vectors


class ExactStore(CommittedStore):
    """Compares with every vector. What is added is seen after the commit."""

    def __init__(self, config: ExactConfig, context: Context) -> None:
        self._folder = context.folder
        self._pieces: list[_Piece] = []

    def open(self, collection: Collection) -> None:
        """Map what was committed last into memory."""
        self._begin(collection, Generations(self._folder / collection.name, _FORM, collection))
        self._pieces = self._read()

    def _reload(self) -> None:
        self._pieces = self._read()

    def _write_pending(self) -> None:
        """Write one new piece: what was added, and what remains of the pieces that lose a vector."""
        gone = self._pending.touched_ids
        kept = [piece for piece in self._pieces if gone.isdisjoint(piece.ids)]
        if len(kept) >= _PIECES:
            kept = []
        rest = [piece for piece in self._pieces if piece not in kept]
        new_ids, new_rows = self._pending.added_rows()
        ids = [given for piece in rest for given in piece.ids if given not in gone] + new_ids
        blocks = _blocks(rest, gone, new_rows)
        files: dict[str, Iterable[Block]] = {"vectors": blocks, "ids": ["\0".join(ids).encode()]}
        written = self._files.write([piece.batch for piece in kept], files if ids else {})
        self._pending.clear()
        self._pieces = kept + [self._piece(batch) for batch in written[len(kept) :]]

    def search(self, vector: Vectors, k: int) -> Hits:
        """Compare with all that is committed."""
        import numpy as np

        query = checked_query(vector, self._collection)
        k = min(k, self.count())
        if k <= 0:
            return Hits((), ())
        rough = np.concatenate([piece.rows @ query for piece in self._pieces])
        threshold = np.partition(rough, len(rough) - k)[len(rough) - k]
        chosen = np.flatnonzero(~(rough < threshold - slack(query)))
        ids: list[str] = []
        rows, start = [], 0
        for piece in self._pieces:
            here = chosen[(chosen >= start) & (chosen < start + len(piece.ids))] - start
            ids += [piece.ids[position] for position in here.tolist()]
            rows.append(piece.rows[here])
            start += len(piece.ids)
        return rank_candidates(ids, np.concatenate(rows), query, k)

    def ids(self) -> set[str]:
        """All committed ids."""
        return {given for piece in self._pieces for given in piece.ids}

    def count(self) -> int:
        """How many are committed."""
        return sum(len(piece.ids) for piece in self._pieces)

    def close(self) -> None:
        """Let go of the mapped files."""
        self._pieces = []

    def _read(self) -> list[_Piece]:
        try:
            return [self._piece(batch) for batch in self._files.read()]
        except (KeyError, ValueError):
            return []

    def _piece(self, batch: Batch) -> _Piece:
        import numpy as np

        ids = bytes(batch.content["ids"]).decode().split("\0")
        rows = np.frombuffer(batch.content["vectors"], "<f4").reshape(len(ids), self._collection.dimensions)
        return _Piece(batch, ids, rows)


def _blocks(pieces: Sequence[_Piece], gone: AbstractSet[str], new: Vectors) -> Iterator[memoryview]:
    """The rows that remain and the new ones, not all in memory at once."""
    for piece in pieces:
        stay = [position for position, given in enumerate(piece.ids) if given not in gone]
        for start in range(0, len(stay), _BLOCK):
            yield piece.rows[stay[start : start + _BLOCK]].astype("<f4", copy=False).data
    if len(new):
        yield new.astype("<f4", copy=False).data


@potluck.hookimpl
def potluck_store() -> potluck.Offer[ExactStore]:
    """The exact store."""
    return potluck.Offer("plain files, compares every vector: exact, nothing to install", ExactConfig, ExactStore)
