"""The rules of vector stores. They are compared with a plain search over all vectors."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from potluck.contracts.store import Collection
from potluck.errors import StoreMismatch
from potluck.testing.kit import Skipped, Subject, need, need_as_offered, rule

if TYPE_CHECKING:
    from potluck.contracts import Vectors

_DIMENSIONS = 16
_COUNT = 120
_MANY = 2000
_RECALL = 0.9
"""The share of the true nearest that an approximate index has to find."""
NEAR = 1e-3
_NAME = "0123456789abcdef" * 2


def unit_vectors(count: int = _COUNT, seed: int = 0, dimensions: int = _DIMENSIONS) -> Vectors:
    """Unit vectors by chance, always the same for a seed."""
    import numpy as np

    drawn = np.random.default_rng(seed).normal(size=(count, dimensions))
    made: Vectors = (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)
    return made


def ids(count: int = _COUNT) -> list[str]:
    """That many ids."""
    return [f"{number:04d}" for number in range(count)]


def open_collection(
    subject: Subject, dimensions: int = _DIMENSIONS, fingerprint: str = "model a", folder: str = "own"
) -> Any:
    """A store with its collection open, or made."""
    store = subject.make(folder)
    store.open(Collection(_NAME, dimensions, fingerprint))
    return store


def _fill_store(subject: Subject, folder: str = "own") -> tuple[Any, Vectors]:
    store, vectors = open_collection(subject, folder=folder), unit_vectors()
    store.add(ids(), vectors)
    store.commit()
    return store, vectors


def _need_cosines(store: Any, rows: Mapping[str, Vectors], queries: Iterable[Vectors], when: str) -> None:
    """Every score has to be the cosine with the row of its id."""
    for query in queries:
        hits = store.search(query, 10)
        for name, score in zip(hits.ids, hits.scores, strict=True):
            near = abs(float(rows[name] @ query) - score) <= NEAR
            need(near, f"{name} {when} has the score {score:.4f}, and the cosine is {float(rows[name] @ query):.4f}")


def _need_refusal(what: str, action: Any) -> None:
    try:
        action()
    except StoreMismatch:
        return
    raise AssertionError(f"{what} is taken, and should raise StoreMismatch")


@rule("store", "says-what-it-is")
def check_declared(subject: Subject) -> None:
    """Its capabilities are of the contract's types, and are what its offer says."""
    store = subject.make()
    for name in ("exact", "uses_seed"):
        need(type(getattr(store, name)) is bool, f"{name} is {getattr(store, name)!r}")
    need_as_offered(subject, store)


@rule("store", "opens-empty")
def check_empty(subject: Subject) -> None:
    """A new collection is empty, and a search in it finds nothing."""
    store = open_collection(subject)
    need(store.count() == 0 and store.ids() == set(), f"there are {store.count()}")
    need(store.search(unit_vectors(1)[0], 5).ids == (), "a search finds something")


@rule("store", "keeps-what-is-added")
def check_ids(subject: Subject) -> None:
    """Everything that was added is there, once."""
    store, _ = _fill_store(subject)
    need(store.ids() == set(ids()), "the ids are others")
    need(store.count() == _COUNT, f"there are {store.count()} of {_COUNT}")


@rule("store", "finds-the-nearest")
def check_search(subject: Subject) -> None:
    """A search finds the nearest: all of them where the store says it is exact, else nine of ten."""
    store, vectors = _fill_store(subject)
    _need_nearest(store, dict(zip(ids(), vectors, strict=True)), unit_vectors(20, seed=1), "of a search")


@rule("store", "finds-the-nearest-of-many")
def check_recall(subject: Subject) -> None:
    """Of two thousand vectors too an approximate index finds nine of ten of the nearest."""
    store = open_collection(subject)
    if store.exact:
        raise Skipped("it compares with every vector")
    vectors = unit_vectors(_MANY)
    store.add(ids(_MANY), vectors)
    store.commit()
    rows = dict(zip(ids(_MANY), vectors, strict=True))
    _need_nearest(store, rows, unit_vectors(20, seed=1), f"of {_MANY:,}")


@rule("store", "best-first")
def check_order(subject: Subject) -> None:
    """Hits come best first."""
    store, _ = _fill_store(subject)
    for query in unit_vectors(10, seed=2):
        scores = store.search(query, 20).scores
        need(list(scores) == sorted(scores, reverse=True), f"scores are {scores[:5]}")


@rule("store", "scores-are-cosines")
def check_scores(subject: Subject) -> None:
    """A score is the cosine similarity of the vector with that id."""
    store, vectors = _fill_store(subject)
    rows = dict(zip(ids(), vectors, strict=True))
    _need_cosines(store, rows, unit_vectors(10, seed=3), "of a search")


@rule("store", "at-most-k")
def check_k(subject: Subject) -> None:
    """A search gives at most ``k`` hits, and all where there are fewer."""
    store, _ = _fill_store(subject)
    for k in (1, 7, _COUNT, _COUNT + 50):
        hits = store.search(unit_vectors(1, seed=4)[0], k)
        need(len(hits.ids) == len(hits.scores) == len(set(hits.ids)), "hits and scores are not as many, or doubled")
        need(len(hits.ids) <= k, f"{len(hits.ids)} hits for k = {k}")
        need(len(hits.ids) == min(k, _COUNT) or not store.exact, f"{len(hits.ids)} hits for k = {k}")


@rule("store", "ties-by-id")
def check_ties(subject: Subject) -> None:
    """Equal scores come in the order of ids."""
    store = open_collection(subject)
    one = unit_vectors(1)[0]
    names = ["c", "a", "d", "b"]
    store.add(names, one[None].repeat(4, axis=0))
    store.commit()
    need(store.search(one, 4).ids == ("a", "b", "c", "d"), f"the order is {store.search(one, 4).ids}")


@rule("store", "added-again-replaces")
def check_replace(subject: Subject) -> None:
    """An id that is added again has the new vector, and is there once."""
    store, vectors = _fill_store(subject)
    new = unit_vectors(1, seed=5)
    store.add(["0007"], new)
    store.commit()
    need(store.count() == _COUNT, f"there are {store.count()}")
    need(store.search(new[0], 1).ids == ("0007",), "the new vector is not found")
    hits = store.search(vectors[7], _COUNT)
    scores = dict(zip(hits.ids, hits.scores, strict=True))
    need(abs(scores.get("0007", 0.0) - float(vectors[7] @ new[0])) <= NEAR, "the old vector is still there")


@rule("store", "deletes")
def check_delete(subject: Subject) -> None:
    """Deleted vectors are gone, and no others; an unknown id is ignored."""
    store, vectors = _fill_store(subject)
    store.delete(["0003", "0004", "nobody"])
    store.commit()
    need(store.ids() == set(ids()) - {"0003", "0004"}, "other ids are left")
    need("0003" not in store.search(vectors[3], _COUNT).ids, "a search still finds it")
    store.add(["0003"], vectors[3:4])
    store.commit()
    need(store.search(vectors[3], 1).ids == ("0003",), "added again it is not found")


@rule("store", "nothing-is-no-change")
def check_nothing(subject: Subject) -> None:
    """Adding nothing and deleting nothing, with a commit, changes nothing."""
    store, vectors = _fill_store(subject)
    store.add([], vectors[:0])
    store.delete([])
    store.commit()
    need(store.ids() == set(ids()), "the ids are others")
    need(store.search(vectors[5], 1).ids == ("0005",), "what was there is not found")


@rule("store", "stays-right-in-use")
def check_use(subject: Subject) -> None:
    """After many changes, reopened in between, it holds and finds the same as a plain search over all vectors."""
    chances = random.Random(0)  # noqa: S311  (no secret)
    store, rows = open_collection(subject), dict[str, Any]()
    for step in range(24):
        added = chances.sample(ids(), chances.randint(0, 20))
        deleted = chances.sample(ids(), chances.randint(0, 8))
        for name, row in zip(added, unit_vectors(len(added), seed=100 + step), strict=True):
            rows[name] = row
        store.add(added, unit_vectors(len(added), seed=100 + step))
        store.delete(deleted)
        rows = {name: row for name, row in rows.items() if name not in deleted}
        store.commit()
        if step % 5 == 4:
            store.close()
            store = open_collection(subject)
        need(store.ids() == rows.keys() and store.count() == len(rows), f"after change {step + 1} the ids are others")
        _need_nearest(store, rows, unit_vectors(3, seed=200 + step), f"after change {step + 1}")
    store.close()


def _need_nearest(store: Any, rows: Mapping[str, Vectors], queries: Iterable[Vectors], when: str) -> None:
    """All of the nearest have to be found, with their cosines, if the store says it is exact, else nine of ten."""
    found = wanted = 0
    for query in queries:
        nearest = sorted(rows, key=lambda name: -float(rows[name] @ query))[:10]
        found += len(set(nearest) & set(store.search(query, 10).ids))
        wanted += len(nearest)
    least = wanted if store.exact else _RECALL * wanted
    need(found >= least, f"{when} it finds {found} of {wanted}, and says exact = {store.exact}")
    _need_cosines(store, rows, queries, when)


@rule("store", "collections-are-apart")
def check_apart(subject: Subject) -> None:
    """Collections with other names in one folder know nothing of each other."""
    store, vectors = _fill_store(subject)
    beside = subject.make()
    beside.open(Collection(_NAME[::-1], 3, "model b"))
    need(beside.count() == 0, "a new one is not empty")
    beside.add(["x"], unit_vectors(1, dimensions=3))
    beside.commit()
    need(beside.ids() == {"x"}, f"it holds {len(beside.ids())} ids")
    need(store.ids() == set(ids()) and store.search(vectors[7], 1).ids == ("0007",), "the other one has changed")
    for one in (store, beside):
        one.close()
    need(open_collection(subject).ids() == set(ids()), "opened again, the other one has changed")


@rule("store", "opens-again")
def check_reopen(subject: Subject) -> None:
    """Another instance has everything that was committed, with the same vectors."""
    store, vectors = _fill_store(subject)
    store.delete(["0001"])
    store.commit()
    store.close()
    again = open_collection(subject)
    need(again.ids() == set(ids()) - {"0001"}, "other ids are there")
    for number in (0, 50, 119):
        hits = again.search(vectors[number], 1)
        found = hits.ids == (ids()[number],) and abs(hits.scores[0] - 1) <= NEAR
        need(found, f"{ids()[number]} is not found")


@rule("store", "other-dimensions-refused")
def check_dimensions(subject: Subject) -> None:
    """Other dimensions are refused, when opening and when adding."""
    store, _ = _fill_store(subject)
    _need_refusal("a vector of other dimensions", lambda: store.add(["x"], unit_vectors(1, dimensions=_DIMENSIONS + 1)))
    store.close()
    _need_refusal("a collection of other dimensions", lambda: open_collection(subject, dimensions=_DIMENSIONS + 1))


@rule("store", "other-fingerprint-refused")
def check_fingerprint(subject: Subject) -> None:
    """A collection of another embedder's vectors is refused."""
    store, _ = _fill_store(subject)
    store.close()
    _need_refusal("a collection of another embedder", lambda: open_collection(subject, fingerprint="model b"))


@rule("store", "any-text-is-an-id")
def check_unicode(subject: Subject) -> None:
    """Ids are any text without NUL of at most 64 characters."""
    store, names = (
        open_collection(subject),
        ["第一章", "a b", "é", "e\u0301", "../x", "'; --", "👷", "x" * 64, "\u3000", "A", "a"],
    )
    vectors = unit_vectors(len(names), seed=6)
    store.add(names, vectors)
    store.commit()
    store.close()
    again = open_collection(subject)
    need(again.ids() == set(names), f"ids are {again.ids()}")
    for name, vector in zip(names, vectors, strict=True):
        need(again.search(vector, 1).ids == (name,), f"{name!r} is not found")


@rule("store", "damage-is-empty")
def check_damage(subject: Subject) -> None:
    """Files that are cut or altered make an empty collection, never wrong vectors."""
    rows = dict(zip(ids(), unit_vectors(), strict=True))
    number = 0
    while _try_damages(subject, number, rows):
        number += 1
    need(number, "it keeps no file")


def _try_damages(subject: Subject, number: int, rows: dict[str, Vectors]) -> bool:
    """Try the damages of the file of that number, each in a folder of its own; whether there is such a file."""
    for damage in (lambda whole: whole[: len(whole) // 2], lambda whole: bytes(byte ^ 255 for byte in whole)):
        own = f"damage-{number}-{damage(b'ab').hex()}"
        store, _ = _fill_store(subject, own)
        store.close()
        files = sorted(path for path in Path(subject.folder, own).rglob("*") if path.is_file())
        if number >= len(files):
            return False
        files[number].write_bytes(damage(files[number].read_bytes()))
        again = open_collection(subject, folder=own)
        need(again.ids() <= rows.keys(), f"after damage to {files[number].name} there are other ids")
        _need_cosines(again, rows, list(rows.values())[:5], f"after damage to {files[number].name}")
        again.close()
    return True


@rule("store", "readers-see-commits-whole")
def check_readers(subject: Subject) -> None:
    """A reader that has the collection open is not disturbed by a writer, and sees whole commits."""
    store, vectors = _fill_store(subject)
    reader = open_collection(subject)
    store.add(["new"], unit_vectors(1, seed=8))
    store.delete(ids()[:60])
    store.commit()
    before, after = set(ids()), {*ids()[60:], "new"}
    seen = reader.ids()
    need(seen in (before, after), f"a reader sees {len(seen)} ids, half of a commit")
    need(reader.search(vectors[100], 1).ids == ("0100",), "a reader does not find what was always there")
    reader.close()
    need(open_collection(subject).ids() == after, "a new reader does not see the commit")
