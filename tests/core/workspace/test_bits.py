"""One altered bit in what a database says of itself: it is told by name, and repair loses nothing that is whole.

Modules: ``potluck.workspace.answer_cache``, ``potluck.workspace.catalogue``, ``potluck.workspace.connection``,
``potluck.workspace.repair``.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest

from potluck.documents import Chunk, Document
from potluck.errors import WorkspaceDamaged
from potluck.workspace.answer_cache import AnswerCache
from potluck.workspace.catalogue import Catalogue, IndexState, Load
from potluck.workspace.repair import FileReport, check_workspace, repair_workspace
from potluck.workspace.storage_errors import storage_errors

PAGE = 4096
META = 34
"""The two rows of ``meta`` are the last bytes of the second page."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A document of two chunks in a catalogue, and an answer and a question in a answer cache."""
    catalogue = Catalogue(tmp_path / "catalogue.sqlite")
    catalogue.add_load(Load("甲", "甲.txt", "content"), "loader", [Document("甲.txt", "甲1甲2")])
    (document,) = catalogue.document_ids("甲")
    catalogue.add_chunks(document, "甲.txt", "splitter", [Chunk(0, 2, "甲1"), Chunk(2, 4, "甲2")])
    texts = [chunk.text for chunk in catalogue.chunks("甲", "splitter")]
    catalogue.add_vectors("embedder", texts, np.ones((2, 4), np.float32))
    catalogue.set_index(IndexState("index", "splitter", "embedder", 4, {"甲.txt": "甲"}))
    catalogue.close()
    cache = AnswerCache(tmp_path / "calls.sqlite")
    cache.keep_answer("key", {"text": "一九五二年"})
    cache.keep_question_vectors("embedder", ["哪一年？"], np.ones((1, 4), np.float32))
    cache.close()
    return tmp_path


def flips(path: Path, places: Iterable[tuple[int, int]]) -> Iterable[str]:
    """The file with one bit of a byte altered, for each of the places in turn; as it was, in the end."""
    content = path.read_bytes()
    for place, bit in places:
        path.write_bytes(content[:place] + bytes([content[place] ^ 1 << bit]) + content[place + 1 :])
        yield f"bit {bit} of byte {place}"
    path.write_bytes(content)


def refusal(opening: Callable[[Path], Catalogue | AnswerCache], path: Path) -> str:
    """What is wrong with a file that cannot be opened."""
    try:
        opening(path).close()
    except WorkspaceDamaged as error:
        return error.reason
    return ""


def whole(reports: Iterable[FileReport]) -> dict[str, int]:
    return {name: rows.whole for report in reports for name, rows in report.rows.items()}


def survive_in_meta(folder: Path, places: Iterable[tuple[int, int]]) -> None:
    """Each flip in the rows of ``meta`` is told by whoever opens or checks the catalogue, and costs no other row."""
    path, before = folder / "catalogue.sqlite", whole(check_workspace(folder))
    for what in flips(path, places):
        assert refusal(Catalogue, path), what
        assert not check_workspace(folder)[0].is_whole, what
        repair_workspace(folder)
        assert all(report.is_whole for report in check_workspace(folder)), what
        assert whole(check_workspace(folder)) == before, what


@pytest.mark.parametrize(("place", "bit"), [(6, 2), (6, 0), (6, 1), (6, 7), (0, 0), (-5, 1), (-20, 7), (-23, 0)])
def test_a_format_that_one_bit_has_altered_is_told_and_mended(folder: Path, place: int, bit: int) -> None:
    """``format3`` becomes 7, 2, 1, no UTF-8 and ``gormat3``; then the row's header, and the checksum and its name."""
    start = (folder / "catalogue.sqlite").read_bytes().index(b"format3")

    survive_in_meta(folder, [(start + place, bit)])


def test_a_format_that_has_become_the_first_is_not_taken_for_a_catalogue_without_checksums(folder: Path) -> None:
    path = folder / "catalogue.sqlite"
    for _ in flips(path, [(path.read_bytes().index(b"format3") + 6, 1)]):
        assert refusal(Catalogue, path) == check_workspace(folder)[0].pages == "its format is 1"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_bit_of_the_format_and_its_checksum_is_told_and_mended(folder: Path) -> None:
    survive_in_meta(folder, [(place, bit) for place in range(2 * PAGE - META, 2 * PAGE) for bit in range(8)])


def survive_in_schema(folder: Path, name: str, bits: Callable[[], int], step: int) -> None:
    """Whatever bit of the first page is flipped: opening tells it by name or works, and so does repair."""
    opening = {"catalogue.sqlite": Catalogue, "calls.sqlite": AnswerCache}[name]
    content = (folder / name).read_bytes()[:PAGE]
    places = [(place, bits()) for place in range(0, PAGE, step) if content[place]]
    for what in flips(folder / name, places):
        refused = refusal(opening, folder / name)
        found = {report.file: report for report in check_workspace(folder)}[name]
        assert not (refused and found.is_whole), what
        repair_workspace(folder)
        assert refusal(opening, folder / name) == "", what
        assert all(report.is_whole for report in check_workspace(folder)), what


SCHEMAS = pytest.mark.parametrize("name", ["catalogue.sqlite", "calls.sqlite"])


@SCHEMAS
@pytest.mark.parametrize("bit", [5, 7])
def test_some_bits_of_the_schema(folder: Path, name: str, bit: int) -> None:
    survive_in_schema(folder, name, lambda: bit, 61 if name == "catalogue.sqlite" else 13)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@SCHEMAS
def test_every_byte_of_the_schema(folder: Path, name: str) -> None:
    survive_in_schema(folder, name, lambda: 7, 1)
    chance = random.Random(5)
    survive_in_schema(folder, name, lambda: chance.randrange(7), 1)


@SCHEMAS
def test_a_table_whose_name_is_not_utf_8_any_more_is_told_in_words(folder: Path, name: str) -> None:
    path, opening = folder / name, {"catalogue.sqlite": Catalogue, "calls.sqlite": AnswerCache}[name]
    place = path.read_bytes().index({"catalogue.sqlite": b"claims", "calls.sqlite": b"queries"}[name])
    for _ in flips(path, [(place, 7)]):
        assert "malformed database schema (\\x" in refusal(opening, path)
        assert "malformed database schema (\\x" in {one.file: one for one in check_workspace(folder)}[name].pages


@SCHEMAS
def test_one_altered_letter_in_a_definition_costs_no_row(folder: Path, name: str) -> None:
    """No UTF-8 any more, another name, a definition that SQLite does not understand, and one that it does."""
    path, before = folder / name, whole(check_workspace(folder))
    content = path.read_bytes()
    last = {"catalogue.sqlite": b"CREATE TABLE vectors (", "calls.sqlite": b"CREATE TABLE queries ("}[name]
    start = content.index(last)
    places = [(start - len("queriesqueries"), 7), (start, 0), (start + 2, 7), (content.index(b"embedder", start), 1)]
    for what in flips(path, places):
        damaged = path.read_bytes()
        found = check_workspace(folder)
        assert not {one.file: one for one in found}[name].is_whole, what
        assert whole(found) == before, what
        assert path.read_bytes() == damaged, what
        assert whole(repair_workspace(folder)) == before, what
        assert all(report.is_whole for report in check_workspace(folder)), what
        assert whole(check_workspace(folder)) == before, what


@SCHEMAS
def test_a_database_that_has_lost_its_tables_is_not_taken_for_a_new_one(folder: Path, name: str) -> None:
    path, opening = folder / name, {"catalogue.sqlite": Catalogue, "calls.sqlite": AnswerCache}[name]
    content = bytearray(path.read_bytes())
    content[103:105] = b"\0\0"  # how many tables there are
    path.write_bytes(content)

    assert refusal(opening, path) == "its tables are gone"


def test_answers_do_not_get_new_checksums_because_the_name_of_the_column_is_damaged(folder: Path) -> None:
    path = folder / "calls.sqlite"
    path.write_bytes(path.read_bytes().replace(b"vector BLOB NOT NULL, sum", b"vector BLOB NOT NULL, rum"))

    assert refusal(AnswerCache, path) == "the definitions of the tables are not what was written"


def test_what_sqlite_did_not_say_is_not_taken_for_a_full_disk(tmp_path: Path) -> None:
    """Python raises errors of this class itself, and they have no code."""
    with pytest.raises(sqlite3.OperationalError, match="Could not decode"), storage_errors(tmp_path):
        raise sqlite3.OperationalError("Could not decode to UTF-8")
