"""What an evaluation came to, in sentences.

Modules: ``potluck.evaluation.conclusions``.
"""

from __future__ import annotations

import pytest

from potluck.contracts import Measure
from potluck.evaluation.conclusions import conclude_evaluation
from potluck.evaluation.label_baselines import label_baselines
from potluck.metrics.chief import Chief
from potluck.results.answers import LabelBaseline
from potluck.statistics.intervals import Interval, mean_interval

MEASURES = {
    "recall@1": Measure("recall@1", "found first", about="retrieval"),
    "accuracy": Measure("accuracy", "right"),
    "rouge": Measure("rouge", "words in common"),
    "latency": Measure("latency", "seconds", about="effort", scale="amount", higher_is_better=False, unit="s"),
}
ACCURACY = Chief("accuracy")
GOLD = ["正常"] * 12 + ["垃圾"] * 8


def test_accuracy_stands_beside_the_commonest_label_and_chance() -> None:
    said = ["正常"] * 11 + ["垃圾"] * 9
    hits = [float(one == other) for one, other in zip(GOLD, said, strict=True)]
    first, second = conclude_evaluation(
        {"accuracy": mean_interval(hits)}, MEASURES, "examples", ACCURACY, label_baselines(GOLD, said, ["正常", "垃圾"])
    )

    assert first.startswith(
        "accuracy 0.950 [0.764, 0.991] on 20 examples: better than always answering '正常' (0.600; +0.350 ["
    )
    assert first.endswith("and better than a label drawn by chance (0.500).")
    assert second.startswith("That is open by 0.11 to either side; about ")
    assert second.endswith(" examples would tell it to within 0.05.")


def test_what_is_no_better_than_the_commonest_label_is_said_to_be_that() -> None:
    said = ["正常"] * 20
    (first, *_) = conclude_evaluation(
        {"accuracy": mean_interval([1.0] * 12 + [0.0] * 8)}, MEASURES, "examples", ACCURACY,
        label_baselines(GOLD, said, ["正常", "垃圾"]),
    )  # fmt: skip

    assert "not shown to be better than always answering '正常' (0.600; +0.000 [" in first
    assert "not shown to be better than a label drawn by chance (0.500)" in first


def test_many_examples_need_no_more() -> None:
    intervals = {"accuracy": mean_interval([1.0] * 380 + [0.0] * 20)}

    assert conclude_evaluation(intervals, MEASURES, "examples", ACCURACY) == (
        "accuracy 0.950 [0.924, 0.967] on 400 examples.",
    )


def test_why_a_measure_leads_is_said_where_that_is_not_obvious() -> None:
    values = mean_interval([0.5, 0.7] * 200)
    chief = Chief("recall@1", "the questions name sources and no right answers")

    assert conclude_evaluation({"accuracy": values, "recall@1": values}, MEASURES, "questions", chief) == (
        "recall@1 0.600 [0.590, 0.610] on 400 questions.",
        "recall@1 comes first because the questions name sources and no right answers.",
    )


def test_where_nothing_says_what_is_right_the_conclusion_says_what_to_add() -> None:
    (words,) = conclude_evaluation({}, MEASURES, "questions", None)

    assert words == (
        "The questions do not say what is right, so nothing is known of how good the answers are: name answers, facts "
        "or sources in their file."
    )
    assert conclude_evaluation({}, MEASURES, "examples", None) == ()


def test_one_question_has_no_interval() -> None:
    assert conclude_evaluation({"accuracy": mean_interval([1.0])}, MEASURES, "questions", ACCURACY) == (
        "accuracy 1.000 on 1 question.",
    )


@pytest.mark.parametrize(
    ("low", "high", "n", "more"),
    [
        (0.25, 0.75, 40, "That is open by 0.25 to either side; about 385 examples would tell it to within 0.05."),
        (0.25, 0.75, 1000, "That is open by 0.25 to either side; about 1,001 examples would tell it to within 0.05."),
        (0.5, 1.0, 40, "That is open by 0.25 to either side; about 289 examples would tell it to within 0.05."),
        (0.0, 0.2, 40, None),
        (0.0, 0.21, 40, "That is open by 0.10 to either side; about 145 examples would tell it to within 0.05."),
    ],
)
def test_how_many_examples_would_tell_a_share_finely_is_said_where_it_is_hardly_known(
    low: float, high: float, n: int, more: str | None
) -> None:
    _, *found = conclude_evaluation({"accuracy": Interval(0.5, low, high, n)}, MEASURES, "examples", ACCURACY)

    assert found == ([more] if more else [])


@pytest.mark.parametrize(("low", "high"), [(1.0, 9.0), (None, 9.0), (1.0, None)])
def test_of_an_amount_or_without_an_interval_it_is_not_said(low: float | None, high: float | None) -> None:
    name = "latency" if low is not None and high is not None else "accuracy"

    assert len(conclude_evaluation({name: Interval(0.5, low, high, 9)}, MEASURES, "questions", Chief(name))) == 1


def test_a_baseline_without_a_verdict_stands_beside_and_one_that_is_better_is_said_to_be() -> None:
    baselines = (
        LabelBaseline("commonest label", "正常", 0.6, None, None, None),
        LabelBaseline("random label", None, 0.5, None, "worse", None),
    )
    values = {"accuracy": Interval(0.4, None, None, 9), "rouge": Interval(0.4, None, None, 9)}

    (words,) = conclude_evaluation(values, MEASURES, "examples", ACCURACY, baselines)
    assert words.endswith(
        "on 9 examples: beside always answering '正常' (0.600), and worse than a label drawn by chance (0.500)."
    )
    (words,) = conclude_evaluation(values, MEASURES, "examples", Chief("rouge"), baselines)
    assert words.endswith("on 9 examples.")
