"""What was added and deleted since the last commit.

Modules: ``potluck_plugins.stores._shared.committed``, ``potluck_plugins.stores._shared.pending``.
"""

from __future__ import annotations

import numpy as np
import pytest

from potluck.contracts import Collection
from potluck.errors import StoreMismatch
from potluck_plugins.stores._shared.pending import Pending, checked_query, checked_vectors

COLLECTION = Collection("name-of-a-collection", 2, "f")
ROWS = np.array([[1, 2], [3, 4]], np.float32)


def test_the_latest_word_on_an_id_holds() -> None:
    pending = Pending(COLLECTION)
    assert not pending
    pending.add(["b", "a"], ROWS)
    pending.add(["b"], ROWS[1:])
    pending.delete(["a", "c"])
    pending.add(["c"], ROWS[:1])

    ids, rows = pending.added_rows()

    assert pending
    assert (ids, rows.tolist(), rows.dtype) == (["b", "c"], [[3, 4], [1, 2]], np.float32)
    assert pending.touched_ids == {"a", "b", "c"}


def test_what_was_deleted_alone_is_pending_too() -> None:
    pending = Pending(COLLECTION)
    pending.delete(["a"])

    assert pending
    assert pending.touched_ids == {"a"}
    ids, rows = pending.added_rows()
    assert (ids, rows.shape) == ([], (0, 2))


def test_nothing_is_pending_once_all_has_been_committed() -> None:
    pending = Pending(COLLECTION)
    pending.add(["a"], ROWS[:1])
    pending.delete(["b"])
    pending.clear()

    assert not pending
    assert pending.touched_ids == set()


def test_vectors_are_copied() -> None:
    rows = ROWS.copy()
    pending = Pending(COLLECTION)
    pending.add(["a", "b"], rows)
    rows[:] = 0

    assert pending.added_rows()[1].tolist() == ROWS.tolist()


@pytest.mark.parametrize("given", ["a", "x" * 64, "鋼" * 64])
def test_an_id_is_a_short_text(given: str) -> None:
    assert checked_vectors([given], ROWS[:1], COLLECTION).tolist() == [[1, 2]]


@pytest.mark.parametrize("given", ["", "x" * 65, "a\0b"])
def test_what_is_not_an_id_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="an id is text of 1 to 64 characters"):
        checked_vectors(["a", given], ROWS, COLLECTION)


@pytest.mark.parametrize("shape", [(1, 2), (3, 2), (2,), (2, 2, 1), (0, 2)])
def test_there_is_a_vector_for_each_id(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="2 ids came with vectors of shape"):
        checked_vectors(["a", "b"], np.ones(shape, np.float32), COLLECTION)


def test_no_ids_come_with_no_vectors() -> None:
    assert checked_vectors([], np.empty((0,), np.float32), COLLECTION).shape == (0, 2)
    assert checked_vectors([], np.empty((0, 7), np.float32), COLLECTION).shape == (0, 2)
    with pytest.raises(ValueError, match="0 ids came with"):
        checked_vectors([], ROWS, COLLECTION)


@pytest.mark.parametrize("dimensions", [1, 3])
def test_other_dimensions_are_another_embedder(dimensions: int) -> None:
    said = rf"collection name-of-a-co holds vectors of 2 dimensions, and was given some of {dimensions}"

    with pytest.raises(StoreMismatch, match=said):
        checked_vectors(["a"], np.ones((1, dimensions), np.float32), COLLECTION)
    with pytest.raises(StoreMismatch, match=said):
        checked_query(np.ones(dimensions, np.float32), COLLECTION)


def test_a_search_takes_one_vector() -> None:
    query = checked_query(np.array([1, 2], np.float64), COLLECTION)

    assert (query.tolist(), query.dtype) == ([1, 2], np.float32)
    with pytest.raises(StoreMismatch, match=r"one vector of shape \(2,\), not \(2, 2\)"):
        checked_query(ROWS, COLLECTION)
