"""What an evaluation came to, in sentences.

Modules: ``potluck.evaluation.conclusions``.
"""

from __future__ import annotations

from potluck.contracts import Measure
from potluck.evaluation.conclusions import conclude_evaluation
from potluck.evaluation.label_baselines import label_baselines
from potluck.metrics.chief import Chief
from potluck.statistics.intervals import mean_interval

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
