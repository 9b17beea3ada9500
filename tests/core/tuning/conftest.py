from __future__ import annotations

from pathlib import Path

import pytest

from support.tuning import model, one_thread, write_home

__all__ = ["model", "one_thread"]

pytest.importorskip("torch")
pytest.importorskip("peft")


@pytest.fixture
def home(tmp_path: Path, model: Path) -> Path:
    """A folder with a model and examples."""
    return write_home(tmp_path, model)
