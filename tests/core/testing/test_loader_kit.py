"""The kit of loaders as a whole: a loader that keeps every rule.

Modules: ``potluck.contracts.loader``, ``potluck.testing.kit``, ``potluck.testing.quiet``, ``potluck.testing.samples``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from potluck.testing import checks, loader, loader_safety
from support.broken_loaders import Shelf
from support.kits import rules_of
from support.shelf_samples import subject


@pytest.mark.parametrize("check", checks("loader"), ids=str)
def test_a_loader_that_keeps_the_contract_passes(check: Any, tmp_path: Path) -> None:
    check.on(subject(Shelf, tmp_path))


def test_the_kit_has_the_rules_of_these_modules() -> None:
    assert rules_of(loader, loader_safety) == {check.rule for check in checks("loader")}
