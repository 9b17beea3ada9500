"""What potluck finds out is handed on as frozen values, of which JSON says every field.

Modules: ``potluck.results.answers``, ``potluck.results.comparison``, ``potluck.results.conclusions``,
``potluck.results.kept_runs``, ``potluck.results.listings``,
``potluck.results.runs``, ``potluck.results.stages``, ``potluck.results.strategy``. Their keys stand in the test files
of their own names.
"""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, is_dataclass
from types import ModuleType
from typing import Any

import pytest

from potluck.results import answers, comparison, conclusions, kept_runs, listings, runs, stages, strategy

MODULES: tuple[ModuleType, ...] = (answers, comparison, conclusions, kept_runs, listings, runs, stages, strategy)
RESULTS: list[type] = [
    value
    for module in MODULES
    for value in vars(module).values()
    if isinstance(value, type) and is_dataclass(value) and value.__module__ == module.__name__
]


GIVEN: dict[type, set[str]] = {
    stages.Changes: {"added", "changed", "removed", "unchanged"},
    comparison.MeasureResult: {"leads"},
}
"""Results with fields that may be left out, and which."""


@pytest.mark.parametrize("result", RESULTS)
def test_a_result_cannot_be_changed_and_takes_no_other_field(result: type) -> None:
    empty: Any = object.__new__(result)

    with pytest.raises(FrozenInstanceError):
        setattr(empty, fields(result)[0].name, None)
    assert not hasattr(empty, "__dict__")


@pytest.mark.parametrize("result", RESULTS)
def test_a_result_says_what_it_is_and_nothing_is_left_out_by_default(result: type) -> None:
    defaults = {one.name for one in fields(result) if one.default is not one.default_factory}

    assert result.__doc__
    assert not result.__doc__.startswith(f"{result.__name__}(")
    assert defaults == GIVEN.get(result, set())
