"""What is taken of a store that declares nothing, and the values that it is given and gives.

Modules: ``potluck.contracts.store``. What its rules demand: ``tests/core/testing/test_store_kit.py``.
"""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest

from potluck.contracts import Collection, Hits, VectorStore

COLLECTION = Collection("0a" * 16, 256, "1b" * 32)


def test_a_store_that_declares_nothing_compares_with_every_vector_and_uses_no_seed() -> None:
    assert (VectorStore.exact, VectorStore.uses_seed) == (True, False)


def test_an_object_may_say_that_it_is_not_exact_and_others_stay_as_they_are() -> None:
    class Shelf(VectorStore):
        open = add = delete = commit = search = ids = count = lambda *_: None  # type: ignore[assignment]

        def __init__(self, exact: bool) -> None:
            self.exact = exact

    assert [Shelf(exact).exact for exact in (False, True)] == [False, True]
    assert (Shelf.exact, VectorStore.exact) == (True, True)
    assert Shelf(False).identity() == {}


def test_a_store_has_seven_methods_to_write() -> None:
    class Half(VectorStore):
        def count(self) -> int:
            return 0

    assert Half.__abstractmethods__ == {"open", "add", "delete", "commit", "search", "ids"}
    with pytest.raises(TypeError, match="abstract"):
        Half()  # type: ignore[abstract]


def test_another_embedder_or_another_width_makes_another_collection() -> None:
    assert replace(COLLECTION) == COLLECTION
    assert replace(COLLECTION, dimensions=128) != COLLECTION
    assert replace(COLLECTION, fingerprint="2c" * 32) != COLLECTION
    with pytest.raises(FrozenInstanceError):
        COLLECTION.dimensions = 128  # type: ignore[misc]


def test_hits_are_ids_with_their_scores_in_that_order() -> None:
    found = Hits(("規範#2", "規範#1"), (0.9, 0.5))

    assert list(zip(found.ids, found.scores, strict=True)) == [("規範#2", 0.9), ("規範#1", 0.5)]
    assert found == Hits(ids=("規範#2", "規範#1"), scores=(0.9, 0.5))
