"""Where the rules of vector stores draw their lines: what is just allowed, and what is just not.

Modules: ``potluck.testing.store``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from potluck.contracts.store import Collection, Hits
from potluck.errors import StoreMismatch
from potluck.testing import Skipped, Subject, Violation, checks
from potluck.testing.store import ids, unit_vectors
from support.kits import violating

Changed = Callable[[Hits, int], Hits]
Kept = dict[tuple[str, str], tuple[int, str, dict[str, Any]]]


@dataclass
class Held:
    """A store in memory that keeps every rule but one, where a change of it is given."""

    kept: Kept
    folder: str
    exact: bool = True
    changed: Changed = lambda hits, k: hits
    counted: Callable[[int], int] = lambda count: count
    listed: Callable[[set[str]], set[str]] = lambda names: names
    added: Callable[[Sequence[str]], Sequence[str]] = lambda names: names
    deleted: Callable[[Sequence[str]], Sequence[str]] = lambda names: names
    refuses: frozenset[str] = frozenset({"dimensions", "fingerprint", "add"})
    reopened: Callable[[dict[str, Any]], dict[str, Any]] = dict
    rows: dict[str, Any] = field(default_factory=dict)

    def open(self, collection: Collection) -> None:
        self.collection = collection
        held = self.kept.get((self.folder, collection.name))
        if held is None:
            return
        if "dimensions" in self.refuses and held[0] != collection.dimensions:
            raise StoreMismatch("other dimensions")
        if "fingerprint" in self.refuses and held[1] != collection.fingerprint:
            raise StoreMismatch("another model")
        self.rows = self.reopened(held[2])

    def add(self, names: Sequence[str], vectors: Any) -> None:
        if "add" in self.refuses and vectors.shape[1] != self.collection.dimensions:
            raise StoreMismatch("other dimensions")
        taken = set(self.added(names))
        self.rows |= {name: row for name, row in zip(names, vectors, strict=True) if name in taken}

    def delete(self, names: Sequence[str]) -> None:
        for name in self.deleted(names):
            self.rows.pop(name, None)

    def commit(self) -> None:
        said = self.collection
        self.kept[self.folder, said.name] = (said.dimensions, said.fingerprint, dict(self.rows))

    def search(self, vector: Any, k: int) -> Hits:
        found = sorted((-round(float(row @ vector), 6), name) for name, row in self.rows.items())[:k]
        return self.changed(Hits(tuple(name for _, name in found), tuple(-score for score, _ in found)), k)

    def ids(self) -> set[str]:
        return self.listed(set(self.rows))

    def count(self) -> int:
        return self.counted(len(self.rows))

    def close(self) -> None:
        """Nothing is open."""


def check(rule: str, folder: Path, **said: Any) -> None:
    (one,) = (one for one in checks("store") if one.rule == rule)
    kept: Kept = {}
    one.on(Subject(lambda own: Held(kept, str(own), **said), folder))


def first(count: int) -> Changed:
    return lambda hits, k: Hits(hits.ids[:count], hits.scores[:count])


def more(by: float) -> Changed:
    return lambda hits, k: Hits(hits.ids, tuple(score + by for score in hits.scores))


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("finds-the-nearest", {}),
        ("finds-the-nearest", {"exact": False, "changed": first(9)}),
        ("finds-the-nearest-of-many", {"exact": False, "changed": first(9)}),
        ("stays-right-in-use", {"exact": False, "changed": first(9)}),
        ("stays-right-in-use", {}),
        ("scores-are-cosines", {"changed": more(0.0009)}),
        ("at-most-k", {}),
        ("at-most-k", {"exact": False, "changed": first(20)}),
        ("opens-empty", {}),
        ("keeps-what-is-added", {}),
        ("best-first", {}),
        ("ties-by-id", {}),
        ("added-again-replaces", {}),
        ("deletes", {}),
        ("nothing-is-no-change", {}),
        ("collections-are-apart", {}),
        ("opens-again", {}),
        ("other-dimensions-refused", {}),
        ("other-fingerprint-refused", {}),
        ("any-text-is-an-id", {}),
        ("readers-see-commits-whole", {}),
    ],
)
def test_what_is_just_allowed_is_let_pass(rule: str, said: dict[str, Any], tmp_path: Path) -> None:
    check(rule, tmp_path, **said)


@pytest.mark.parametrize("rule", ["opens-again", "other-dimensions-refused", "other-fingerprint-refused"])
def test_a_collection_is_opened_again_when_its_store_is_closed(rule: str, tmp_path: Path) -> None:
    open_folders: list[str] = []

    class Locked(Held):
        def open(self, collection: Collection) -> None:
            assert self.folder not in open_folders, "the folder is locked"
            open_folders.append(self.folder)
            super().open(collection)

        def close(self) -> None:
            open_folders.remove(self.folder)

    (one,) = (one for one in checks("store") if one.rule == rule)
    kept: Kept = {}
    one.on(Subject(lambda own: Locked(kept, str(own)), tmp_path))


def swapped(hits: Hits, k: int) -> Hits:
    """The first two the other way round."""
    return Hits((*hits.ids[1::-1], *hits.ids[2:]), (*hits.scores[1::-1], *hits.scores[2:]))


def doubled(hits: Hits, k: int) -> Hits:
    return Hits((hits.ids[:1] * 2 + hits.ids)[:k], (hits.scores[:1] * 2 + hits.scores)[:k])


def late(hits: Hits, k: int) -> Hits:
    return Hits(hits.ids[1:], hits.scores[1:])


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("finds-the-nearest", {"changed": first(9)}, "of a search it finds 180 of 200, and says exact = True"),
    ("finds-the-nearest", {"exact": False, "changed": first(8)}, "it finds 160 of 200, and says exact = False"),
    ("finds-the-nearest", {"changed": more(0.0011)}, "has the score"),
    ("finds-the-nearest-of-many", {"exact": False, "changed": first(8)}, "of 2,000 it finds 160 of 200"),
    ("stays-right-in-use", {"changed": first(9)}, "after change 1 it finds"),
    ("stays-right-in-use", {"counted": lambda count: count + (count > 60)}, "the ids are others"),
    ("stays-right-in-use", {"deleted": lambda names: names[1:]}, "the ids are others"),
    ("stays-right-in-use", {"reopened": lambda rows: dict([*rows.items()][1:])}, "after change 5 the ids are others"),
    ("scores-are-cosines", {"changed": more(0.0011)}, "of a search has the score"),
    ("scores-are-cosines", {"changed": more(-0.0011)}, "of a search has the score"),
    ("at-most-k", {"changed": first(6)}, "6 hits for k = 7"),
    ("at-most-k", {"changed": doubled}, "hits and scores are not as many, or doubled"),
    ("at-most-k", {"changed": lambda hits, k: Hits(hits.ids, hits.scores[1:])}, "hits and scores are not as many"),
    ("opens-empty", {"counted": lambda count: count + 1}, "there are 1"),
    ("opens-empty", {"listed": lambda names: {*names, "root"}}, "there are 0"),
    ("opens-empty", {"changed": lambda hits, k: Hits(("x",), (1.0,))}, "a search finds something"),
    ("keeps-what-is-added", {"added": lambda names: names[1:]}, "the ids are others"),
    ("keeps-what-is-added", {"counted": lambda count: count - 1}, "there are 119 of 120"),
    ("best-first", {"changed": swapped}, "scores are "),
    ("ties-by-id", {"changed": swapped}, "the order is ('b', 'a', 'c', 'd')"),
    ("added-again-replaces", {"counted": lambda count: 121}, "there are 121"),
    ("added-again-replaces", {"added": lambda names: names if len(names) > 1 else []}, "the new vector is not found"),
    ("deletes", {"deleted": lambda names: names[1:]}, "other ids are left"),
    ("deletes", {"deleted": lambda names: [*names, "0005"]}, "other ids are left"),
    ("deletes", {"listed": lambda names: names - {"0003", "0004"}, "deleted": lambda names: []}, "still finds it"),
    ("deletes", {"added": lambda names: names if len(names) > 1 else []}, "added again it is not found"),
    ("nothing-is-no-change", {"deleted": lambda names: names or ["0005"]}, "the ids are others"),
    ("nothing-is-no-change", {"changed": late}, "what was there is not found"),
    ("opens-again", {"reopened": lambda rows: {**rows, "0001": rows["0002"]}}, "other ids are there"),
    ("opens-again", {"changed": late}, "0000 is not found"),
    ("opens-again", {"changed": more(-0.0011)}, "0000 is not found"),
    ("other-dimensions-refused", {"refuses": frozenset({"dimensions", "fingerprint"})},
     "a vector of other dimensions is taken, and should raise StoreMismatch"),
    ("other-dimensions-refused", {"refuses": frozenset({"add", "fingerprint"})},
     "a collection of other dimensions is taken, and should raise StoreMismatch"),
    ("other-fingerprint-refused", {"refuses": frozenset({"add", "dimensions"})},
     "a collection of another embedder is taken, and should raise StoreMismatch"),
    ("any-text-is-an-id", {"added": lambda names: [name for name in names if len(name) < 64]}, "ids are {"),
    ("any-text-is-an-id", {"changed": late}, "'第一章' is not found"),
    ("damage-is-empty", {}, "it keeps no file"),
    ("readers-see-commits-whole", {"reopened": lambda rows: dict([*rows.items()][1:])}, "a reader sees 119 ids"),
    ("readers-see-commits-whole", {"reopened": lambda rows: {name: rows[name] for name in rows if name != "new"}},
     "a new reader does not see the commit"),
    ("readers-see-commits-whole", {"changed": late}, "a reader does not find what was always there"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "said", "message"), REFUSED)
def test_what_is_just_not_allowed_is_told(rule: str, said: dict[str, Any], message: str, tmp_path: Path) -> None:
    with violating(rule, message):
        check(rule, tmp_path, **said)


def test_collections_that_know_of_each_other_are_told(tmp_path: Path) -> None:
    (one,) = (one for one in checks("store") if one.rule == "collections-are-apart")

    class Mixed(Held):
        def open(self, collection: Collection) -> None:
            super().open(Collection("0" * 32, collection.dimensions, collection.fingerprint))

    kept: Kept = {}
    with pytest.raises(Violation, match="a new one is not empty"):
        one.on(Subject(lambda own: Mixed(kept, str(own), refuses=frozenset()), tmp_path))


def test_a_store_that_compares_with_every_vector_is_not_tried_on_many(tmp_path: Path) -> None:
    with pytest.raises(Skipped, match="it compares with every vector"):
        check("finds-the-nearest-of-many", tmp_path)


def test_the_vectors_of_the_kit_are_of_length_one_and_the_same_for_a_seed() -> None:
    vectors = unit_vectors(5, seed=3)

    assert vectors.shape == (5, 16)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1] * 5, abs=1e-6)
    assert (unit_vectors(5, seed=3) == vectors).all()
    assert not (unit_vectors(5, seed=4) == vectors).any()
    assert ids(3) == ["0000", "0001", "0002"]
    assert len(unit_vectors()) == len(ids()) == 120
