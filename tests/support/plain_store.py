"""A vector store that keeps every rule of its kit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from potluck.contracts.store import Collection, Hits, VectorStore
from potluck.errors import StoreMismatch


class Plain(VectorStore):
    """One file, written whole: a store that keeps every rule."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def path(self) -> Path:
        return self.folder / f"{self.collection.name}.json"

    def open(self, collection: Collection) -> None:
        self.collection, self.rows = collection, dict[str, Any]()
        if not self.path.is_file():
            return
        try:
            said = json.loads(self.path.read_text(encoding="utf-8"))
        except ValueError:
            return
        if [said["dimensions"], said["fingerprint"]] != [collection.dimensions, collection.fingerprint]:
            raise StoreMismatch("another model")
        self.rows = {name: np.array(row, dtype=np.float32) for name, row in said["rows"].items()}

    def add(self, ids: Sequence[str], vectors: Any) -> None:
        if vectors.shape[1] != self.collection.dimensions:
            raise StoreMismatch("other dimensions")
        self.rows.update(zip(ids, vectors, strict=True))

    def delete(self, ids: Sequence[str]) -> None:
        for name in ids:
            self.rows.pop(name, None)

    def commit(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        said = {
            "dimensions": self.collection.dimensions, "fingerprint": self.collection.fingerprint,
            "rows": {name: row.tolist() for name, row in self.rows.items()},
        }  # fmt: skip
        new = self.path.with_suffix(".new")
        new.write_text(json.dumps(said), encoding="utf-8")
        new.replace(self.path)

    def search(self, vector: Any, k: int) -> Hits:
        found = sorted((-round(float(row @ vector), 6), name) for name, row in self.rows.items())[:k]
        return Hits(tuple(name for _, name in found), tuple(-score for score, _ in found))

    def ids(self) -> set[str]:
        return set(self.rows)

    def count(self) -> int:
        return len(self.rows)
