"""Refusals that were due, and due ones that were made.

Modules: ``potluck_plugins.metrics.refusals``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from potluck.contracts import Attempt, Metric
from potluck.testing import component


@pytest.fixture
def metric(tmp_path: Path) -> Metric:
    made: Metric = component("metric", "refusals", tmp_path)
    return made


@pytest.mark.parametrize(
    ("answerable", "refused", "figures"),
    [
        (True, False, {}),
        (True, True, {"refusal_precision": 0.0}),
        (False, False, {"refusal_recall": 0.0}),
        (False, True, {"refusal_precision": 1.0, "refusal_recall": 1.0}),
    ],
)
@pytest.mark.parametrize("answer", ["我不知道。", "Thirty.", ""])
def test_whether_it_was_refused_is_what_the_attempt_says(
    metric: Metric, answer: str, answerable: bool, refused: bool, figures: dict[str, float]
) -> None:
    attempt = Attempt("多深？", answerable=answerable, answer=answer, refused=refused)

    assert metric.score(attempt) == figures


def test_a_withheld_answer_is_not_a_refusal(metric: Metric) -> None:
    assert metric.score(Attempt("?", ("thirty",), answer="", filtered=True)) == {}
    withheld = Attempt("?", answerable=False, answer="", filtered=True)
    assert metric.score(withheld) == {"refusal_recall": 0.0}


def test_precision_is_not_compared_question_by_question_as_each_variant_refuses_others(metric: Metric) -> None:
    assert {measure.name: measure.paired for measure in metric.measures} == {
        "refusal_precision": False,
        "refusal_recall": True,
    }
    assert {measure.about for measure in metric.measures} == {"refusal"}
    assert metric.needs == {"answer"}
