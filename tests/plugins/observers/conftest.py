"""A recipe in Chinese and English whose embedder and chat model are small and real, and say how they were called."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.fake_plugins import install_hashing, visible

NOTES = {
    "規範.txt": "1.4.4 短鋼軌：係指長度在標準長度以下5m以上之鋼軌。\n1.4.6 長鋼軌：係指長度在25m以上未滿200m之鋼軌。\n",
    "talk.txt": "The first week our board had sixty-four promises. By the summer it never had more than nineteen.\n",
}
QUESTION = "短鋼軌是什麼？"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The current folder, with a recipe."""
    home = tmp_path / "專案"
    home.mkdir()
    for name, text in NOTES.items():
        (home / name).write_text(text, encoding="utf-8")
    (home / "recipe.yaml").write_text(
        'documents: "*.txt"\nsplitter: sections\nembedder: {use: hashing, batch_size: 1}\n', encoding="utf-8"
    )
    monkeypatch.chdir(home)
    monkeypatch.delenv("POTLUCK_OBSERVERS", raising=False)
    with visible(install_hashing(tmp_path / "site"), monkeypatch):
        yield home
