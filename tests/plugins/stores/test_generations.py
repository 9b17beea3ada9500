"""Files that change as a whole: what is flushed when, what is believed, and what a failing disk leads to.

Modules: ``potluck_plugins.stores._shared.workcopy``.
"""

from __future__ import annotations

import errno
import json
import os
import zlib
from pathlib import Path

import pytest

from potluck.errors import StorageFailed
from potluck_plugins.stores._shared import generations
from potluck_plugins.stores._shared.generations import Generations
from support.stores import COLLECTION, NAME, Kind, fill, largest_file, unit, units

IDS = [f"{number:03d}" for number in range(100)]


def contents(batches: list[generations.Batch]) -> list[dict[str, bytes]]:
    return [{name: bytes(content) for name, content in batch.content.items()} for batch in batches]


def test_what_is_written_is_read_and_older_files_are_removed(tmp_path: Path) -> None:
    files = Generations(tmp_path, "test 1", COLLECTION)
    assert files.read() == []
    first = files.write([], {"a": [b"one", b"two"], "inner/b": []})
    second = files.write(first, {"a": [b"three"]})
    assert contents(second) == [{"a": b"onetwo", "inner/b": b""}, {"a": b"three"}]
    assert contents(Generations(tmp_path, "test 1", COLLECTION).read()) == contents(second)
    third = files.write(second[1:], {})
    assert contents(third) == [{"a": b"three"}]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["manifest", second[1].entry.folder])


def test_files_of_another_form_count_as_none(tmp_path: Path) -> None:
    Generations(tmp_path, "test 1", COLLECTION).write([], {"a": [b"one"]})
    assert Generations(tmp_path, "test 2", COLLECTION).read() == []


def test_a_reader_whose_files_vanish_reads_what_took_their_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the manifest and the files that it names, another process commits."""
    files = Generations(tmp_path, "test 1", COLLECTION)
    files.write([], {"a": [b"old"]})
    reader, mapped = Generations(tmp_path, "test 1", COLLECTION), generations._map

    def commit_first(place: Path, entry: generations._Batch) -> generations.Batch | None:
        monkeypatch.setattr(generations, "_map", mapped)
        files.write([], {"a": [b"new"]})
        return mapped(place, entry)

    monkeypatch.setattr(generations, "_map", commit_first)
    assert contents(reader.read()) == [{"a": b"new"}]


def test_all_is_flushed_before_the_manifest_names_it_and_the_manifest_before_the_commit_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[tuple[str, str]] = []
    flush, put = os.fsync, os.replace

    def fsync(handle: int) -> None:
        flushed = os.fstat(handle)
        [path] = [path for path in tmp_path.rglob("*") if os.path.samestat(path.stat(), flushed)]
        events.append(("flushed", path.name))
        flush(handle)

    def replace(source: Path, target: Path) -> None:
        events.append(("named", Path(target).name))
        put(source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    [batch] = Generations(tmp_path / "c", "test 1", COLLECTION).write([], {"a": [b"1"], "inner/b": [b"2"]})
    at = events.index(("named", "manifest"))
    assert {("flushed", name) for name in ("a", "b", "inner", batch.entry.folder, "c", "manifest.new")} <= {
        *events[:at]
    }
    assert events[at + 1 :] == [("flushed", "c")]


@pytest.mark.parametrize(
    "damage",
    [
        lambda manifest: {**manifest, "batches": [{"folder": "../../elsewhere", "files": {}}]},
        lambda manifest: {**manifest, "batches": [{"folder": "0" * 16, "files": {"../x": {"size": 1, "crc32": 0}}}]},
        lambda manifest: {**manifest, "batches": [{"folder": "0" * 16, "files": {"x": {"size": 1, "crc32": 0}}}]},
        lambda manifest: {**manifest, "batches": None},
        lambda manifest: {**manifest, "more": 1},
        lambda manifest: [],
    ],
)
def test_a_manifest_that_makes_no_sense_counts_as_none(tmp_path: Path, damage: object) -> None:
    files = Generations(tmp_path, "test 1", COLLECTION)
    files.write([], {"a": [b"one"]})
    written = json.loads((tmp_path / "manifest").read_bytes().splitlines()[1])
    assert callable(damage)
    forged = json.dumps(damage(written), separators=(",", ":")).encode()
    (tmp_path / "manifest").write_bytes(b"%08x\n%s\n" % (zlib.crc32(forged), forged))
    assert files.read() == []


@pytest.mark.parametrize(
    "files",
    [{}, {"vectors": b"1234"}, {"vectors": b"12345678", "ids": b"a\0b", "index": b"IxFI", "dead": b"1"}],
    ids=["nothing", "too little", "nonsense"],
)
def test_a_forged_commit_counts_as_none(local: Kind, folder: Path, files: dict[str, bytes]) -> None:
    """Its checksums are right; what is in it is not what the store writes."""
    with local.opened(folder) as store:
        fill(store, IDS)
    [line] = (folder / NAME / "manifest").read_bytes().splitlines()[1:]
    form = json.loads(line)["form"]
    Generations(folder / NAME, form, COLLECTION).write([], {name: [content] for name, content in files.items()})
    with local.opened(folder) as store:
        assert (store.ids(), store.search(unit("question"), 3).ids) == (set(), ())


# A failing disk


@pytest.mark.parametrize("size", [0, 100, 4096, 100_000])
def test_a_full_disk_is_reported_and_what_was_committed_stays(local: Kind, folder: Path, size: int) -> None:
    many = [f"new {number}" for number in range(3000)]
    with local.opened(folder) as store:
        fill(store, IDS)
        before = {path for path in (folder / NAME).iterdir() if not path.name.startswith("work-")}
        store.add(many, units(["same"] * 3000))
        with largest_file(size), pytest.raises(StorageFailed, match=rf"{folder}.*make room"):
            store.commit()
        assert {*(folder / NAME).iterdir()} == before, "what was begun is gone"
        assert store.ids() == set(IDS)
        assert store.search(unit("007"), 1).ids == ("007",)
        with local.opened(folder) as other:
            assert other.ids() == set(IDS)
        store.commit()
        assert store.count() == 3100
    with local.opened(folder) as store:
        assert store.count() == 3100
    assert len(list((folder / NAME).iterdir())) <= 3


@pytest.mark.parametrize("name", ["fsync", "replace"])
@pytest.mark.parametrize("reason", [errno.ENOSPC, errno.EIO, errno.EACCES])
def test_each_failing_call_is_reported_and_can_be_made_good(
    local: Kind, folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, reason: int
) -> None:
    with local.opened(folder) as store:
        fill(store, IDS)
        calls, real = 0, getattr(os, name)
        failing, messages = 0, list[str]()

        def fail(*arguments: object) -> object:
            nonlocal calls
            calls += 1
            if calls == failing:
                raise OSError(reason, os.strerror(reason))
            return real(*arguments)

        monkeypatch.setattr(os, name, fail)
        while True:
            failing, calls = failing + 1, 0
            store.add([f"new {failing}"], units([f"new {failing}"]))
            try:
                store.commit()
            except StorageFailed as error:
                messages.append(str(error))
            else:
                break
    assert len(messages) == failing - 1 > 0
    assert all(str(folder) in message for message in messages)
    with local.opened(folder) as store:
        assert store.ids() == {*IDS, *(f"new {number}" for number in range(1, failing + 1))}


def test_a_file_in_the_place_of_the_folder_is_reported(local: Kind, folder: Path) -> None:
    folder.mkdir()
    (folder / NAME).write_text("not a folder")
    store = local.make(folder)
    with pytest.raises(StorageFailed, match=rf"{folder}.*must be readable and writable"):
        store.open(COLLECTION)
    store.close()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_reported(local: Kind, folder: Path) -> None:
    folder.mkdir(mode=0o500)
    with local.opened(folder) as store:
        store.add(IDS, units(IDS))
        with pytest.raises(StorageFailed, match="must be readable and writable"):
            store.commit()
