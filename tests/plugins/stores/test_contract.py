"""Every sentence of ``core/potluck/contracts/store.py``, checked against every store."""

from __future__ import annotations

import gc
import shutil
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from potluck.contracts import Collection, VectorStore
from potluck.errors import StoreMismatch
from support.stores import COLLECTION, DIMENSIONS, Kind, assert_right, fill, nearest, unit, units

IDS = [f"{number:03d}" for number in range(100)]
HELD = {given: unit(given) for given in IDS}

# A collection


@pytest.mark.parametrize("name", ["a" * 32, "0123456789abcdef" * 4])
def test_a_name_is_32_to_64_hexadecimal_digits(kind: Kind, folder: Path, name: str) -> None:
    with kind.opened(folder, replace(COLLECTION, name=name)) as store:
        assert store.count() == 0


def test_collections_of_one_folder_are_apart(local: Kind, folder: Path) -> None:
    other = Collection("b" * 32, 3, "another embedder")
    with local.opened(folder) as store, local.opened(folder, other) as beside:
        fill(store, IDS[:5])
        beside.add(["x"], units(["x"], 3))
        beside.commit()
        assert (store.ids(), beside.ids()) == (set(IDS[:5]), {"x"})


# What a search found


def test_hits_come_best_first(kind: Kind, folder: Path) -> None:
    with kind.opened(folder) as store:
        fill(store, IDS)
        hits = store.search(unit("question"), 20)
        assert len(hits.ids) == len(hits.scores) == 20
        assert list(hits.scores) == sorted(hits.scores, reverse=True)


def test_scores_are_cosine_similarities(kind: Kind, folder: Path) -> None:
    axes = np.eye(DIMENSIONS, dtype=np.float32)
    with kind.opened(folder) as store:
        store.add(
            ["same", "across", "opposite", "between"],
            np.stack([axes[0], axes[1], -axes[0], (axes[0] + axes[1]) / 2**0.5]),
        )
        store.commit()
        hits = store.search(axes[0], 4)
    assert hits.ids == ("same", "between", "across", "opposite")
    assert hits.scores == pytest.approx((1, 2**-0.5, 0, -1), abs=1e-6)
    assert all(type(score) is float for score in hits.scores)


# Keeps unit vectors by id in the component's folder


def test_nothing_is_written_outside_the_component_s_folder(
    local: Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    with local.opened(tmp_path / "store") as store:
        fill(store, IDS)
    assert list(elsewhere.iterdir()) == []
    assert {entry.name for entry in tmp_path.iterdir()} == {"elsewhere", "store"}


def test_the_folder_need_not_exist_and_reading_does_not_make_it(local: Kind, folder: Path) -> None:
    with local.opened(folder / "not" / "yet") as store:
        assert store.ids() == set()
        assert store.search(unit("question"), 3).ids == ()
    assert not folder.exists()


@pytest.mark.parametrize(
    "given",
    ["a", "鐵" * 64, "𠮷" * 64, "é́", "e\N{COMBINING ACUTE ACCENT}", "'; --", "a/b\\c", " ", "\n\t", "%s{}", "x" * 64],
)
def test_an_id_is_any_text_of_up_to_64_characters(kind: Kind, folder: Path, given: str) -> None:
    with kind.opened(folder) as store:
        fill(store, [given, "other"])
        assert store.ids() == {given, "other"}
        assert store.search(unit(given), 1).ids == (given,)
        store.delete([given])
        store.commit()
    with kind.opened(folder) as store:
        assert store.ids() == {"other"}


@pytest.mark.parametrize("given", ["", "a\0b", "x" * 65])
def test_what_is_not_an_id_is_refused_before_anything_is_kept(kind: Kind, folder: Path, given: str) -> None:
    with kind.opened(folder) as store:
        with pytest.raises(ValueError, match="an id is text of 1 to 64 characters"):
            store.add(["good", given], units(["good", given]))
        store.commit()
        assert store.ids() == set()


def test_an_id_that_is_added_again_replaces_the_vector(kind: Kind, folder: Path) -> None:
    with kind.opened(folder) as store:
        fill(store, IDS)
        store.add(["007"], units(["another"]))
        store.commit()
    with kind.opened(folder) as store:
        assert store.count() == 100
        hits = store.search(unit("another"), 1)
        assert (hits.ids, hits.scores[0]) == (("007",), pytest.approx(1))
        assert_right(store.search(unit("007"), 100), {**HELD, "007": unit("another")}, unit("007"))


def test_the_last_of_two_vectors_for_one_id_in_a_call_counts(kind: Kind, folder: Path) -> None:
    with kind.opened(folder) as store:
        store.add(["a", "b", "a"], units(["first", "b", "last"]))
        store.commit()
        assert store.count() == 2
        assert store.search(unit("last"), 1).scores[0] == pytest.approx(1)


def test_the_caller_may_reuse_its_array(kind: Kind, folder: Path) -> None:
    rows = units(["a", "b"])
    with kind.opened(folder) as store:
        store.add(["a", "b"], rows)
        rows[:] = 0
        store.commit()
        assert store.search(unit("a"), 1).scores[0] == pytest.approx(1)


# exact: whether search compares with every vector


def test_an_exact_store_finds_what_comparing_with_all_finds(kind: Kind, folder: Path) -> None:
    with kind.opened(folder) as store:
        fill(store, IDS)
        assert store.exact is (kind.plugin == "exact" or (kind.plugin == "faiss" and not kind.settings))
        for number in range(30):
            query = unit(f"question {number}")
            hits, truth = store.search(query, 10), nearest(HELD, query, 10)
            assert_right(hits, HELD, query)
            if store.exact:
                assert hits.ids == truth.ids


# open


def test_a_collection_that_is_not_there_is_opened_empty(kind: Kind, folder: Path) -> None:
    with kind.opened(folder) as store:
        assert (store.ids(), store.count(), store.search(unit("question"), 5).ids) == (set(), 0, ())


def test_a_collection_can_be_opened_again_without_closing(kind: Kind, folder: Path) -> None:
    with kind.opened(folder) as store, kind.opened(folder) as other:
        fill(other, IDS[:3])
        store.open(COLLECTION)
        assert store.ids() == set(IDS[:3])


def test_other_dimensions_are_a_mismatch(kind: Kind, folder: Path) -> None:
    with kind.opened(folder) as store:
        fill(store, IDS[:3])
    other = kind.make(folder)
    with pytest.raises(StoreMismatch, match=r"16.*17.*index again"):
        other.open(replace(COLLECTION, dimensions=17))
    other.close()
    with kind.opened(folder) as store:
        assert store.ids() == set(IDS[:3])


def test_another_fingerprint_is_a_mismatch(kind: Kind, folder: Path) -> None:
    with kind.opened(folder) as store:
        fill(store, IDS[:3])
    other = kind.make(folder)
    with pytest.raises(StoreMismatch, match=r"ffffffffffff.*000000000000.*index again"):
        other.open(replace(COLLECTION, fingerprint="0" * 64))
    other.close()
    with kind.opened(folder) as store:
        assert store.ids() == set(IDS[:3])


def files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def build(kind: Kind, folder: Path) -> list[Path]:
    """A collection of three commits, and its files by their names within the folder."""
    with kind.opened(folder) as store:
        fill(store, IDS[:60])
        fill(store, IDS[60:])
        store.delete(IDS[:10])
        store.commit()
    return [path.relative_to(folder) for path in files_of(folder)]


def assert_empty(kind: Kind, folder: Path, what: str) -> None:
    with kind.opened(folder) as store:
        assert (store.ids(), store.count(), store.search(unit("question"), 5).ids) == (set(), 0, ()), what


def assert_empty_then_usable(kind: Kind, folder: Path, what: str) -> None:
    assert_empty(kind, folder, what)
    with kind.opened(folder) as store:
        fill(store, ["new"])
    with kind.opened(folder) as store:
        assert store.ids() == {"new"}, what
        assert store.search(unit("new"), 5).scores == pytest.approx((1,)), what


def test_a_missing_file_makes_an_empty_collection(local: Kind, folder: Path, tmp_path: Path) -> None:
    for number, name in enumerate(build(local, folder)):
        copy = shutil.copytree(folder, tmp_path / str(number))
        (copy / name).unlink()
        assert_empty_then_usable(local, copy, str(name))


def test_a_truncated_file_makes_an_empty_collection(local: Kind, folder: Path, tmp_path: Path) -> None:
    for number, name in enumerate(build(local, folder)):
        size = (folder / name).stat().st_size
        for length in {0, size // 2, size - 1} - {size, -1}:
            copy = shutil.copytree(folder, tmp_path / f"{number}-{length}")
            (copy / name).write_bytes((folder / name).read_bytes()[:length])
            assert_empty(local, copy, f"{name} cut to {length}")


def test_an_altered_file_makes_an_empty_collection(local: Kind, folder: Path, tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    for number, name in enumerate(build(local, folder)):
        content = bytearray((folder / name).read_bytes())
        for position in dict.fromkeys(generator.integers(0, len(content), 10 if content else 0).tolist()):
            copy = shutil.copytree(folder, tmp_path / f"{number}-{position}")
            altered = bytearray(content)
            altered[position] ^= 1 << int(generator.integers(8))
            (copy / name).write_bytes(altered)
            assert_empty(local, copy, f"{name} altered at {position}")


def test_a_file_of_another_commit_makes_an_empty_collection(local: Kind, folder: Path, tmp_path: Path) -> None:
    """Files of the same length, from a collection that differs in its vectors alone."""
    other = tmp_path / "other"
    for place, seed in ((folder, "one"), (other, "two")):
        with local.opened(place) as store:
            store.add(IDS, units([f"{seed} {given}" for given in IDS]))
            store.commit()
    mine = [path for path in files_of(folder) if path.name != "manifest"]
    theirs = {path.name: path for path in files_of(other)}
    for path in mine:
        before, after = path.read_bytes(), theirs[path.name].read_bytes()
        if before != after:
            copy = shutil.copytree(folder, tmp_path / path.name)
            (copy / path.relative_to(folder)).write_bytes(after)
            assert_empty_then_usable(local, copy, path.name)


# add


@pytest.mark.parametrize("dimensions", [1, DIMENSIONS - 1, DIMENSIONS + 1])
def test_vectors_of_other_dimensions_are_a_mismatch(kind: Kind, folder: Path, dimensions: int) -> None:
    with kind.opened(folder) as store:
        fill(store, IDS[:3])
        with pytest.raises(StoreMismatch, match=str(dimensions)):
            store.add(["new"], units(["new"], dimensions))
        store.commit()
        assert store.ids() == set(IDS[:3])


def test_ids_and_vectors_have_to_be_as_many(kind: Kind, folder: Path) -> None:
    with kind.opened(folder) as store, pytest.raises(ValueError, match="2 ids"):
        store.add(["a", "b"], units(["a", "b", "c"]))


def test_adding_nothing_is_allowed(kind: Kind, folder: Path) -> None:
    with kind.opened(folder) as store:
        store.add([], np.empty((0, DIMENSIONS), np.float32))
        store.delete([])
        store.commit()
        assert store.count() == 0


def test_more_vectors_than_a_library_takes_at_once(kind: Kind, folder: Path) -> None:
    """A Chroma server takes 5,461 records of a call or fewer."""
    ids = [f"{number:05d}" for number in range(6000)]
    with kind.opened(folder, replace(COLLECTION, dimensions=4)) as store:
        store.add(ids, units(ids, 4))
        store.commit()
        assert store.count() == 6000
        store.delete(ids[:5999])
        store.commit()
        assert store.ids() == {"05999"}


# delete


def test_deleted_vectors_are_found_no_more(kind: Kind, folder: Path) -> None:
    with kind.opened(folder) as store:
        fill(store, IDS)
        store.delete(IDS[:50])
        store.commit()
    with kind.opened(folder) as store:
        assert store.ids() == set(IDS[50:])
        assert store.count() == 50
        assert_right(store.search(unit("000"), 100), {given: HELD[given] for given in IDS[50:]}, unit("000"))


def test_unknown_ids_are_ignored(kind: Kind, folder: Path) -> None:
    with kind.opened(folder) as store:
        store.delete(["unknown"])
        store.commit()
        fill(store, IDS[:3])
        store.delete(["unknown", "000", "未知", "000"])
        store.commit()
        assert store.ids() == {"001", "002"}


def test_the_last_word_on_an_id_counts(kind: Kind, folder: Path) -> None:
    with kind.opened(folder) as store:
        store.add(["kept", "gone"], units(["kept", "gone"]))
        store.delete(["kept", "gone"])
        store.add(["kept"], units(["kept again"]))
        store.commit()
        assert store.ids() == {"kept"}
        assert store.search(unit("kept again"), 1).scores[0] == pytest.approx(1)


def test_all_can_be_deleted_and_added_again(kind: Kind, folder: Path) -> None:
    with kind.opened(folder) as store:
        for _ in range(2):
            fill(store, IDS)
            store.delete(IDS)
            store.commit()
            assert (store.ids(), store.search(unit("000"), 3).ids) == (set(), ())
    with kind.opened(folder) as store:
        assert store.count() == 0


# commit


def test_what_is_committed_is_there_for_the_next(kind: Kind, folder: Path) -> None:
    with kind.opened(folder) as store:
        fill(store, IDS)
        with kind.opened(folder) as other:
            assert other.ids() == set(IDS)
    with kind.opened(folder) as store:
        assert store.ids() == set(IDS)
        assert_right(store.search(unit("question"), 100), HELD, unit("question"))


def test_a_commit_of_nothing_changes_nothing(kind: Kind, folder: Path) -> None:
    with kind.opened(folder) as store:
        fill(store, IDS)
        before = [(path, path.read_bytes()) for path in files_of(folder)]
        store.commit()
        assert [(path, path.read_bytes()) for path, _ in before] == before


def test_what_was_not_committed_in_a_workspace_is_forgotten(local: Kind, folder: Path) -> None:
    with local.opened(folder) as store:
        fill(store, IDS[:3])
        store.add(["new"], units(["new"]))
        store.delete(IDS[:2])
    with local.opened(folder) as store:
        assert store.ids() == set(IDS[:3])


def test_a_store_that_another_has_overtaken_adds_to_what_the_other_wrote(kind: Kind, folder: Path) -> None:
    with kind.opened(folder) as late, kind.opened(folder) as early:
        fill(early, IDS[:50])
        fill(late, IDS[50:])
        late.delete(["000"])
        late.commit()
    with kind.opened(folder) as store:
        assert store.ids() == set(IDS[1:])
        assert_right(store.search(unit("question"), 100), HELD, unit("question"))


# search


@pytest.mark.parametrize(("k", "found"), [(-1, 0), (0, 0), (1, 1), (99, 99), (100, 100), (101, 100), (100_000, 100)])
def test_a_search_finds_at_most_k(kind: Kind, folder: Path, k: int, found: int) -> None:
    with kind.opened(folder) as store:
        fill(store, IDS)
        hits = store.search(unit("question"), k)
        assert len(hits.ids) == found
        assert_right(hits, HELD, unit("question"))


def test_a_question_of_another_shape_is_a_mismatch(kind: Kind, folder: Path) -> None:
    with kind.opened(folder) as store:
        for _ in range(2):
            for question in (unit("question", 3), units(["question"])):
                with pytest.raises(StoreMismatch):
                    store.search(question, 3)
            fill(store, IDS)


@pytest.mark.parametrize("k", [1, 2, 4, 20, 50])
def test_equal_scores_come_in_the_order_of_ids(kind: Kind, folder: Path, k: int) -> None:
    """One vector under many ids that come in no order, and the boundary of k among them.

    Fewer where the index is a graph: a crowd of equal vectors fills each other's lists of neighbours and hides the
    rest.
    """
    with kind.opened(folder) as store:
        twins = 60 if store.exact else 6
        ids = [f"{(number * 37) % twins:02d}" for number in range(twins)]
        store.add(["best"], units(["question"]))
        for start in range(0, twins, twins // 3):
            store.add(ids[start : start + twins // 3], units(["twin"] * (twins // 3)))
            store.commit()
        hits = store.search(unit("question"), k)
    assert hits.ids == ("best", *sorted(ids))[:k]
    assert len(set(hits.scores[1:])) <= 1


def test_the_order_of_additions_makes_no_difference(kind: Kind, folder: Path, tmp_path: Path) -> None:
    found = []
    for number, ids in enumerate((IDS, IDS[::-1], [*IDS[50:], *IDS[:50]])):
        with kind.opened(tmp_path / str(number)) as store:
            store.delete(sorted(store.ids()))
            for start in range(0, 100, 25):
                fill(store, ids[start : start + 25])
            found.append([store.search(unit(f"question {n}"), 7) for n in range(10)])
    if store.exact:
        assert found[0] == found[1] == found[2]
    for n in range(10):
        scores = {given: score for each in found for given, score in zip(each[n].ids, each[n].scores, strict=True)}
        assert all(scores[i] == s for each in found for i, s in zip(each[n].ids, each[n].scores, strict=True))


def test_what_is_not_yet_committed_does_not_disturb_the_rest(kind: Kind, folder: Path) -> None:
    with kind.opened(folder) as store:
        fill(store, IDS)
        store.add(["new"], units(["new"]))
        store.delete(["000"])
        hits = store.search(unit("question"), 100)
        assert_right(hits, {**HELD, "new": unit("new")}, unit("question"))
        assert set(hits.ids) >= set(IDS[1:])


# close


def test_a_closed_store_holds_nothing(kind: Kind, folder: Path) -> None:
    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("always", ResourceWarning)
        store = kind.make(folder)
        store.open(COLLECTION)
        fill(store, IDS)
        store.search(unit("question"), 3)
        store.close()
        del store
        gc.collect()
    assert not [warning.message for warning in given if warning.category is ResourceWarning]
    held = {path.resolve() for path in Path("/proc/self/fd").iterdir()} if Path("/proc/self/fd").exists() else set()
    assert not [path for path in held if path.is_relative_to(folder.resolve())]
    assert str(folder) not in (Path("/proc/self/maps").read_text() if Path("/proc/self/maps").exists() else "")
    shutil.rmtree(folder, ignore_errors=kind.is_server)


def test_a_store_that_was_never_opened_can_be_closed(kind: Kind, folder: Path) -> None:
    store: VectorStore = kind.make(folder)
    store.close()
    assert not folder.exists()
