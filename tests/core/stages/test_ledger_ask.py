"""The ledger of one question: every number of retrieving and answering, on planted losses and clean runs.

Modules: ``potluck.stages.answer``, ``potluck.document_qa.ask``, ``potluck.loading.attachments``,
``potluck.embedding.batches``, ``potluck.stages.cite``, ``potluck.components.components``, ``potluck.stages.embed``,
``potluck.stages.index``, ``potluck.stages.load``, ``potluck.stages.retrieve``, ``potluck.stages.split``,
``potluck.embedding.call``, ``potluck.embedding.pooling``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from potluck import Recipe
from potluck.documents import Json
from support.fake_plugins import visible
from support.planted_losses import entry, install_planted
from support.scripted_server import Body, Reply, Scripted, embeddings, refused, scripted_server

POISON = "毒"
BEHIND = "another process is writing the workspace: answered from the index as it was finished last"


@dataclass(frozen=True)
class Case:
    """Files by name, and the entry of retrieving that a question over them has to give. ``losses`` are planted."""

    name: str
    files: dict[str, Any]
    entry: dict[str, Json]
    losses: int = 0
    overrides: list[str] = field(default_factory=list)


LOSSES = [
    Case("a damaged file", {"a": [["one"]], "b": "damaged"},
         entry("passages", (1, 3), (1, 3), "the index lacks 1 document that could not be read"), 1),
    Case("files that are damaged, empty and locked", {"a": [["one\ntwo"]], "b": "damaged", "c": "empty", "d": "locked"},
         entry("passages", (2, 6), (2, 6), "the index lacks 3 documents that could not be read"), 3),
    Case("a text without a vector", {"a": [["one\n毒三四"]]},
         entry("passages", (1, 3), (1, 3), "the index lacks 1 text without a vector (on_error: skip)"), 1),
    Case("texts without a vector and a damaged file", {"a": [["one\n毒三四\n毒五"]], "b": "damaged"},
         entry("passages", (1, 3), (1, 3), "the index lacks 1 document that could not be read and 2 texts without a "
               "vector (on_error: skip)"), 3),
]  # fmt: skip
CLEAN = [
    Case("as many passages as are asked for", {"a": [["one\ntwo\nsix"]]},
         entry("passages", (2, 6), (2, 6)), 0, ["retriever.k=2"]),
    Case("fewer passages than are asked for", {"a": [["one\n四個字呢"]]}, entry("passages", (2, 7), (2, 7))),
    Case("one of several documents", {"a": [["one!"]], "b": [["two!"]]},
         entry("passages", (1, 4), (1, 4)), 0, ["retriever.k=1"]),
    Case("one document", {"a": [["四個字呢"]]}, entry("passages", (1, 4), (1, 4))),
]  # fmt: skip


@pytest.fixture
def server() -> Iterator[Scripted]:
    """A service that has vectors for all texts but those with poison."""
    good = embeddings()

    def answer(asked: Body) -> Reply:
        bad = any(POISON in text for text in asked["input"])
        return refused(500, "internal") if bad else good(asked)

    with scripted_server(answer) as running:
        yield running


@pytest.fixture
def home(tmp_path: Path, server: Scripted, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "home"
    (folder / "notes").mkdir(parents=True)
    service = {"use": "openai", "model": "m", "base_url": server.url, "backoff": 0, "max_attempts": 1}
    recipe = {
        "documents": {"use": "planted", "path": "notes/*.json"}, "splitter": "marked",
        "embedder": {**service, "on_error": "skip"}, "chat": "extractive",
    }  # fmt: skip
    (folder / "recipe.yaml").write_text(json.dumps(recipe), encoding="utf-8")
    with visible(install_planted(tmp_path / "site"), monkeypatch):
        yield folder


def asked(home: Path, case: Case, *, busy: bool = False) -> dict[str, Any]:
    """The ledger of a question; ``busy``: the workspace is indexed already, and another process is writing it."""
    for name, content in case.files.items():
        (home / "notes" / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    with ExitStack() as opened:
        if busy:
            first = opened.enter_context(Recipe.load(home / "recipe.yaml", case.overrides))
            first.index()
            opened.enter_context(first.workspace.write_lock())
            # Something to do, for which the other process is waited for.
            (home / "notes" / "new.json").write_text(json.dumps([["new"]]), encoding="utf-8")
        recipe = opened.enter_context(Recipe.load(home / "recipe.yaml", case.overrides))
        return recipe.ask("what?").ledger.as_json()


@pytest.mark.parametrize("case", [*LOSSES, *CLEAN], ids=lambda case: case.name)
def test_what_retrieving_cannot_find_is_told_with_every_number_and_nothing_else(home: Path, case: Case) -> None:
    found = asked(home, case)

    assert found["retrieve"] == case.entry
    assert found["answer"]["in"] == found["retrieve"]["out"]
    assert asked(home, case)["retrieve"] == case.entry, "and again where nothing is left to be indexed"


@pytest.mark.parametrize("case", CLEAN, ids=lambda case: case.name)
def test_an_index_that_another_process_is_writing_is_told(home: Path, case: Case) -> None:
    notes = [*case.entry["notes"], BEHIND]  # type: ignore[misc]

    assert asked(home, case, busy=True)["retrieve"] == {**case.entry, "notes": notes}


def test_what_an_index_lacked_is_not_said_of_a_later_one(home: Path) -> None:
    (home / "notes" / "a.json").write_text(json.dumps([["one"]]), encoding="utf-8")
    (home / "notes" / "b.json").write_text(json.dumps("damaged"), encoding="utf-8")
    with Recipe.load(home / "recipe.yaml") as session:
        assert session.ask("what?").ledger.as_json()["retrieve"]["notes"] != []  # type: ignore[index, call-overload]
        (home / "notes" / "b.json").write_text(json.dumps([["two"]]), encoding="utf-8")
        with Recipe.load(home / "recipe.yaml") as other:
            other.index()

        assert session.ask("what?").ledger.as_json()["retrieve"] == entry("passages", (2, 6), (2, 6))
