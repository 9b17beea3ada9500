"""What a row is made from, and by what it is known again.

Modules: ``potluck.strategy.protocol``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from potluck.strategy.data import LabelledText
from potluck.strategy.protocol import LabelChoice, StrategySpec, TrainingSetup

SETUP = TrainingSetup((LabelledText("開會", "ok", "a:1"), LabelledText("中獎", "垃圾", "a:2")), ("ok", "垃圾"), 0)


@pytest.mark.parametrize(
    "other",
    [
        replace(SETUP, seed=1),
        replace(SETUP, labels=("垃圾", "ok")),
        replace(SETUP, train=SETUP.train[::-1]),
        replace(SETUP, train=SETUP.train[:1]),
        replace(SETUP, train=(replace(SETUP.train[0], text="开会"), SETUP.train[1])),
        replace(SETUP, train=(replace(SETUP.train[0], label="垃圾"), SETUP.train[1])),
    ],
)
def test_what_decides_what_is_learned_is_in_the_name(other: TrainingSetup) -> None:
    assert other.name != SETUP.name


def test_places_and_rules_decide_nothing_of_what_is_learned() -> None:
    moved = tuple(replace(item, place=f"b:{number}") for number, item in enumerate(SETUP.train))
    assert replace(SETUP, train=moved, rules=("ok=開會",)).name == SETUP.name


def test_a_choice_and_a_row_need_nothing_unless_they_say_so() -> None:
    assert LabelChoice("ok") == LabelChoice("ok", 0.0, 0, False, (), "")
    made: Any = None
    spec = StrategySpec("什麼也不做", made)
    assert not any((spec.needs_chat, spec.vectors, spec.baseline, spec.needs_many_labels))
