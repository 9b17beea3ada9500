"""``potluck run``: what it keeps, and what it says.

Modules: ``potluck.cli.run``.
"""

from __future__ import annotations

import json
from pathlib import Path

from support.commands import potluck, potluck_json

RECIPE = "documents: notes/*.txt\nsplitter: sections\nembedder: hashing\nquestions: questions.jsonl\n"


def test_a_run_says_why_it_indexes_again(notes_home: Path) -> None:
    assert potluck("run", "recipe.yaml").returncode == 0

    other = RECIPE.replace("splitter: sections", "splitter: {use: sections, max_size: 300}")
    (notes_home / "recipe.yaml").write_text(other, encoding="utf-8")
    told = potluck("run", "recipe.yaml").stderr

    (note,) = (line for line in told.splitlines() if "split again" in line)
    assert note == "note: 2 documents are split again because splitter.max_size 600 -> 300"


def test_run_keeps_a_manifest_without_secrets(notes_home: Path) -> None:
    report = potluck_json("run", "recipe.yaml")

    folder = Path(report["folder"])
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["recipe"]["embedder"]["use"] == "hashing"
    assert {plugin["name"] for plugin in manifest["plugins"]} >= {"hashing", "sections", "exact", "extractive"}
    assert set(manifest["documents"]) == {"notes/規範.txt", "notes/talk.txt"}
    assert manifest["metrics"]["recall@5"] == 1
    answers = (folder / "answers.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(answers) == 3


def test_what_could_not_be_read_is_said_and_the_others_answer(notes_home: Path) -> None:
    (notes_home / "notes" / "空.txt").touch()

    done = potluck("run", "recipe.yaml")

    assert "not read: notes/空.txt: no text was found in it" in done.stderr
    assert done.stdout.count("\n? ") == 3
    assert done.stdout.index("\n? ") < done.stdout.index("\nledger: ") < done.stdout.index("\nMeasures\n")
