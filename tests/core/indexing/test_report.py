"""What indexing reports: what was added, changed, left as it was, computed and taken up again.

Modules: ``potluck.indexing.report``, ``potluck.indexing.update``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from potluck import Recipe
from potluck.indexing.report import compare_states
from potluck.results.stages import Changes
from potluck.workspace.catalogue_reader import IndexState, StoredChunk
from support.fake_plugins import install_hashing, visible


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "home"
    (folder / "notes").mkdir(parents=True)
    for name, text in (("a", "軌道 one"), ("b", "道碴 two"), ("c", "道碴 two")):
        (folder / "notes" / f"{name}.txt").write_text(text, encoding="utf-8")
    (folder / "recipe.yaml").write_text("documents: notes/*.txt\nembedder: hashing\n", encoding="utf-8")
    with visible(install_hashing(tmp_path / "site"), monkeypatch):
        yield folder


def indexed(home: Path) -> dict[str, Any]:
    with Recipe.load(home / "recipe.yaml") as recipe:
        return recipe.index().as_json()


def changes(added: int = 0, changed: int = 0, removed: int = 0, unchanged: int = 0) -> dict[str, int]:
    return {"added": added, "changed": changed, "removed": removed, "unchanged": unchanged}


COMPUTED = ("loaded", "split", "embedded", "reused")


def test_the_first_time_all_is_computed_and_a_text_of_two_documents_is_embedded_once(home: Path) -> None:
    found = indexed(home)

    assert (found["documents"], found["chunks"]) == (changes(added=3), changes(added=3))
    assert [found[key] for key in COMPUTED] == [3, 3, 2, 0]
    assert (found["failures"], found["notes"]) == ([], [])
    assert 0 < found["seconds"] == round(found["seconds"], 3)


def test_where_nothing_has_changed_nothing_is_computed(home: Path) -> None:
    indexed(home)
    found = indexed(home)

    assert (found["documents"], found["chunks"]) == (changes(unchanged=3), changes(unchanged=3))
    assert [found[key] for key in COMPUTED] == [0, 0, 0, 2]


def test_of_what_has_changed_only_that_is_computed(home: Path) -> None:
    indexed(home)
    (home / "notes" / "a.txt").write_text("軌道 three", encoding="utf-8")
    (home / "notes" / "d.txt").write_text("號誌 four", encoding="utf-8")
    (home / "notes" / "e.txt").write_text("號誌 four", encoding="utf-8")
    found = indexed(home)

    assert found["documents"] == changes(added=2, changed=1, unchanged=2)
    assert found["chunks"] == changes(added=2, changed=1, unchanged=2)
    assert [found[key] for key in COMPUTED] == [3, 3, 2, 1]


def test_a_document_whose_text_was_there_before_is_loaded_and_not_embedded(home: Path) -> None:
    indexed(home)
    (home / "notes" / "d.txt").write_text("軌道 one", encoding="utf-8")
    found = indexed(home)

    assert found["documents"] == changes(added=1, unchanged=3)
    assert [found[key] for key in COMPUTED] == [1, 1, 0, 2]


def test_a_document_that_is_gone_needs_nothing_to_be_computed(home: Path) -> None:
    indexed(home)
    (home / "notes" / "a.txt").unlink()
    found = indexed(home)

    assert (found["documents"], found["chunks"]) == (changes(removed=1, unchanged=2), changes(removed=1, unchanged=2))
    assert [found[key] for key in COMPUTED] == [0, 0, 0, 1]


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "1 document that could not be read"),
        (2, "2 documents that could not be read"),
    ],
)
def test_what_the_index_lacks_is_said(home: Path, count: int, words: str) -> None:
    for number in range(count):
        (home / "notes" / f"bad{number}.docx").write_bytes(b"PK and no more")
    (home / "recipe.yaml").write_text("documents: notes/*\nembedder: hashing\n", encoding="utf-8")
    with Recipe.load(home / "recipe.yaml") as recipe:
        report = recipe.index()

    assert len(report.failures) == count
    assert report.lacks == f"the index lacks {words}"


def test_an_index_with_everything_lacks_nothing(home: Path) -> None:
    with Recipe.load(home / "recipe.yaml") as recipe:
        assert recipe.index().lacks == ""


class Chunks:
    """A catalogue in which the chunks of an index are named after its loads."""

    def index_chunks(self, state: IndexState) -> list[StoredChunk]:
        return [chunk for load in state.loads.values() for chunk in chunks_of(load)]


def chunks_of(load: str) -> list[StoredChunk]:
    return [StoredChunk(letter, load, 0, 1, "", letter) for letter in load]


def state(**loads: str) -> IndexState:
    return IndexState("index", "splitter", "embedder", 2, loads)


@pytest.mark.parametrize(
    ("before", "after", "documents", "chunks"),
    [
        (None, {"a": "12", "b": "3"}, Changes(added=2), Changes(added=3)),
        ({"a": "12"}, {"a": "12"}, Changes(unchanged=1), Changes(unchanged=2)),
        ({"a": "12", "b": "3"}, {"a": "12"}, Changes(removed=1, unchanged=1), Changes(removed=1, unchanged=2)),
        ({"a": "12"}, {"a": "13"}, Changes(changed=1), Changes(changed=1, unchanged=1)),
        ({"a": "12"}, {"a": "134"}, Changes(changed=1), Changes(added=1, changed=1, unchanged=1)),
        ({"a": "123"}, {"a": "14"}, Changes(changed=1), Changes(changed=1, removed=1, unchanged=1)),
        ({"a": "12"}, {"b": "34"}, Changes(added=1, removed=1), Changes(added=2, removed=2)),
        (
            {"a": "1", "b": "2", "c": "3"},
            {"a": "1", "b": "4", "d": "5", "e": "6"},
            Changes(added=2, changed=1, removed=1, unchanged=1),
            Changes(added=1, changed=2, unchanged=1),
        ),
    ],
)
def test_two_states_of_an_index_are_compared_by_documents_and_chunks(
    before: dict[str, str] | None, after: dict[str, str], documents: Changes, chunks: Changes
) -> None:
    new = [chunk for load in after.values() for chunk in chunks_of(load)]
    catalogue: Any = Chunks()

    found = compare_states(None if before is None else state(**before), state(**after), new, catalogue)

    assert found == (documents, chunks)
