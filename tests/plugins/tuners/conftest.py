from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from potluck import plugins
from potluck.contracts import Context
from potluck.model_sources.model_store import ModelStore
from support.tuning import model, one_thread

__all__ = ["Make", "make", "model", "one_thread"]

pytest.importorskip("torch")
pytest.importorskip("peft")

Make: TypeAlias = Callable[..., Any]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """``make("lora", r=4)``."""

    def made(name: str, **settings: Any) -> Any:
        offered = plugins.offer(plugins.find("tuner", name))
        return offered.make(offered.config(**settings), Context(tmp_path, tmp_path, ModelStore(tmp_path)))

    return made
