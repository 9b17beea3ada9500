"""Environments into which potluck is installed from a wheel, as a user has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.environments import ROOT, Environment, clean_environment, wheel


@pytest.fixture(scope="session")
def potluck_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    return wheel(ROOT, tmp_path_factory.mktemp("potluck") / "dist")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory, potluck_wheel: Path) -> Environment:
    """A clean environment with potluck in it."""
    made = clean_environment(tmp_path_factory.mktemp("clean") / "environment")
    made.install(potluck_wheel)
    return made
