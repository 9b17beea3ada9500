"""Stores to test: each kind as a recipe would make it, and vectors whose right order is known."""

from __future__ import annotations

import resource
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from potluck import plugins
from potluck.contracts import Collection, Context, Hits, Vectors, VectorStore
from potluck.model_sources.model_store import ModelStore

DIMENSIONS = 16
NAME = "0123456789abcdef" * 4
COLLECTION = Collection(NAME, DIMENSIONS, "f" * 64)


@dataclass(frozen=True)
class Kind:
    """A store with some settings, and what is known about it."""

    plugin: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_server(self) -> bool:
        """Whether the vectors are elsewhere."""
        return "host" in self.settings

    def make(self, folder: Path, *, network: bool = False, seed: int = 0) -> VectorStore:
        """The store, not opened."""
        offer = plugins.offer(plugins.find("store", self.plugin))
        context = Context(folder, folder, ModelStore(folder), seed=seed, network=network)
        store = offer.make(offer.config(**self.settings), context)
        assert isinstance(store, VectorStore)
        return store

    @contextmanager
    def opened(self, folder: Path, collection: Collection = COLLECTION) -> Iterator[VectorStore]:
        """The store, open, and closed in the end."""
        store = self.make(folder)
        try:
            store.open(collection)
            yield store
        finally:
            store.close()


LOCAL = {
    "exact": Kind("exact"),
    "faiss-flat": Kind("faiss"),
    "faiss-hnsw": Kind("faiss", {"index": "hnsw", "m": 8, "ef_construction": 40, "ef_search": 64}),
    "faiss-ivf": Kind("faiss", {"index": "ivf", "nlist": 2, "nprobe": 2}),
    "chroma": Kind("chroma"),
}
"""Every store that keeps its files in the workspace."""


def unit(seed: object, dimensions: int = DIMENSIONS) -> Vectors:
    """A vector of unit length that is always the same for the same seed."""
    generator = np.random.default_rng(list(repr(seed).encode()))
    vector = generator.standard_normal(dimensions)
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def units(seeds: Sequence[object], dimensions: int = DIMENSIONS) -> Vectors:
    """One row for each seed."""
    rows = np.empty((len(seeds), dimensions), np.float32)
    for position, seed in enumerate(seeds):
        rows[position] = unit(seed, dimensions)
    return rows


def fill(store: VectorStore, ids: Sequence[str]) -> None:
    """Add ids, each with the vector that has it as seed, and commit."""
    store.add(ids, units(ids))
    store.commit()


def nearest(held: Mapping[str, Vectors], query: Vectors, k: int) -> Hits:
    """What an exact search has to find, worked out without any of the stores' code."""
    scores = {given: sum(float(a) * float(b) for a, b in zip(row, query, strict=True)) for given, row in held.items()}
    best = sorted(scores, key=lambda given: (-round(scores[given], 12), given))[:k]
    return Hits(tuple(best), tuple(scores[given] for given in best))


def assert_right(hits: Hits, held: Mapping[str, Vectors], query: Vectors) -> None:
    """Each hit has the score of its own vector, and they stand in order."""
    for given, score in zip(hits.ids, hits.scores, strict=True):
        assert abs(score - nearest({given: held[given]}, query, 1).scores[0]) < 1e-6, given
    pairs = [(-score, given) for given, score in zip(hits.ids, hits.scores, strict=True)]
    assert pairs == sorted(pairs)
    assert len(set(hits.ids)) == len(hits.ids)


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """No file of this process may grow beyond a size, as if the disk were full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def chroma_server(folder: Path) -> Iterator[int]:
    """A real ``chroma run``; yields its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [str(Path(sys.executable).parent / "chroma"), "run", "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--path", str(folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder
    )
    try:
        _wait(process, f"http://127.0.0.1:{port}/api/v2/heartbeat")
        yield port
    finally:
        process.kill()
        process.wait()


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    """Wait until the server answers; it gives no other sign that it is ready."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended"
        try:
            urllib.request.urlopen(url, timeout=1).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"no answer from {url}")
