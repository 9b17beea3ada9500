"""What a plan counts of documents, before anything is embedded.

Modules: ``potluck.planning.plan``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from potluck import Recipe
from support.fake_plugins import visible
from support.planted_losses import entry, install_planted

RECIPE = "documents: {use: planted, path: notes/*.json}\nsplitter: marked\nembedder: {use: hashing}\n"
FILES = {
    "a": [["one\n\n\ntwo", "a page is missing"], ["一二>\n三四\n\n五"]],
    "b": "damaged",
    "c": [["one"]],
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    home = tmp_path / "home"
    (home / "notes").mkdir(parents=True)
    (home / "recipe.yaml").write_text(RECIPE, encoding="utf-8")
    for name, content in FILES.items():
        (home / "notes" / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    with visible(install_planted(tmp_path / "site"), monkeypatch):
        yield home


def test_a_plan_counts_files_documents_chunks_and_texts(folder: Path) -> None:
    with Recipe.load(folder / "recipe.yaml") as recipe:
        report = recipe.plan()

    assert (report.files, report.documents, report.chunks) == (3, 3, 6)
    # "one" stands in two documents and is embedded once.
    assert report.texts_to_embed == 5
    assert [failure.source for failure in report.failures] == ["notes/b.json"]


def test_a_plan_says_that_the_run_would_stop_where_no_document_can_be_read(folder: Path) -> None:
    for name in ("a", "c"):
        (folder / "notes" / f"{name}.json").unlink()

    with Recipe.load(folder / "recipe.yaml") as recipe:
        assert recipe.plan().problems == ["none of 1 file could be read"]


def test_the_ledger_of_a_plan_is_that_of_the_index_as_far_as_it_goes(folder: Path) -> None:
    with Recipe.load(folder / "recipe.yaml") as recipe:
        planned = recipe.plan().ledger.as_json()
        indexed = recipe.index().ledger.as_json()

    losses = ("notes/b.json: planted: damaged", "notes/a.json: a page is missing")
    assert planned["load"] == entry("documents", (3, 0), (3, 21), *losses, dropped=(1, 0))
    assert planned["split"] == entry("chunks", (3, 21), (6, 18), dropped=(0, 5))
    assert {stage: indexed[stage] for stage in ("load", "split")} == {
        stage: planned[stage] for stage in ("load", "split")
    }
