"""Strategies without a chat model: the commonest label, votes of the nearest messages, and logistic regression.

Modules: ``potluck.strategy.simple``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from potluck.strategy.data import LabelledText
from potluck.strategy.protocol import TrainingSetup
from potluck.strategy.simple import Majority, Neighbours, Regression

VECTORS: Any = np.array([[1, 0], [0.8, 0.6], [0.6, 0.8], [0, 1], [-1, 0], [-0.8, -0.6]], dtype=np.float32)
LABELS = ("好", "好", "bad", "bad", "bad", "bad")


def setup(labels: tuple[str, ...] = LABELS, seed: int = 0) -> TrainingSetup:
    items = tuple(LabelledText(f"訊息 {number}", label, "") for number, label in enumerate(labels))
    return TrainingSetup(items, tuple(sorted(set(labels))), seed)


def test_the_commonest_label_is_chosen_and_of_equals_the_first_in_order() -> None:
    assert Majority(setup()).choose("anything", None).label == "bad"
    assert Majority(setup(("b", "a"))).choose("anything", None).label == "a"


def test_the_five_nearest_vote_by_their_nearness() -> None:
    found = Neighbours(setup())
    found.train(VECTORS)

    assert found.choose("x", np.array([1, 0], dtype=np.float32)).label == "好", "1 + 0.8 against 0.6 + 0 - 0.8"
    assert found.choose("x", np.array([0, 1], dtype=np.float32)).label == "bad"


def test_a_regression_finds_the_side_of_a_message() -> None:
    pytest.importorskip("sklearn")
    labels = ("右", "右", "右", "上", "左", "左")
    found = Regression(setup(labels))
    found.train(VECTORS)

    assert [found.choose("x", one).label for one in VECTORS[[0, 3, 4]]] == ["右", "上", "左"]


@pytest.mark.parametrize("kind", [Majority, Neighbours, Regression])
def test_there_is_nothing_to_say_of_what_they_learned(kind: Any) -> None:
    pytest.importorskip("sklearn")

    assert kind(setup()).train(VECTORS) == ()


@pytest.mark.parametrize("kind", [Majority, Neighbours, Regression])
def test_they_cost_nothing_and_their_name_says_what_decides_their_choices(kind: Any) -> None:
    found = kind(setup())

    assert found.price("a long message") == 0.0
    assert found.name == kind(setup()).name
    assert found.name != kind(setup(("好", "好", "好", "好", "bad", "bad"))).name
