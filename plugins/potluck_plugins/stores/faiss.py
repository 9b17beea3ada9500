"""Faiss indexes: flat (exact), hnsw and ivf (approximate, and faster on large collections).

Wraps faiss-cpu (MIT, https://github.com/facebookresearch/faiss). The settings have faiss's own names and meanings.
Faiss's parser is given nothing but bytes whose checksum this store has verified, and nothing is ever unpickled. An hnsw
graph cannot lose a vector: deleted ones are left out of every answer, and once they are a tenth of all the graph is
built anew; the other indexes are built anew at once. What faiss finds is scored and ordered as the exact store does it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Literal

from pydantic import Field

import potluck
from potluck.contracts import Collection, Config, Context, Hits, Operational, Vectors
from potluck_plugins.stores._shared.committed import CommittedStore
from potluck_plugins.stores._shared.generations import Generations
from potluck_plugins.stores._shared.pending import checked_query
from potluck_plugins.stores._shared.ranking import best_of

_TRAINING = 39
"""Vectors for each list, from which on faiss considers k-means well trained."""
_DEAD = 0.1
"""The share of deleted vectors in an hnsw graph above which it is built anew."""


class FaissConfig(Config):
    """Which index, and its parameters; those of another index are ignored."""

    index: Literal["flat", "hnsw", "ivf"] = "flat"
    """flat compares with every vector, hnsw walks a graph of neighbours, ivf compares within the nearest lists."""

    m: Annotated[int, Field(ge=2, le=256)] = 32
    """hnsw: neighbours of a vector in the graph."""

    ef_construction: Annotated[int, Field(ge=1, le=10_000)] = 200
    """hnsw: candidates looked at when a vector is added."""

    ef_search: Annotated[int, Field(ge=1, le=100_000)] = 100
    """hnsw: candidates looked at in a search; more finds more of the true nearest, and takes longer."""

    nlist: Annotated[int, Field(ge=1, le=1_000_000)] = 100
    """ivf: lists. With fewer than 39 vectors for each they cannot be trained well, and the index is a flat one."""

    nprobe: Annotated[int, Field(ge=1, le=1_000_000)] = 10
    """ivf: lists that a search compares with."""

    threads: Annotated[int, Operational, Field(ge=1)] = 1
    """Processor cores. With more than one an hnsw graph is built faster, and never twice quite the same."""


class FaissStore(CommittedStore):
    """A faiss index in one file, beside it the ids by position. What is added is seen after the commit."""

    uses_seed = True

    def __init__(self, config: FaissConfig, context: Context) -> None:
        self._config = config
        self._context = context
        self.exact = config.index == "flat"
        self._clear()

    @property
    def trained(self) -> bool:
        """Whether an ivf index has its lists; until there are 39 vectors for each it is a flat index, and exact."""
        return hasattr(self._index, "nprobe")

    def open(self, collection: Collection) -> None:
        """Load what was committed last into memory."""
        self._begin(collection, Generations(self._context.folder / collection.name, _form(self._config), collection))
        self._reload()

    def _write_pending(self) -> None:
        """Change the index and write it whole."""
        try:
            with _threads(self._config.threads):
                self._change()
            self._write()
        except BaseException:
            self._reload()
            raise
        self._pending.clear()

    def search(self, vector: Vectors, k: int) -> Hits:
        """Search all that is committed."""
        query = checked_query(vector, self._collection)

        def candidates(wanted: int) -> tuple[list[str], Vectors]:
            found = self._index.search(query[None], wanted, params=self._parameters(wanted))[1][0]
            found = found[found >= 0]
            return [self._ids[position] for position in found.tolist()], self._index.reconstruct_batch(found)

        with _threads(self._config.threads):
            return best_of(candidates, query, k, self.count())

    def ids(self) -> set[str]:
        """All committed ids."""
        return {given for position, given in enumerate(self._ids) if position not in self._dead}

    def count(self) -> int:
        """How many are committed."""
        return len(self._ids) - len(self._dead)

    def close(self) -> None:
        """Let go of the index."""
        self._clear()

    def _clear(self) -> None:
        self._index: Any = None
        self._ids: list[str] = []
        self._dead: set[int] = set()

    def _reload(self) -> None:
        import numpy as np

        faiss = _faiss()
        self._clear()
        for batch in self._files.read():
            try:
                index = faiss.deserialize_index(np.frombuffer(batch.content["index"], np.uint8))
                ids = bytes(batch.content["ids"]).decode().split("\0")
                dead = np.frombuffer(batch.content["dead"], "<i8").tolist()
            except (KeyError, RuntimeError, ValueError):
                return
            if index.ntotal == len(ids) and index.d == self._collection.dimensions:
                self._index, self._ids, self._dead = index, ids, set(dead)

    def _write(self) -> None:
        import numpy as np

        faiss = _faiss()
        dead = np.array(sorted(self._dead), "<i8").tobytes()
        ids = "\0".join(self._ids).encode()
        if not self._ids:
            self._files.write([], {})
        else:
            index = faiss.serialize_index(self._index).data
            self._files.write([], {"index": [index], "ids": [ids], "dead": [dead]})

    def _change(self) -> None:
        gone = self._pending.touched_ids
        ids, rows = self._pending.added_rows()
        self._dead.update(position for position, given in enumerate(self._ids) if given in gone)
        total = len(self._ids) + len(ids)
        trainable = self._config.index == "ivf" and not self.trained and total >= _TRAINING * self._config.nlist
        tolerated = _DEAD * total if self._config.index == "hnsw" else 0
        if self._index is None or trainable or len(self._dead) > tolerated:
            self._rebuild(ids, rows)
        elif ids:
            self._index.add(rows)
            self._ids += ids

    def _rebuild(self, ids: list[str], rows: Vectors) -> None:
        """Make a new index of what is left and what is new, in the order of ids."""
        import numpy as np

        if self._index is not None:
            alive = np.array([p for p in range(len(self._ids)) if p not in self._dead], np.int64)
            ids = [self._ids[position] for position in alive.tolist()] + ids
            rows = np.concatenate([self._index.reconstruct_batch(alive), rows])
        order = sorted(range(len(ids)), key=ids.__getitem__)
        self._ids, self._dead = [ids[position] for position in order], set()
        self._index = self._build(rows[order])

    def _build(self, rows: Vectors) -> Any:
        faiss, config, dimensions = _faiss(), self._config, self._collection.dimensions
        if config.index == "hnsw":
            index = faiss.IndexHNSWFlat(dimensions, config.m, faiss.METRIC_INNER_PRODUCT)
            index.hnsw.efConstruction = config.ef_construction
        elif config.index == "ivf" and len(rows) >= _TRAINING * config.nlist:
            quantizer = faiss.IndexFlatIP(dimensions)
            index = faiss.IndexIVFFlat(quantizer, dimensions, config.nlist, faiss.METRIC_INNER_PRODUCT)
            index.cp.seed = self._context.seed % 2**31
            index.train(rows)
            index.make_direct_map()
        else:
            index = faiss.IndexFlatIP(dimensions)
        index.add(rows)
        return index

    def _parameters(self, wanted: int) -> Any:
        """The parameters of a search: how hard to look, and the deleted ids."""
        import numpy as np

        faiss = _faiss()
        if self._config.index == "hnsw":
            dead = faiss.IDSelectorBatch(np.array(sorted(self._dead), np.int64))
            alive = faiss.IDSelectorNot(dead) if self._dead else None
            return faiss.SearchParametersHNSW(efSearch=max(wanted, self._config.ef_search), sel=alive)
        return faiss.SearchParametersIVF(nprobe=self._config.nprobe) if self.trained else None


def _faiss() -> Any:
    import faiss

    return faiss


def _form(config: FaissConfig) -> str:
    """The parameters that a file must have been made with: an index with others is made anew."""
    parameters = {"flat": "", "hnsw": f" {config.m} {config.ef_construction}", "ivf": f" {config.nlist}"}
    return f"potluck faiss 1 {config.index}{parameters[config.index]}"


@contextmanager
def _threads(number: int) -> Iterator[None]:
    """Let faiss use a number of threads for a while: it knows one number for the whole process."""
    faiss = _faiss()
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(number)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


@potluck.hookimpl
def potluck_store() -> potluck.Offer[FaissStore]:
    """The faiss store."""
    return potluck.Offer(
        "faiss: flat (exact), hnsw or ivf index in memory", FaissConfig, FaissStore, requires=("faiss",), extra="faiss"
    )
