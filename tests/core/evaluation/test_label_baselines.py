"""What answers without reading, beside what a model reaches.

Modules: ``potluck.evaluation.label_baselines``.
"""

from __future__ import annotations

import sys

import pytest

from potluck.evaluation.label_baselines import label_baselines
from potluck.statistics.paired_tests import compare_paired

GOLD = ["正常"] * 24 + ["垃圾"] * 16


def test_the_commonest_label_is_compared_on_the_same_examples() -> None:
    said = ["正常"] * 22 + ["垃圾"] * 2 + ["垃圾"] * 14 + ["正常"] * 2
    common, drawn = label_baselines(GOLD, said, ["正常", "垃圾", "其他"])

    assert (common.label, common.accuracy, common.verdict) == ("正常", 0.6, "better")
    assert common.f1_macro == pytest.approx(0.375)
    assert common.difference is not None
    assert common.difference.difference == pytest.approx(0.3)
    assert common.difference.p == compare_paired([1.0] * 24 + [0.0] * 16, [1.0] * 22 + [0, 0] + [1.0] * 14 + [0, 0]).p
    assert (drawn.label, drawn.accuracy, drawn.verdict) == (None, pytest.approx(1 / 3), "better")


def test_a_model_that_says_one_label_is_no_better() -> None:
    common, drawn = label_baselines(GOLD, ["正常"] * 40, ["正常", "垃圾"])

    assert (common.verdict, drawn.verdict) == ("no evidence", "no evidence")
    wrong, _ = label_baselines(GOLD, ["垃圾"] * 24 + ["正常"] * 16, ["正常", "垃圾"])
    assert wrong.verdict == "worse"


def test_one_example_and_an_environment_without_scipy_have_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    common, drawn = label_baselines(["a"], ["a"], ["a", "b"])
    assert (common.verdict, drawn.verdict) == (None, None)

    monkeypatch.setitem(sys.modules, "scipy", None)
    common, drawn = label_baselines(GOLD, GOLD, ["正常", "垃圾"])
    assert (common.accuracy, common.verdict, common.difference) == (0.6, None, None)
    assert drawn.verdict == "better"


def test_of_labels_that_are_equally_common_the_first_by_name_is_always_answered() -> None:
    common, drawn = label_baselines(["b", "a", "c"], ["b", "a", "c"], ["a"])

    assert (common.label, common.accuracy) == ("a", pytest.approx(1 / 3))
    assert (drawn.accuracy, drawn.difference) == (pytest.approx(1 / 3), None)
    assert label_baselines(["b", "a", "c"], ["b", "a", "c"], ["a", "d"])[1].accuracy == 0.25


def test_two_examples_are_compared() -> None:
    common, _ = label_baselines(["a", "b"], ["a", "b"], ["a", "b"])

    assert common.difference is not None
    assert (common.difference.n, common.difference.difference) == (2, 0.5)


def test_a_model_that_is_always_wrong_is_worse_than_chance() -> None:
    wrong = ["垃圾" if label == "正常" else "正常" for label in GOLD]

    assert label_baselines(GOLD, wrong, ["正常", "垃圾"])[1].verdict == "worse"
