"""A recipe that stays open (``potluck chat``, a notebook, a web server) answers from one whole state of its index.

Modules: ``potluck.stages.retrieve``, ``potluck.components.turns``, ``potluck.workspace.connection``.
"""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from potluck import Recipe
from potluck.documents import Document, Passage
from potluck.errors import WorkspaceBusy
from support.fake_plugins import install_hashing, visible
from support.store_in_place import install_in_place

RECIPE = (
    "documents: notes/*.txt\nembedder: hashing\nstore: {use: STORE}\nretriever: {k: 1000}\n"
    "splitter: {chunk_size: 60, chunk_overlap: 0}\nchat: extractive\n"
)
STORES = ["exact", "faiss", "chroma", "in-place"]

INDEXER = """
import json, sys
from pathlib import Path
from potluck import Recipe
folder = Path(sys.argv[1])
for line in sys.stdin:
    wanted = json.loads(line)
    notes = folder / "notes"
    for name, text in wanted["texts"].items():
        (notes / name).write_text(text, encoding="utf-8")
    for path in notes.iterdir():
        if path.name not in wanted["texts"]:
            path.unlink()
    for overrides in ([], ["splitter.chunk_size=%d" % wanted["size"]]):
        with Recipe.load(folder / "recipe.yaml", overrides) as recipe:
            recipe.index()
    print("done", flush=True)
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with visible(install_in_place(install_hashing(tmp_path / "site")), monkeypatch):
        yield tmp_path


def project(folder: Path, store: str = "exact") -> Path:
    (folder / "notes").mkdir(parents=True)
    (folder / "recipe.yaml").write_text(RECIPE.replace("STORE", store), encoding="utf-8")
    return folder / "recipe.yaml"


def texts_of(round_number: int) -> dict[str, str]:
    """The notes of a round: text is inserted above what stays, notes change, are added and are taken away."""
    chance = random.Random(round_number)
    notes = {}
    for number in range(2 + chance.randrange(8)):
        above = "新的一行在上面。\n" * chance.randrange(4)
        version = chance.choice([0, 0, round_number])
        notes[f"{number}.txt"] = above + "\n\n".join(
            f"第{number}號筆記第{paragraph}段，第{version}版，標準長度25m。" for paragraph in range(6)
        )
    return notes


def write(recipe: Path, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        (recipe.parent / "notes" / name).write_text(text, encoding="utf-8")


def spans(recipe: Recipe, texts: dict[str, str]) -> frozenset[tuple[str, int, int, str]]:
    """What a question has to find that asks for everything: every chunk of every note, at its place."""
    return frozenset(
        (f"notes/{name}", chunk.start, chunk.end, text[chunk.start : chunk.end])
        for name, text in texts.items()
        for chunk in recipe.components.splitter.split(Document(f"notes/{name}", text))
    )


def found(passages: list[Passage]) -> frozenset[tuple[str, int, int, str]]:
    return frozenset((one.source, one.start, one.end, one.text) for one in passages)


class Indexer:
    """A process that changes the notes and indexes them, a round at a time."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-c", INDEXER, str(folder)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def start(self, round_number: int) -> None:
        import json

        request = {"texts": texts_of(round_number), "size": 30 + round_number % 40}
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()

    def wait(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "done\n"

    def __enter__(self) -> Indexer:
        return self

    def __exit__(self, *error: object) -> None:
        self.process.communicate(timeout=60)


def ask_beside_an_indexing_process(folder: Path, store: str, rounds: int) -> None:
    recipe = project(folder, store)
    write(recipe, texts_of(0))
    with Recipe.load(recipe) as session, Indexer(folder) as indexer, ThreadPoolExecutor(1) as pool:
        session.index()
        right = {0: spans(session, texts_of(0))}
        seen = set()
        for number in range(1, rounds + 1):
            right[number] = spans(session, texts_of(number))
            indexer.start(number)
            finished = pool.submit(indexer.wait)
            while not finished.done():
                report = session.ask("標準長度是多少？")
                state = found(report.retrieved)
                assert state in (right[number - 1], right[number]), f"round {number}: a mixed state"
                assert all(texts_of_citation(one, number) for one in report.citations)
                seen.add(state == right[number])
            finished.result()
            assert found(session.ask("標準長度是多少？").retrieved) == right[number], "the new state was not noticed"
    assert seen == {True, False}, "no question came while the index was as before, or none when it had changed"


def texts_of_citation(passage: Passage, round_number: int) -> bool:
    """Whether a citation stands where it says, in the notes of this round or of the one before."""
    name = passage.source.removeprefix("notes/")
    return any(
        texts_of(number).get(name, "")[passage.start : passage.end] == passage.text
        for number in (round_number - 1, round_number)
    )


@pytest.mark.parametrize("store", ["exact", "in-place"])
def test_beside_an_indexing_process_every_answer_is_from_one_state_and_the_newest_is_noticed(
    site: Path, store: str
) -> None:
    ask_beside_an_indexing_process(site / "project", store, rounds=3)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("store", STORES)
def test_two_hundred_rounds_beside_an_indexing_process(site: Path, store: str) -> None:
    ask_beside_an_indexing_process(site / "project", store, rounds=200)


def test_a_store_that_loses_vectors_under_the_search_is_not_believed(site: Path) -> None:
    recipe = project(site / "project", "in-place")
    write(recipe, texts_of(1))
    with Recipe.load(recipe) as session:
        search = session.retriever()
        everything = found(search.retrieve("標準長度", 1000))
        (recipe.parent / "notes" / "0.txt").unlink()
        with Recipe.load(recipe) as other:
            other.index()

        assert search.index.whole
        assert found(search.retrieve("標準長度", 1000)) == everything == spans(session, texts_of(1))
        assert len(session.retriever().retrieve("標準長度", 1000)) < len(everything)


def test_what_the_catalogue_finds_is_what_the_exact_store_finds(site: Path) -> None:
    recipe = project(site / "project", "exact")
    write(recipe, texts_of(2))
    with Recipe.load(recipe) as session:
        search = session.retriever()
        from_store = search.retrieve("標準長度", 7)
        search.index.whole = False

        assert search.retrieve("標準長度", 7) == from_store
        assert search.retrieve("標準長度", 0) == []


def test_eight_threads_with_one_recipe_are_all_answered(site: Path) -> None:
    recipe = project(site / "project")
    write(recipe, texts_of(3))
    with Recipe.load(recipe) as shared:
        questions = [f"第{number % 6}段的標準長度是多少？" for number in range(20)]

        def ask_all(thread: int) -> list[tuple[str, list[Passage]]]:
            reports = [shared.ask(question) for question in questions[thread:] + questions[:thread]]
            return [(report.answer.text, report.citations) for report in reports]

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(ask_all, range(8)))

        alone = [(report.answer.text, report.citations) for report in map(shared.ask, questions)]
    for thread, given in enumerate(answers):
        assert given == alone[thread:] + alone[:thread]


def test_threads_may_ask_while_another_one_indexes(site: Path) -> None:
    recipe = project(site / "project")
    write(recipe, texts_of(4))
    with Recipe.load(recipe) as shared, ThreadPoolExecutor(4) as pool:
        shared.index()
        right = {spans(shared, texts_of(4))}
        for number in (5, 6, 7):
            for path in (recipe.parent / "notes").iterdir():
                path.unlink()
            write(recipe, texts_of(number))
            right.add(spans(shared, texts_of(number)))
            indexing = pool.submit(shared.index)
            states = [found(report.retrieved) for report in pool.map(shared.ask, ["標準長度"] * 12)]
            indexing.result()

            assert set(states) <= right
        assert found(shared.ask("標準長度").retrieved) == spans(shared, texts_of(7))


def test_a_question_is_answered_from_the_old_index_while_another_process_writes(site: Path) -> None:
    recipe = project(site / "project")
    write(recipe, texts_of(1))
    with Recipe.load(recipe) as first:
        first.index()
        (recipe.parent / "notes" / "new.txt").write_text("還沒索引的筆記。", encoding="utf-8")
        with first.workspace.write_lock(), Recipe.load(recipe) as second:
            report = second.ask("標準長度是多少？")

            assert found(report.retrieved) == spans(second, texts_of(1))
            assert report.ledger.entries[0].notes == [
                "another process is writing the workspace: answered from the index as it was finished last"
            ]
            with pytest.raises(WorkspaceBusy):
                second.index()
        with Recipe.load(recipe) as later:
            assert "notes/new.txt" in {one.source for one in later.ask("標準長度是多少？").retrieved}


def test_without_an_old_index_a_question_beside_a_writer_says_who_writes(site: Path) -> None:
    recipe = project(site / "project")
    write(recipe, texts_of(1))
    writer, asker = Recipe.load(recipe), Recipe.load(recipe)
    with writer, asker, writer.workspace.write_lock(), pytest.raises(WorkspaceBusy, match="process"):
        asker.ask("標準長度是多少？")
