"""The faiss store: its indexes, what is deleted from them, and what faiss is given to read.

Modules: ``potluck_plugins.stores._shared.pending``, ``potluck_plugins.stores._shared.ranking``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest

from potluck.contracts import Collection, Vectors
from potluck_plugins.stores.faiss import FaissStore
from support.stores import COLLECTION, LOCAL, NAME, Kind, fill, unit, units

IDS = [f"{number:03d}" for number in range(100)]
EXACT = LOCAL["exact"]
WIDE = Collection(NAME, 64, "f" * 64)


def topics(count: int, seed: int = 0) -> Vectors:
    """Vectors in forty clusters, as those of documents are."""
    generator = np.random.default_rng(seed)
    centres = np.random.default_rng(99).standard_normal((40, 64))
    rows = centres[generator.integers(0, 40, count)] + 0.7 * generator.standard_normal((count, 64))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def faiss_store(**settings: Any) -> Kind:
    return Kind("faiss", settings)


def written(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*/*/*")}


def test_flat_finds_what_the_exact_store_finds_to_the_last_bit(tmp_path: Path) -> None:
    ids = [f"{number:04d}" for number in range(3000)]
    with (
        LOCAL["faiss-flat"].opened(tmp_path / "flat", WIDE) as flat,
        LOCAL["exact"].opened(tmp_path / "e", WIDE) as exact,
    ):
        for store in (flat, exact):
            store.add(ids, topics(3000))
            store.commit()
        for query in topics(50, seed=1):
            for k in (1, 10, 500, 3000):
                assert flat.search(query, k) == exact.search(query, k)


@pytest.mark.parametrize(
    ("settings", "least"), [({"index": "hnsw"}, 0.99), ({"index": "ivf", "nlist": 40}, 0.95), ({"index": "ivf"}, 1)]
)
def test_approximate_indexes_find_nearly_all_of_the_nearest(
    tmp_path: Path, settings: dict[str, Any], least: float
) -> None:
    ids = [f"{number:04d}" for number in range(3000)]
    found = 0
    with (
        faiss_store(**settings).opened(tmp_path / "a", WIDE) as store,
        LOCAL["exact"].opened(tmp_path / "e", WIDE) as exact,
    ):
        assert not store.exact
        for each in (store, exact):
            each.add(ids, topics(3000))
            each.commit()
        for query in topics(100, seed=1):
            found += len(set(store.search(query, 10).ids) & set(exact.search(query, 10).ids))
    assert found / 1000 >= least


@pytest.mark.parametrize(
    ("low", "high"),
    [
        ({"index": "hnsw", "m": 6, "ef_construction": 20, "ef_search": 1}, {"ef_search": 500}),
        ({"index": "ivf", "nlist": 40, "nprobe": 1}, {"nprobe": 40}),
    ],
)
def test_ef_search_and_nprobe_buy_recall(tmp_path: Path, low: dict[str, Any], high: dict[str, Any]) -> None:
    ids, found = [f"{number:04d}" for number in range(2000)], []
    for number, settings in enumerate((low, {**low, **high})):
        with faiss_store(**settings).opened(tmp_path / str(number), WIDE) as store:
            store.add(ids, topics(2000))
            store.commit()
            found.append([set(store.search(query, 10).ids) for query in topics(50, seed=1)])
    with EXACT.opened(tmp_path / "exact", WIDE) as exact:
        exact.add(ids, topics(2000))
        exact.commit()
        truth = [set(exact.search(query, 10).ids) for query in topics(50, seed=1)]
    poor, good = (sum(len(a & b) for a, b in zip(each, truth, strict=True)) / 500 for each in found)
    assert poor < good > 0.95


def test_ivf_is_flat_until_there_are_39_vectors_for_each_list(tmp_path: Path) -> None:
    with faiss_store(index="ivf", nlist=2).opened(tmp_path) as store:
        assert isinstance(store, FaissStore)
        fill(store, IDS[:77])
        assert not store.trained
        fill(store, IDS[77:78])
        assert store.trained
        fill(store, IDS[78:])
        assert store.trained
    with faiss_store(index="ivf", nlist=2).opened(tmp_path) as store:
        assert isinstance(store, FaissStore)
        assert store.trained
        assert store.search(unit("007"), 1).ids == ("007",)
        store.delete(IDS[:30])
        store.commit()
        assert not store.trained
        assert store.ids() == set(IDS[30:])


@pytest.mark.parametrize("index", ["flat", "hnsw", "ivf"])
def test_the_same_vectors_and_seed_make_the_same_files(tmp_path: Path, index: str) -> None:
    contents = []
    for number, order in enumerate((1, -1)):
        with faiss_store(index=index, nlist=2).opened(tmp_path / str(number)) as store:
            ids = IDS[::order]
            fill(store, ids[:50])
            fill(store, ids[50:])
            store.delete(IDS[30:50])
            store.commit()
        contents.append(written(tmp_path / str(number)))
    assert contents[0] == contents[1]
    assert set(contents[0]) == {"index", "ids", "dead"}


def test_the_seed_decides_the_lists_of_ivf(tmp_path: Path) -> None:
    contents = []
    for seed in (0, 1):
        store = faiss_store(index="ivf", nlist=2).make(tmp_path / str(seed), seed=seed)
        store.open(COLLECTION)
        fill(store, IDS)
        store.close()
        contents.append(written(tmp_path / str(seed)))
    assert contents[0]["index"] != contents[1]["index"]


@pytest.mark.parametrize(("index", "stays"), [("flat", False), ("ivf", False), ("hnsw", True)])
def test_a_deleted_vector_leaves_the_disk_at_once_but_for_hnsw(tmp_path: Path, index: str, stays: bool) -> None:
    with faiss_store(index=index, nlist=2).opened(tmp_path) as store:
        fill(store, IDS)
        store.delete(["007"])
        store.commit()
        assert (unit("007").tobytes() in written(tmp_path)["index"]) is stays
        assert "007" not in store.search(unit("007"), 100).ids
        store.delete(IDS[20:30])
        store.commit()
        assert unit("007").tobytes() not in written(tmp_path)["index"]


def test_what_is_deleted_from_hnsw_stays_deleted_when_it_is_opened_again(tmp_path: Path) -> None:
    with faiss_store(index="hnsw").opened(tmp_path) as store:
        fill(store, IDS)
        store.delete(IDS[:5])
        store.add(["099"], units(["new"]))
        store.commit()
    with faiss_store(index="hnsw").opened(tmp_path) as store:
        assert store.ids() == set(IDS[5:])
        assert store.count() == 95
        hits = store.search(unit("099"), 100)
        assert set(hits.ids) == set(IDS[5:])
        assert hits.scores[hits.ids.index("099")] == pytest.approx(float(unit("099") @ unit("new")), abs=1e-6)


@pytest.mark.parametrize("changed", [{"index": "flat"}, {"m": 9}, {"ef_construction": 41}])
def test_an_index_of_other_parameters_counts_as_none(tmp_path: Path, changed: dict[str, Any]) -> None:
    settings = {"index": "hnsw", "m": 8, "ef_construction": 40}
    with faiss_store(**settings).opened(tmp_path) as store:
        fill(store, IDS)
    with faiss_store(**settings, ef_search=7, threads=2).opened(tmp_path) as store:
        assert store.count() == 100
    with faiss_store(**{**settings, **changed}).opened(tmp_path) as store:
        assert store.count() == 0


def test_faiss_reads_no_byte_that_was_not_verified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with LOCAL["faiss-flat"].opened(tmp_path) as store:
        fill(store, IDS)
    read, real = [], faiss.deserialize_index
    monkeypatch.setattr(faiss, "deserialize_index", lambda content: (read.append(content.tobytes()), real(content))[1])
    with LOCAL["faiss-flat"].opened(tmp_path) as store:
        assert read == [written(tmp_path)["index"]]
    [path] = tmp_path.rglob("index")
    path.write_bytes(path.read_bytes()[:-1] + b"\xff")
    with LOCAL["faiss-flat"].opened(tmp_path) as store:
        assert store.count() == 0
    assert len(read) == 1


def test_the_process_keeps_its_number_of_threads(tmp_path: Path) -> None:
    before = faiss.omp_get_max_threads()
    used = []
    with faiss_store(threads=before + 1).opened(tmp_path) as store:
        assert isinstance(store, FaissStore)
        build = store._build
        store._build = lambda rows: (used.append(faiss.omp_get_max_threads()), build(rows))[1]  # type: ignore[method-assign]
        fill(store, IDS)
        store.search(unit("question"), 3)
    assert used == [before + 1]
    assert faiss.omp_get_max_threads() == before


@pytest.mark.parametrize(
    "settings", [{"index": "pq"}, {"m": 1}, {"nlist": 0}, {"nprobe": 0}, {"ef_search": 0}, {"threads": 0}, {"M": 32}]
)
def test_settings_out_of_range_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(settings))):
        faiss_store(**settings).make(Path())


def test_how_hard_to_look_and_with_how_many_threads_does_not_change_the_index_but_threads_alone_is_operational() -> (
    None
):
    from potluck_plugins.stores.faiss import FaissConfig

    assert FaissConfig(threads=2).decisive() == FaissConfig().decisive()
    assert FaissConfig(ef_search=2).decisive() != FaissConfig().decisive()


@pytest.mark.parametrize(("index", "exact"), [("flat", True), ("hnsw", False), ("ivf", False)])
def test_an_index_says_whether_it_compares_with_every_vector(tmp_path: Path, index: str, exact: bool) -> None:
    store = faiss_store(index=index).make(tmp_path)

    assert store.exact is exact
    assert store.uses_seed
    assert not EXACT.make(tmp_path).uses_seed
