"""A folder of notes with a recipe whose embedder keeps a log of what it was asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.fake_plugins import install_hashing, visible

RECIPE = (
    "documents: notes/*.txt\nembedder: {use: hashing, batch_size: 4}\nsplitter: {chunk_size: 60, chunk_overlap: 0}\n"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("EMBEDDED_LOG", str(tmp_path / "embedded.log"))
    home = tmp_path / "專案"
    (home / "notes").mkdir(parents=True)
    (home / "recipe.yaml").write_text(RECIPE, encoding="utf-8")
    with visible(install_hashing(tmp_path / "site"), monkeypatch):
        yield home
