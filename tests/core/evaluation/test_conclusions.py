"""What an evaluation came to, in sentences.

Modules: ``potluck.evaluation.conclusions``.
"""

from __future__ import annotations

from potluck.contracts import Measure
from potluck.evaluation.conclusions import conclude_evaluation
from potluck.evaluation.label_baselines import label_baselines
from potluck.statistics.intervals import mean_interval

MEASURES = {
    "recall@1": Measure("recall@1", "found first", about="retrieval"),
    "accuracy": Measure("accuracy", "right"),
    "rouge": Measure("rouge", "words in common"),
    "latency": Measure("latency", "seconds", about="effort", scale="amount", higher_is_better=False, unit="s"),
}
GOLD = ["正常"] * 12 + ["垃圾"] * 8


def test_accuracy_stands_beside_the_commonest_label_and_chance() -> None:
    said = ["正常"] * 11 + ["垃圾"] * 9
    hits = [float(one == other) for one, other in zip(GOLD, said, strict=True)]
    first, second = conclude_evaluation(
        {"accuracy": mean_interval(hits)}, MEASURES, "examples", label_baselines(GOLD, said, ["正常", "垃圾"])
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
        {"accuracy": mean_interval([1.0] * 12 + [0.0] * 8)}, MEASURES, "examples",
        label_baselines(GOLD, said, ["正常", "垃圾"]),
    )  # fmt: skip

    assert "not shown to be better than always answering '正常' (0.600; +0.000 [" in first
    assert "not shown to be better than a label drawn by chance (0.500)" in first


def test_many_examples_need_no_more() -> None:
    intervals = {"accuracy": mean_interval([1.0] * 380 + [0.0] * 20)}

    assert conclude_evaluation(intervals, MEASURES, "examples") == ("accuracy 0.950 [0.924, 0.967] on 400 examples.",)


def test_the_chief_measure_is_the_usual_one_else_the_first_that_is_not_effort() -> None:
    values = mean_interval([0.5, 0.7] * 200)

    assert conclude_evaluation({"latency": values, "rouge": values, "recall@1": values}, MEASURES, "questions")[
        0
    ].startswith("recall@1 0.600 [")
    assert conclude_evaluation({"latency": values, "rouge": values}, MEASURES, "questions")[0].startswith(
        "rouge 0.600 ["
    )
    assert conclude_evaluation({"latency": values}, MEASURES, "questions") == ()


def test_one_question_has_no_interval() -> None:
    assert conclude_evaluation({"accuracy": mean_interval([1.0])}, MEASURES, "questions") == (
        "accuracy 1.000 on 1 question.",
    )
