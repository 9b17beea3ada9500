"""Chunks of any splitter are looked at: in order, the document's own text, and nothing left out.

Modules: ``potluck.stages.split``.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from potluck.contracts import Splitter
from potluck.documents import Chunk, Document
from potluck.errors import ContractBroken
from potluck.ledger import Entry
from potluck.observation.observers import Observers
from potluck.observation.stage import stage
from potluck.stages.split import account_chunks, check_chunks, split_documents
from potluck.workspace import Workspace
from potluck.workspace.catalogue import Load, StoredChunk

TEXT = "  The gauge is 1067 mm.\n\n軌距為一公尺。  "
DOCUMENT = Document("規範.txt", TEXT)


def chunk(start: int, end: int, text: str | None = None) -> Chunk:
    return Chunk(start, end, TEXT[start:end] if text is None else text)


FIRST, SECOND = (2, 23), (25, 32)


@pytest.mark.parametrize(
    "places", [[FIRST, SECOND], [(2, 32)], [(2, 14), (6, 23), SECOND], [FIRST, FIRST, SECOND], [FIRST, (2, 11), SECOND]]
)
def test_chunks_that_hold_all_text_in_order_are_taken_as_they_are(places: list[tuple[int, int]]) -> None:
    chunks = [chunk(*place) for place in places]

    assert check_chunks(DOCUMENT, chunks) is chunks


def test_a_document_without_text_needs_no_chunk() -> None:
    assert check_chunks(Document("a", " \n\t"), []) == []


@pytest.mark.parametrize(
    ("chunks", "message"),
    [
        ([chunk(*SECOND), chunk(*FIRST)], "the splitter left out 'The gauge is 1067 mm.' at 0"),
        ([chunk(2, 32), chunk(25, 32), chunk(2, 23)], "the chunk at 2 is out of order, or has white space around it"),
        ([chunk(1, 32)], "the chunk at 1 is out of order, or has white space around it"),
        ([chunk(2, 33)], "the chunk at 2 is out of order, or has white space around it"),
        ([chunk(2, 23, "The gauge is 1000 mm.")], "the chunk at 2 to 23 is not the document's text there"),
        ([chunk(2, 23, "The gauge")], "the chunk at 2 to 23 is not the document's text there"),
        ([chunk(2, 2)], "the chunk at 2 to 2 is not the document's text there"),
        ([chunk(*FIRST)], "the splitter left out '軌距為一公尺。' at 23"),
        ([chunk(*SECOND)], "the splitter left out 'The gauge is 1067 mm.' at 0"),
        ([chunk(2, 11), chunk(15, 32)], "the splitter left out 'is' at 11"),
        ([], "the splitter left out 'The gauge is 1067 mm.\\n\\n軌距為一公尺。' at 0"),
    ],
)
def test_chunks_that_break_the_contract_are_told_with_document_and_place(chunks: list[Chunk], message: str) -> None:
    with pytest.raises(ContractBroken) as raised:
        check_chunks(DOCUMENT, chunks)

    assert str(raised.value) == f"規範.txt: {message}"


class Gives(Splitter):
    """A splitter that gives what it is told to."""

    def __init__(self, given: Any) -> None:
        self.given = given

    def split(self, document: Document) -> Any:
        return self.given


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (None, "the splitter gave None, and no chunks one by one"),
        ([chunk(*FIRST), "軌距為一公尺。"], "the splitter gave a str, not a Chunk"),
    ],
)
def test_a_splitter_that_gives_no_chunks_is_told_what_it_gave(tmp_path: Path, given: object, message: str) -> None:
    with contextlib.closing(Workspace(tmp_path / ".potluck")) as workspace, workspace.write_lock():
        workspace.catalogue.add_load(Load("a", "規範.txt", "a"), "loader", [DOCUMENT])
        with stage(Observers(), "split", "files", 1) as running, pytest.raises(ContractBroken, match=message) as raised:
            split_documents(["a"], Gives(given), "s", workspace.catalogue, running)
    assert str(raised.value) == f"規範.txt: {message}"


def test_of_what_was_left_out_forty_characters_are_shown() -> None:
    with pytest.raises(ContractBroken, match=rf"left out '{'x' * 40}' at 0"):
        check_chunks(Document("a", "x" * 60), [])
    with pytest.raises(ContractBroken, match=rf"left out '{'x' * 40}' at 0"):
        check_chunks(Document("a", "x" * 60 + "y"), [Chunk(60, 61, "y")])


class ByLine(Splitter):
    """A chunk of each line."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def split(self, document: Document) -> Iterator[Chunk]:
        self.asked.append(document.source)
        place = 0
        for line in document.text.split("\n"):
            if line:
                yield Chunk(place, place + len(line), line)
            place += len(line) + 1


def test_each_document_is_split_once_and_progress_is_told_by_file(tmp_path: Path) -> None:
    splitter: Any = ByLine()
    workspace = Workspace(tmp_path / ".potluck")
    try:
        with workspace.write_lock():
            catalogue = workspace.catalogue
            documents = [Document("a.txt", "一\ntwo"), Document("b.txt", "three"), Document("b.txt#2", "four")]
            for name, held in (("a", documents[:1]), ("b", documents[1:])):
                catalogue.add_load(Load(name, f"{name}.txt", name), "loader", held)
            with stage(Observers(), "split", "files", 2) as running:
                assert split_documents(["a", "b"], splitter, "s1", catalogue, running) == 3
                assert running.event.done == 2
            with stage(Observers(), "split", "files", 2) as running:
                assert split_documents(["a", "b"], splitter, "s1", catalogue, running) == 0
                assert split_documents(["a"], splitter, "s2", catalogue, running) == 1
        assert splitter.asked == ["a.txt", "b.txt", "b.txt#2", "a.txt"]
    finally:
        workspace.close()


class Sizes:
    """Says how long documents are."""

    def document_size(self, document: str) -> tuple[int, list[str]]:
        return {"a": 100, "b": 50}[document], []


@pytest.mark.parametrize(
    ("places", "documents", "came_in", "characters", "dropped"),
    [
        ([("a", 0, 40), ("a", 40, 100)], 1, 100, 100, 0),
        ([("a", 0, 60), ("a", 40, 100)], 1, 100, 120, 0),
        ([("a", 0, 40), ("a", 50, 90)], 1, 100, 80, 20),
        ([("a", 0, 60), ("a", 10, 50), ("a", 55, 70)], 1, 100, 115, 30),
        ([("a", 0, 100), ("b", 10, 20)], 2, 150, 110, 40),
        ([], 0, 0, 0, 0),
    ],
)
def test_the_ledger_counts_what_lies_in_no_chunk(
    places: Sequence[tuple[str, int, int]], documents: int, came_in: int, characters: int, dropped: int
) -> None:
    entry = Entry("split", "chunks")
    sizes: Any = Sizes()

    account_chunks(entry, [stored(*place) for place in places], sizes)

    assert (entry.came_in.items, entry.came_in.characters) == (documents, came_in)
    assert (entry.went_out.items, entry.went_out.characters) == (len(places), characters)
    assert (entry.dropped.items, entry.dropped.characters) == (0, dropped)


def stored(document: str, start: int, end: int) -> Any:
    names = StoredChunk.__dataclass_fields__
    held = {"document": document, "start": start, "end": end}
    return StoredChunk(**{name: held.get(name, "") for name in names})
