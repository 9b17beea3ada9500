"""A row drops out where the leader is better and chance alone, on one side, shows as much in at most 5 % of races.

Modules: ``potluck.strategy.race``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from potluck.strategy.protocol import StrategySpec, TrainingSetup
from potluck.strategy.race import Entrant, EntrantAnswer, Race, look_sizes


def lane(name: str, right: int, of: int, baseline: bool = False) -> Entrant:
    made: Any = None  # no row is asked here
    asked = [EntrantAnswer("x", number < right, 0.001, 0.0, 0) for number in range(of)]
    return Entrant(name, StrategySpec(name, made, baseline=baseline), made, asked)


def dropped(tmp_path: Path, *lanes: Entrant, looks: int = 1) -> list[str]:
    unused: Any = None
    race = Race(lanes, TrainingSetup((), ("x", "y"), 0), (), unused, unused, unused)
    return [*race._drop(len(lanes[0].asked), looks)]


@pytest.mark.parametrize(("wrong", "out"), [(4, False), (5, True), (6, True)])
def test_of_two_rows_one_side_counts(tmp_path: Path, wrong: int, out: bool) -> None:
    """Five messages that only the leader gets right: 1 in 32 by chance, which is below 5 % on one side alone."""
    assert dropped(tmp_path, lane("leader", 20, 20), lane("other", 20 - wrong, 20)) == (["other"] if out else [])


@pytest.mark.parametrize(("looks", "wrong"), [(1, 5), (2, 6), (4, 7)])
def test_more_looks_need_more_evidence(tmp_path: Path, looks: int, wrong: int) -> None:
    for enough in (False, True):
        other = lane("other", 20 - wrong + (not enough), 20)
        assert bool(dropped(tmp_path, lane("leader", 20, 20), other, looks=looks)) is enough


def test_more_rows_need_more_evidence_and_a_baseline_is_not_sent_home(tmp_path: Path) -> None:
    rows = [lane("leader", 20, 20), lane("b", 15, 20), lane("c", 19, 20)]
    assert dropped(tmp_path, *rows) == []
    assert dropped(tmp_path, lane("leader", 20, 20), lane("base", 0, 20, baseline=True), lane("c", 15, 20)) == ["c"]


def test_looks_double() -> None:
    assert look_sizes(100) == [16, 32, 64, 100]
    assert look_sizes(16) == [16]
    assert look_sizes(5) == [5]
