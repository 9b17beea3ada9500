"""An answered question and a report of a file of them, as programs read them.

Modules: ``potluck.evaluation.results``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from potluck.documents import Answer, Json, Usage
from potluck.evaluation.results import Answered, EvaluationReport
from potluck.evaluation.served import Served
from potluck.ledger import Amount, Ledger
from potluck.metrics.chief import Chief
from potluck.metrics.classification import classification
from potluck.metrics.scorer import QuestionScore
from potluck.questions.question_file import Question
from potluck.statistics.intervals import Interval


@dataclass(frozen=True, slots=True)
class Named(Answered):
    """An answer whose JSON is the question's id."""

    def as_json(self) -> dict[str, Json]:
        return {"question_id": self.question.id}


def answered(question: Question, refused: bool | None = None, cached: bool = False, served_by: str = "") -> Named:
    score = QuestionScore(question.id, True, {}, refused)
    return Named(question, Answer("二十公分", served_by=served_by), score, 0.25, cached=cached)


QUESTION = Question("q1", "道碴多厚？", answers=("20公分", "二十公分"), gold_facts=("20", "公分"))


def test_the_right_answer_is_the_first_or_else_all_facts() -> None:
    assert answered(QUESTION).right_answer == "20公分"
    assert answered(Question("q1", "？", gold_facts=("20", "公分"))).right_answer == "20; 公分"
    assert answered(Question("q1", "？")).right_answer == ""


@pytest.mark.parametrize(("said", "refused"), [(True, True), (False, False), (None, False)])
def test_an_answer_is_a_refusal_where_its_score_says_so(said: bool | None, refused: bool) -> None:
    assert answered(QUESTION, said).refused is refused


def test_the_state_of_the_service_is_that_of_the_answer() -> None:
    assert answered(QUESTION, cached=True, served_by="gpt").served == Served("gpt", before=True)
    assert answered(QUESTION).served == Served("", before=False)


def report(**said: Any) -> EvaluationReport:
    ledger = Ledger()
    ledger.open("answer", "passages").came_in = Amount(3, 4)
    return EvaluationReport(
        metrics={"accuracy": 0.75, "f1": None},
        conclusion=("F1 0.5",),
        chief=Chief("accuracy"),
        answered=[answered(QUESTION), answered(Question("q2", "多長？"))],
        intervals={"accuracy": Interval(0.75, 0.5, 0.9, 8), "f1": Interval(1.0, None, None, 1)},
        usage=Usage(10, 5, 2, 1),
        cost=0.25,
        seconds=1.23456,
        ledger=ledger,
        notes=("一句話",),
        **said,
    )


def test_a_report_of_questions_has_its_measures_below_metrics_alone() -> None:
    found = report(unit="questions").as_json()

    ledger = found.pop("ledger")
    assert found == {
        "metric": "accuracy",
        "metrics": {"accuracy": 0.75, "f1": None, "seconds": 1.235},
        "intervals": {"accuracy": [0.5, 0.9], "f1": [None, None]},
        "confusion": None,
        "labels": None,
        "n": 2,
        "questions": [{"question_id": "q1"}, {"question_id": "q2"}],
        "tokens": {"prompt": 10, "completion": 5, "cached": 2, "reasoning": 1},
        "cost": 0.25,
        "notes": ["一句話"],
        "conclusion": ["F1 0.5"],
        "baselines": [],
    }
    assert isinstance(ledger, dict)
    assert list(ledger) == ["answer"]


def test_a_report_of_examples_has_its_measures_at_the_top_as_well() -> None:
    found: Any = report(unit="examples").as_json()

    assert (found["accuracy"], found["f1"]) == (0.75, None)
    assert found["metrics"] == {"accuracy": 0.75, "f1": None, "seconds": 1.235}
    assert [one["question_id"] for one in found["examples"]] == ["q1", "q2"]
    assert "questions" not in found


def test_labels_are_listed_with_what_was_taken_for_what() -> None:
    classes = classification(["水果", "水果", "天氣"], ["水果", "天氣", "天氣"])

    found: Any = report(unit="examples", classes=classes).as_json()

    assert found["confusion"] == {"天氣": {"天氣": 1}, "水果": {"天氣": 1, "水果": 1}}
    assert found["labels"]["水果"] == {"precision": 1.0, "recall": 0.5, "f1": pytest.approx(2 / 3), "support": 2}


def test_a_report_of_nothing_says_that_nothing_was_spent_and_no_price_is_known() -> None:
    found = EvaluationReport("questions", {}, []).as_json()

    assert (found["n"], found["cost"], found["notes"], found["ledger"]) == (0, None, [], {})
    assert found["tokens"] == {"prompt": 0, "completion": 0, "cached": 0, "reasoning": 0}
