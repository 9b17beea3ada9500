"""The stand-alone scorer of the data sets, to check our measures against."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def scorer(shared_data: Path) -> ModuleType:
    """``tools/score.py`` beside the data; it shares no code with potluck."""
    path = shared_data.parent / "tools" / "score.py"
    if not path.is_file():
        pytest.skip(f"no stand-alone scorer at {path}: what it said of the samples is checked all the same")
    spec = importlib.util.spec_from_file_location("scorer", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
