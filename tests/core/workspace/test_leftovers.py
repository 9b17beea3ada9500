"""What a killed process was writing is removed by the next run, and nothing that another process still writes.

Modules: ``potluck.workspace.manifests``, ``potluck.workspace.scratch``.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from potluck import Recipe
from potluck.atomic_files import remove_leftovers, write_atomically
from potluck.temporary import working_folder
from support.fake_plugins import install_hashing, visible

WRITERS = {
    "a file": """
import os, sys
from pathlib import Path
from potluck import atomic_files
def stop(handle):
    print("writing", flush=True)
    sys.stdin.read()
os.fsync = stop
atomic_files.write_atomically(Path(sys.argv[1]) / "manifest.json", b"new")
""",
    "a folder": """
import sys
from pathlib import Path
from potluck.temporary import working_folder
with working_folder(Path(sys.argv[1]), "converting") as folder:
    (folder / "weights").write_bytes(b"0" * 1000)
    print("writing", flush=True)
    sys.stdin.read()
""",
}


@pytest.fixture(params=WRITERS)
def writer(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", WRITERS[request.param], str(tmp_path)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "writing\n"
    yield process
    process.kill()
    process.communicate()


def write_again(folder: Path) -> None:
    write_atomically(folder / "manifest.json", b"newer")
    with working_folder(folder, "converting") as mine:
        assert mine.is_dir()


def test_what_another_process_is_writing_stays(writer: subprocess.Popen[str], tmp_path: Path) -> None:
    before = set(os.listdir(tmp_path))

    write_again(tmp_path)
    remove_leftovers(tmp_path)

    assert set(os.listdir(tmp_path)) == before | {"manifest.json"}
    writer.communicate("")
    assert writer.returncode == 0
    assert os.listdir(tmp_path) == ["manifest.json"]


def test_what_a_killed_process_was_writing_goes_with_the_next_write(
    writer: subprocess.Popen[str], tmp_path: Path
) -> None:
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    assert len(os.listdir(tmp_path)) >= 1

    write_again(tmp_path)

    assert os.listdir(tmp_path) == ["manifest.json"]


def test_files_of_the_user_are_never_taken_for_leftovers(tmp_path: Path) -> None:
    (tmp_path / ".manifest.json.swp").touch()
    (tmp_path / ".manifest.json.abcdefgh").touch()

    write_atomically(tmp_path / "manifest.json", b"new")
    remove_leftovers(tmp_path)

    assert sorted(os.listdir(tmp_path)) == [".manifest.json.abcdefgh", ".manifest.json.swp", "manifest.json"]


INDEXER = """
import os, sys
from potluck import Recipe
from potluck.stages import index
def killed(store, wanted):
    os.kill(os.getpid(), 9)
index._remove = killed
with Recipe.load(sys.argv[1]) as recipe:
    recipe.index()
"""


@pytest.mark.parametrize("store", ["exact", "faiss", "chroma"])
def test_vectors_that_a_killed_run_was_about_to_delete_are_deleted_by_the_next(
    store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with visible(install_hashing(tmp_path / "site"), monkeypatch):
        recipe, note = tmp_path / "recipe.yaml", tmp_path / "note.txt"
        recipe.write_text(f"documents: note.txt\nembedder: hashing\nstore: {store}\n", encoding="utf-8")
        note.write_text("從前的筆記。", encoding="utf-8")
        with Recipe.load(recipe) as first:
            first.index()
        note.write_text("現在的筆記。", encoding="utf-8")
        assert subprocess.run([sys.executable, "-c", INDEXER, str(recipe)], check=False).returncode == -9
        (tmp_path / ".potluck" / ".left.potluck-by-a-kill").touch()
        (tmp_path / ".potluck" / "runs" / "1").mkdir(parents=True)
        (tmp_path / ".potluck" / "runs" / "1" / ".manifest.json.potluck-abc").touch()

        with Recipe.load(recipe) as second:
            assert second.workspace.was_killed()
            report = second.index()
            held = second.retriever().store.ids()
            assert not second.workspace.was_killed()

        assert (report.loaded, report.embedded, report.documents.unchanged, len(held)) == (0, 0, 1, 1)
        assert not list((tmp_path / ".potluck").rglob(".*potluck-*"))
