"""The records of the Chroma store in a chromadb client, in the workspace and on a server alike."""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from potluck.contracts import Collection, Hits, Vectors
from potluck.errors import StorageFailed, StoreMismatch
from potluck_plugins.stores._shared.ranking import best_of

_HNSW = {"space": "ip", "ef_construction": 200, "ef_search": 200, "max_neighbors": 32}
"""The inner products of unit vectors are their cosines, and leave the vectors as they are."""
_HEADER = struct.Struct("<i4Q")
"""How hnswlib's header.bin begins: version, offset, room for elements, elements, bytes of an element."""


def chromadb_with(**settings: Any) -> tuple[Any, Any]:
    """The module, and settings of its clients: no telemetry, and nothing from a ``.env`` file."""
    os.environ["ANONYMIZED_TELEMETRY"] = "False"
    import chromadb
    from chromadb.config import Settings

    quiet = {"anonymized_telemetry": False, "chroma_otel_collection_endpoint": ""}
    return chromadb, Settings(_env_file=None, **quiet, **settings)


class Records:
    """One collection of a client; there may be none yet."""

    def __init__(self, client: Any, collection: Collection) -> None:
        self._client = client
        self._collection = collection
        self._found: Any = None

    def find(self) -> Any:
        """The collection, or None. Raises ``StoreMismatch`` for another fingerprint or other dimensions."""
        from chromadb.errors import NotFoundError

        if self._found is None:
            try:
                found = self._client.get_collection(self._collection.name, embedding_function=None)
            except NotFoundError:
                return None
            self._check(found.metadata or {})
            self._found = found
        return self._found

    def upsert(self, ids: Sequence[str], rows: Vectors) -> None:
        """Add or replace vectors; makes the collection if there is none."""
        found = self._found or self.find() or self._create()
        size = self._client.get_max_batch_size()
        for start in range(0, len(ids), size):
            found.upsert(ids=list(ids[start : start + size]), embeddings=rows[start : start + size])

    def delete(self, ids: Sequence[str]) -> None:
        """Remove vectors, those that are there."""
        if (found := self.find()) is None:
            return
        size = self._client.get_max_batch_size()
        for start in range(0, len(ids), size):
            found.delete(ids=list(ids[start : start + size]))

    def search(self, query: Vectors, k: int) -> Hits:
        """The at most ``k`` nearest that Chroma finds."""
        import numpy as np

        def candidates(wanted: int) -> tuple[list[str], Vectors]:
            result = self._found.query(query_embeddings=[query], n_results=wanted, include=["embeddings"])
            return result["ids"][0], np.asarray(result["embeddings"][0], np.float32)

        return best_of(candidates, query, k, self.count())

    def ids(self) -> set[str]:
        """All ids."""
        found = self.find()
        return set() if found is None else set(found.get(include=[])["ids"])

    def count(self) -> int:
        """How many vectors there are."""
        found = self.find()
        return 0 if found is None else int(found.count())

    def _create(self) -> Any:
        wanted = self._collection
        self._client.create_collection(
            wanted.name,
            embedding_function=None,
            metadata={"dimensions": wanted.dimensions, "fingerprint": wanted.fingerprint},
            configuration={"hnsw": _HNSW},
            get_or_create=True,
        )
        return self.find()

    def _check(self, metadata: dict[str, Any]) -> None:
        for key, wanted in (("dimensions", self._collection.dimensions), ("fingerprint", self._collection.fingerprint)):
            if metadata.get(key) != wanted:
                raise StoreMismatch(
                    f"Chroma's collection {self._collection.name} was made for the {key} {metadata.get(key)}, "
                    f"not {wanted}; delete that collection and index again"
                )


def check_written(folder: Path) -> None:
    """Raise ``StorageFailed`` if an index is shorter than its header says: Chroma does not notice a full disk there."""
    for path in folder.rglob("header.bin"):
        header, data = path.read_bytes(), path.with_name("data_level0.bin")
        if len(header) < _HEADER.size or data.stat().st_size < _record_size(header):
            raise StorageFailed(
                f"{data}: Chroma could not write all of it, the disk is full; what was committed before is kept: make "
                "room, and run the same command again"
            )


def _record_size(header: bytes) -> int:
    version, _, _, elements, size = _HEADER.unpack_from(header)
    return int(elements * size) if version == 1 else 0
