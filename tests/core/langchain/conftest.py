"""A recipe that is open during a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from potluck import Recipe
from support.langchain_recipe import open_recipe


@pytest.fixture
def recipe(tmp_path: Path) -> Iterator[Recipe]:
    with open_recipe(tmp_path) as opened:
        yield opened
