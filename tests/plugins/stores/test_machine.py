"""Any sequence of additions, deletions, commits, openings and searches, against a dictionary.

Modules: ``potluck_plugins.stores._shared.pending``.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from potluck.contracts import Vectors, VectorStore
from support.stores import COLLECTION, Kind, assert_right, nearest, unit

IDS = st.lists(st.sampled_from([f"塊{number}" for number in range(40)]), max_size=25)
SEEDS = st.integers(0, 30)
"""Few, so that equal vectors are frequent."""


class StoreMachine(RuleBasedStateMachine):
    """A store and what it should hold: committed, and as it will be after the next commit."""

    kind: ClassVar[Kind]

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.committed: dict[str, Vectors] = {}
        self.coming: dict[str, Vectors] = {}
        self.store: VectorStore = self.kind.make(self.folder / "store")
        self.store.open(COLLECTION)
        self.store.delete(sorted(self.store.ids()))

    @rule(ids=IDS, seed=SEEDS)
    def add(self, ids: list[str], seed: int) -> None:
        rows = [unit((seed + position) % 31) for position in range(len(ids))]
        self.store.add(ids, np.array(rows, np.float32).reshape(len(ids), COLLECTION.dimensions))
        self.coming.update(zip(ids, rows, strict=True))

    @rule(ids=IDS)
    def delete(self, ids: list[str]) -> None:
        self.store.delete(ids)
        for given in ids:
            self.coming.pop(given, None)

    @rule()
    def commit(self) -> None:
        self.store.commit()
        self.committed = dict(self.coming)

    @rule()
    def open_anew(self) -> None:
        self.store.commit()
        self.committed = dict(self.coming)
        self.store.close()
        self.store = self.kind.make(self.folder / "store")
        self.store.open(COLLECTION)

    @precondition(lambda self: not self.kind.is_server)
    @rule()
    def forget(self) -> None:
        """What was not committed is gone with the process."""
        self.store.close()
        self.store = self.kind.make(self.folder / "store")
        self.store.open(COLLECTION)
        self.coming = dict(self.committed)

    @rule(seed=SEEDS, k=st.integers(0, 45))
    def search(self, seed: int, k: int) -> None:
        query = unit(seed)
        hits = self.store.search(query, k)
        assert len(hits.ids) <= k
        if self.coming.keys() == self.committed.keys() and all(
            np.array_equal(row, self.committed[given]) for given, row in self.coming.items()
        ):
            assert_right(hits, self.committed, query)
            if self.store.exact:
                assert hits.ids == nearest(self.committed, query, k).ids
        else:
            for given, score in zip(hits.ids, hits.scores, strict=True):
                rows = [held[given] for held in (self.committed, self.coming) if given in held]
                assert any(abs(float(row @ query) - score) < 1e-5 for row in rows)

    @invariant()
    def holds_what_it_should(self) -> None:
        if hasattr(self, "store") and self.coming.keys() == self.committed.keys():
            assert self.store.ids() == self.committed.keys()
            assert self.store.count() == len(self.committed)

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            shutil.rmtree(self.folder)


def run(kind: Kind, examples: int, steps: int = 25) -> None:
    machine = type("Machine", (StoreMachine,), {"kind": kind})
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large]
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=checks
        ),
    )


def examples(kind: Kind) -> int:
    return 3 if kind.plugin == "chroma" else 25


def test_any_sequence_of_calls(kind: Kind) -> None:
    run(kind, examples(kind))


@pytest.mark.slow
def test_any_of_many_more_sequences_of_calls(kind: Kind) -> None:
    run(kind, 40 * examples(kind), 50)


@pytest.mark.parametrize("index", ["flat", "hnsw", "ivf"])
def test_any_sequence_of_calls_on_the_smallest_faiss_index(index: str) -> None:
    """Two vectors for each list and each node: every threshold is crossed again and again."""
    run(Kind("faiss", {"index": index, "m": 2, "ef_construction": 4, "ef_search": 4, "nlist": 1, "nprobe": 1}), 15)
