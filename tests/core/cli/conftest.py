"""Folders that several commands are tried on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.fake_plugins import install_hashing, visible
from support.planted import install_planted, plant

CLAUSES = "1.4.4 短鋼軌：係指長度在標準長度以下5m以上之鋼軌。\n1.4.6 長鋼軌：係指長度在25m以上未滿200m之鋼軌。\n"
TALK = "The first week our board had sixty-four promises. By the summer it never had more than nineteen.\n"
RECIPE = "documents: notes/*.txt\nsplitter: sections\nembedder: hashing\nquestions: questions.jsonl\n"


@pytest.fixture
def notes_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    home = tmp_path / "專案 one"
    (home / "notes").mkdir(parents=True)
    (home / "notes" / "規範.txt").write_text(CLAUSES, encoding="utf-8")
    (home / "notes" / "talk.txt").write_text(TALK, encoding="utf-8")
    (home / "recipe.yaml").write_text(RECIPE, encoding="utf-8")
    questions = [
        {
            "question_id": "a",
            "question": "短鋼軌是什麼？",
            "gold_sections": ["1.4.4"],
            "answers": ["標準長度以下5m以上"],
        },
        {"question": "How many promises were on the board?", "gold_ids": ["talk"], "answers": ["sixty-four"]},
        {"question": "逾期罰款是多少？", "answerable": False},
    ]
    lines = "".join(json.dumps(question, ensure_ascii=False) + "\n" for question in questions)
    (home / "questions.jsonl").write_text(lines, encoding="utf-8")
    monkeypatch.chdir(home)
    with visible(install_hashing(tmp_path / "site"), monkeypatch):
        yield home


@pytest.fixture
def planted_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Documents in two folders, and questions to which they hold different answers."""
    folder = tmp_path / "比較 one"
    folder.mkdir()
    plant(folder, 14)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("EMBEDDED_LOG", str(tmp_path / "embedded.log"))
    monkeypatch.setenv("ASKED_LOG", str(tmp_path / "asked.log"))
    with visible(install_planted(tmp_path / "site"), monkeypatch):
        yield folder
