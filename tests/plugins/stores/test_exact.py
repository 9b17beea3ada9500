"""The exact store: its order, its pieces, its files.

Modules: ``potluck_plugins.stores._shared.pending``, ``potluck_plugins.stores._shared.ranking``.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from potluck.contracts import Collection, Vectors
from potluck_plugins.stores._shared import ranking
from support.stores import COLLECTION, LOCAL, NAME, Kind, fill, nearest, unit, units

EXACT = LOCAL["exact"]
WIDE = Collection(NAME, 384, "f" * 64)


def many(count: int, dimensions: int = 384) -> tuple[list[str], Vectors]:
    rows = np.random.default_rng(0).standard_normal((count, dimensions))
    return [f"{number:06d}" for number in range(count)], np.asarray(
        rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32
    )


def test_a_score_depends_on_its_vector_alone_not_on_its_place_or_on_k(tmp_path: Path) -> None:
    """A matrix product in float32 gives some rows other last bits at another place in the matrix."""
    ids, rows = many(5000)
    shuffled = np.random.default_rng(1).permutation(5000)
    with EXACT.opened(tmp_path / "one", WIDE) as one, EXACT.opened(tmp_path / "two", WIDE) as two:
        one.add(ids, rows)
        one.commit()
        for part in np.array_split(shuffled, 7):
            two.add([ids[position] for position in part], rows[part])
            two.commit()
        for number in range(20):
            query = unit(number, 384)
            hits = one.search(query, 5000)
            assert two.search(query, 5000) == hits
            for k in (1, 2, 3, 10, 100, 4999):
                found = two.search(query, k)
                assert (found.ids, found.scores) == (hits.ids[:k], hits.scores[:k])


def test_vectors_that_differ_in_the_last_bit_are_told_apart(tmp_path: Path) -> None:
    """Their float32 products with the question are often equal, or in the wrong order."""
    base, generator = unit("base", 384), np.random.default_rng(2)
    rows = np.repeat(base[None], 400, axis=0)
    for row in rows:
        chosen = generator.integers(0, 384, 3)
        row[chosen] = np.nextafter(row[chosen], generator.choice([-1, 1], 3).astype(np.float32))
    ids = [f"{number:03d}" for number in generator.permutation(400)]
    query = unit("question", 384)
    with EXACT.opened(tmp_path, WIDE) as store:
        store.add(ids, rows)
        store.commit()
        truth = nearest(dict(zip(ids, rows, strict=True)), query, 400)
        for k in (1, 7, 200):
            hits = store.search(query, k)
            assert hits.scores == pytest.approx(truth.scores[:k], abs=1e-12)
            assert [truth.scores[truth.ids.index(given)] for given in hits.ids] == sorted(
                (truth.scores[truth.ids.index(given)] for given in hits.ids), reverse=True
            )


def test_one_block_of_rows_and_many_give_the_same_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    _, rows = many(100)
    query = unit("question", 384)
    whole = ranking.scores(rows, query)
    for block in (1, 3, 99):
        monkeypatch.setattr(ranking, "_BLOCK", block)
        assert np.array_equal(ranking.scores(rows, query), whole)
    assert all(ranking.scores(rows[n : n + 1], query)[0] == whole[n] for n in range(100))


def test_the_margin_is_wider_than_the_error_of_a_float32_product() -> None:
    for dimensions in (1, 16, 384, 4096):
        _, rows = many(2000, dimensions)
        query = unit("question", dimensions)
        error = np.abs(rows @ query - ranking.scores(rows, query)).max()
        assert error <= ranking.slack(query) / 2


def pieces(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_ino for path in (folder / NAME).iterdir() if path.is_dir()}


def test_an_addition_leaves_the_files_of_earlier_ones_alone(tmp_path: Path) -> None:
    with EXACT.opened(tmp_path) as store:
        fill(store, ["a", "b"])
        before = pieces(tmp_path)
        fill(store, ["c"])
        assert before.items() < pieces(tmp_path).items()


def test_a_deletion_rewrites_only_the_piece_that_loses_a_vector(tmp_path: Path) -> None:
    with EXACT.opened(tmp_path) as store:
        fill(store, ["a", "b"])
        fill(store, ["c", "d"])
        before = pieces(tmp_path)
        store.delete(["c"])
        store.commit()
        assert len(before.items() & pieces(tmp_path).items()) == 1
        assert len(pieces(tmp_path)) == 2
        store.delete(["d"])
        store.commit()
        assert len(pieces(tmp_path)) == 1


def test_many_small_additions_are_gathered_into_one_piece(tmp_path: Path) -> None:
    ids = [f"{number:02d}" for number in range(50)]
    largest = 0
    with EXACT.opened(tmp_path) as store:
        for given in ids:
            fill(store, [given])
            largest = max(largest, len(pieces(tmp_path)))
        assert store.ids() == set(ids)
    assert 2 <= largest <= 9


def test_what_was_deleted_or_replaced_is_gone_from_the_disk(tmp_path: Path) -> None:
    with EXACT.opened(tmp_path) as store:
        fill(store, ["secret one", "secret two", "other"])
        store.delete(["secret one"])
        store.add(["secret two"], units(["new"]))
        store.commit()
    content = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert unit("other").tobytes() in content
    assert unit("new").tobytes() in content
    assert unit("secret one").tobytes() not in content
    assert unit("secret two").tobytes() not in content
    assert b"secret one" not in content


def test_the_order_of_calls_before_a_commit_does_not_change_the_files(tmp_path: Path) -> None:
    contents = []
    for number, ids in enumerate((["a", "b", "c"], ["c", "a", "b"])):
        with EXACT.opened(tmp_path / str(number)) as store:
            for given in ids:
                store.add([given], units([given]))
            store.commit()
        contents.append({path.name: path.read_bytes() for path in (tmp_path / str(number)).rglob("*/*/*")})
    assert contents[0] == contents[1] != {}


def test_a_mapped_collection_outlives_its_files(tmp_path: Path) -> None:
    with EXACT.opened(tmp_path) as reader, EXACT.opened(tmp_path) as writer:
        fill(writer, ["a", "b"])
        reader.open(COLLECTION)
        writer.delete(["a", "b"])
        writer.commit()
        assert not pieces(tmp_path)
        assert reader.search(unit("a"), 1).ids == ("a",)


def test_it_has_no_settings() -> None:
    with pytest.raises(ValueError, match="Extra inputs"):
        Kind("exact", {"metric": "cosine"}).make(Path())
