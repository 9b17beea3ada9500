"""A store that changes in place, as one on a server does: whoever has it open sees every deletion at once."""

from __future__ import annotations

from pathlib import Path

from support.fake_plugins import install

STORE = '''
"""A store for tests: a database that is changed at once, with nothing left of what was deleted."""

import sqlite3

import numpy as np

import potluck
from potluck.contracts import Config, Hits, VectorStore


class InPlace(VectorStore):
    def __init__(self, config, context):
        self.path = context.folder / "vectors.sqlite"

    def open(self, collection):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.db = sqlite3.connect(self.path, timeout=60, isolation_level=None, check_same_thread=False)
        self.db.execute("CREATE TABLE IF NOT EXISTS vectors (id TEXT PRIMARY KEY, vector BLOB)")

    def add(self, ids, vectors):
        rows = [(one, vector.tobytes()) for one, vector in zip(ids, vectors, strict=True)]
        self.db.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)

    def delete(self, ids):
        self.db.executemany("DELETE FROM vectors WHERE id = ?", [(one,) for one in ids])

    def commit(self):
        pass

    def search(self, vector, k):
        found = [
            (-float(np.frombuffer(row, np.float32).astype(np.float64) @ vector.astype(np.float64)), one)
            for one, row in self.db.execute("SELECT id, vector FROM vectors")
        ]
        best = sorted(found)[:k]
        return Hits(tuple(one for _, one in best), tuple(-score for score, _ in best))

    def ids(self):
        return {one for (one,) in self.db.execute("SELECT id FROM vectors")}

    def count(self):
        return len(self.ids())

    def close(self):
        if hasattr(self, "db"):
            self.db.close()


@potluck.hookimpl
def potluck_store():
    return potluck.Offer("changes in place", Config, InPlace)
'''


def install_in_place(site: Path) -> Path:
    """Install the store ``in-place``."""
    groups = {"potluck.stores": {"in-place": "store_in_place"}}
    return install(site, "potluck-in-place", groups, {"store_in_place": STORE})
