"""The kit of stores as a whole: mutants of a store that keeps every rule, each told by name, and the bundled ones.

Modules: ``potluck.testing.store``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from potluck.contracts.store import Collection, Hits
from potluck.errors import StoreMismatch
from potluck.testing import Check, checks, component, store, store_processes
from support.kits import breaks, broken, hold, rules_of
from support.plain_store import Plain
from support.stores import LOCAL


class NeverEmpty(Plain):
    def ids(self) -> set[str]:
        return {*super().ids(), "root"}


class LosesSome(Plain):
    def add(self, ids: Sequence[str], vectors: Any) -> None:
        super().add(ids[:100], vectors[:100])


class LooksAtHalf(Plain):
    def search(self, vector: Any, k: int) -> Hits:
        half = Plain(self.folder)
        half.rows = dict(list(self.rows.items())[::2])
        return half.search(vector, k)


class WorstFirst(Plain):
    def search(self, vector: Any, k: int) -> Hits:
        hits = super().search(vector, k)
        return Hits(hits.ids[::-1], hits.scores[::-1])


class Distances(Plain):
    def search(self, vector: Any, k: int) -> Hits:
        hits = super().search(vector, k)
        return Hits(hits.ids, tuple(score * 0.5 for score in hits.scores))


class OneMore(Plain):
    def search(self, vector: Any, k: int) -> Hits:
        return super().search(vector, k + 1)


class TiesAsAdded(Plain):
    def search(self, vector: Any, k: int) -> Hits:
        found = sorted(self.rows.items(), key=lambda pair: -round(float(pair[1] @ vector), 6))[:k]
        return Hits(tuple(name for name, _ in found), tuple(float(row @ vector) for _, row in found))


class KeepsTheFirst(Plain):
    def add(self, ids: Sequence[str], vectors: Any) -> None:
        super().add(ids, vectors) if not set(ids) <= set(self.rows) else None


class KeepsDeleted(Plain):
    def delete(self, ids: Sequence[str]) -> None:
        """Nothing."""


class FailsOnUnknown(Plain):
    def delete(self, ids: Sequence[str]) -> None:
        for name in ids:
            del self.rows[name]


class Forgets(Plain):
    def commit(self) -> None:
        """In memory alone."""


class TakesAnyShape(Plain):
    def add(self, ids: Sequence[str], vectors: Any) -> None:
        self.rows.update(zip(ids, vectors[:, : self.collection.dimensions], strict=True))


class TakesAnyModel(Plain):
    def open(self, collection: Collection) -> None:
        self.collection = collection
        if self.path.is_file():
            said = json.loads(self.path.read_text(encoding="utf-8"))
            collection = Collection(collection.name, collection.dimensions, said["fingerprint"])
        super().open(collection)


class FilesByName(Plain):
    """Two ids that differ in case only are one."""

    def add(self, ids: Sequence[str], vectors: Any) -> None:
        super().add([name.lower() for name in ids], vectors)


class SmallGraph(Plain):
    """Never comes to what was added late."""

    exact = False

    def search(self, vector: Any, k: int) -> Hits:
        near = Plain(self.folder)
        near.rows = dict(list(self.rows.items())[:500])
        return near.search(vector, k)


class WrongAfterDamage(Plain):
    def open(self, collection: Collection) -> None:
        self.collection = collection
        try:
            said = self.path.read_text(encoding="utf-8") if self.path.is_file() else "{}"
            json.loads(said)
        except ValueError:
            self.collection = collection
            self.rows = {f"{n:04d}": np.full(collection.dimensions, 0.25, dtype=np.float32) for n in range(10)}
            return
        super().open(collection)


class FailsOnDamage(Plain):
    def open(self, collection: Collection) -> None:
        self.collection = collection
        if self.path.is_file():
            json.loads(self.path.read_text(encoding="utf-8"))
        super().open(collection)


class TwoCommits(Plain):
    def delete(self, ids: Sequence[str]) -> None:
        super().delete(ids)
        self.commit()

    def add(self, ids: Sequence[str], vectors: Any) -> None:
        super().add(ids, vectors)
        self.commit()

    def ids(self) -> set[str]:
        if self.path.is_file():
            return set(json.loads(self.path.read_text(encoding="utf-8"))["rows"]) - {"0100"}
        return super().ids()


class FailsOnNothing(Plain):
    def add(self, ids: Sequence[str], vectors: Any) -> None:
        super().add(ids, np.stack(list(vectors)))


class ForgetsInTheEnd(Plain):
    """What was deleted once does not come back for good."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.gone: set[str] = set()

    def delete(self, ids: Sequence[str]) -> None:
        super().delete(ids)
        self.gone |= {*ids}

    def open(self, collection: Collection) -> None:
        super().open(collection)
        self.gone = set()

    def commit(self) -> None:
        kept = self.rows
        self.rows = {name: row for name, row in kept.items() if name not in self.gone}
        super().commit()
        self.rows = kept


class OneForAll(Plain):
    """Does not look at the collection's name."""

    @property
    def path(self) -> Path:
        return self.folder / "vectors.json"

    def open(self, collection: Collection) -> None:
        try:
            super().open(collection)
        except StoreMismatch:
            self.rows = {}


class MaybeExact(Plain):
    """Does not say whether it compares with all."""

    exact: Any = None


MUTANTS = [
    (MaybeExact, "says-what-it-is"),
    (NeverEmpty, "opens-empty"),
    (LosesSome, "keeps-what-is-added"),
    (LooksAtHalf, "finds-the-nearest"),
    (SmallGraph, "finds-the-nearest-of-many"),
    (WorstFirst, "best-first"),
    (Distances, "scores-are-cosines"),
    (OneMore, "at-most-k"),
    (TiesAsAdded, "ties-by-id"),
    (KeepsTheFirst, "added-again-replaces"),
    (KeepsDeleted, "deletes"),
    (FailsOnUnknown, "deletes"),
    (Forgets, "opens-again"),
    (TakesAnyShape, "other-dimensions-refused"),
    (TakesAnyModel, "other-fingerprint-refused"),
    (FilesByName, "any-text-is-an-id"),
    (WrongAfterDamage, "damage-is-empty"),
    (FailsOnDamage, "damage-is-empty"),
    (TwoCommits, "readers-see-commits-whole"),
    (FailsOnNothing, "nothing-is-no-change"),
    (ForgetsInTheEnd, "stays-right-in-use"),
    (OneForAll, "collections-are-apart"),
]  # fmt: skip


@pytest.mark.parametrize(("mutant", "rule"), MUTANTS)
def test_a_broken_store_is_told_by_the_rule_that_it_breaks(tmp_path: Path, mutant: Any, rule: str) -> None:
    assert breaks("store", rule, mutant, tmp_path)


def test_every_rule_of_the_module_is_broken_by_one_of_them() -> None:
    assert {rule for _, rule in MUTANTS} == rules_of(store)


def test_the_kit_has_the_rules_of_these_modules() -> None:
    assert rules_of(store, store_processes) == {check.rule for check in checks("store")}


def test_a_store_that_keeps_the_rules_breaks_none(tmp_path: Path) -> None:
    assert broken("store", Plain, tmp_path) == set()


COMPARES_WITH_ALL = {"finds-the-nearest-of-many"}
DOES_NOT_APPLY = {"exact": COMPARES_WITH_ALL, "faiss": COMPARES_WITH_ALL, "chroma": set[str]()}
"""Rules that a store has no part in. That they are skipped is tested: a rule is not to fall silent."""


@pytest.mark.parametrize("plugin", DOES_NOT_APPLY)
@pytest.mark.parametrize("check", checks("store"), ids=str)
def test_the_bundled_stores_keep_the_rules(check: Check, plugin: str, tmp_path: Path) -> None:
    hold(check, plugin, {}, tmp_path, DOES_NOT_APPLY[plugin])


APPROXIMATE = {
    "finds-the-nearest",
    "finds-the-nearest-of-many",
    "scores-are-cosines",
    "ties-by-id",
    "deletes",
    "stays-right-in-use",
    "opens-again",
}


@pytest.mark.parametrize("name", ["faiss-hnsw", "faiss-ivf"])
@pytest.mark.parametrize("check", [check for check in checks("store") if check.rule in APPROXIMATE], ids=str)
def test_an_approximate_index_keeps_the_rules_with_the_recall_that_is_asked_of_it(
    check: Check, name: str, tmp_path: Path
) -> None:
    store = LOCAL[name]
    assert not component("store", store.plugin, tmp_path / "made", store.settings).exact
    check(store.plugin, tmp_path, store.settings)
