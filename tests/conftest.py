"""Fixtures for all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data sets: ``POTLUCK_DATA``, or ``../shared/data`` beside the repository."""
    folder = Path(os.environ.get("POTLUCK_DATA") or Path(__file__).parents[2] / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}: set POTLUCK_DATA")
    return folder
