"""The rows of the table, in their order, and what each needs.

Modules: ``potluck.strategy.register``.
"""

from __future__ import annotations

from potluck.strategy.data import LabelledText
from potluck.strategy.protocol import TrainingSetup
from potluck.strategy.register import all_strategies
from potluck.strategy.rule import RuleStrategy
from potluck.strategy.simple import Majority, Neighbours, Regression

TRAIN = (
    LabelledText("今天開會", "ok", "a:1"),
    LabelledText("恭喜中獎", "垃圾", "a:2"),
    LabelledText("晚上吃飯", "ok", "a:3"),
)
SETUP = TrainingSetup(TRAIN, ("ok", "垃圾"), 0, rules=("垃圾=中獎",))


def test_the_rows_stand_from_the_simplest_to_the_most_learned() -> None:
    assert list(all_strategies()) == [
        "majority", "rule", "zero-shot", "one-shot", "few-shot-random", "few-shot-balanced", "few-shot-nearest",
        "few-shot-nearest-labels", "retrieval", "embedding",
    ]  # fmt: skip


def test_what_rows_need_is_said_of_each() -> None:
    needs = {name: (one.needs_chat, one.vectors) for name, one in all_strategies().items()}
    neither, asks, embeds = (False, False), (True, False), (False, True)
    assert needs == {
        "majority": neither, "rule": neither, "zero-shot": asks, "one-shot": asks, "few-shot-random": asks,
        "few-shot-balanced": asks, "few-shot-nearest": (True, True), "few-shot-nearest-labels": (True, True),
        "retrieval": embeds, "embedding": embeds,
    }  # fmt: skip
    assert [name for name, one in all_strategies().items() if one.baseline] == ["majority"]
    assert [name for name, one in all_strategies().items() if one.needs_many_labels] == ["few-shot-nearest-labels"]


def test_a_row_is_made_from_what_it_may_learn_from() -> None:
    rows = all_strategies()
    for name, kind in {"majority": Majority, "retrieval": Neighbours, "embedding": Regression}.items():
        assert isinstance(rows[name].make(SETUP), kind)
    rule = rows["rule"].make(SETUP)
    assert isinstance(rule, RuleStrategy)
    rule.train(None)
    assert [rule.choose(text, None).label for text in ("您中獎了", "開會")] == ["垃圾", "ok"]
