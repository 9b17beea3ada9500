"""Answers and their scores as JSON: what is measured stands beside the fields, by name.

Modules: ``potluck.results.answers``.
"""

from __future__ import annotations

import json

from potluck.documents import Usage
from potluck.json_values import as_json
from potluck.results.answers import (
    AnsweredResult,
    AskResult,
    ErrorResult,
    ExampleResult,
    LabelBaseline,
    LabelScore,
    ScoreResult,
    TaskEvaluationResult,
)

ASKED = AskResult("軌距？", "1435", False, "stop", "", "m", (), (), {}, 0.5, Usage(3, 2))


def test_the_measures_of_a_question_stand_beside_what_they_are_about() -> None:
    assert as_json(ScoreResult(True, None, {"f1": 0.5, "filtered": True})) == {
        "answerable": True,
        "refused": None,
        "f1": 0.5,
        "filtered": True,
    }


def test_an_answered_question_is_what_asking_prints_with_its_score() -> None:
    found = as_json(AnsweredResult("q1", ASKED, ("規範.txt",), ScoreResult(True, False, {"f1": 1.0})))

    assert list(found) == ["question_id", *as_json(ASKED), "retrieved_ids", "scores"]
    assert (found["answer"], found["tokens"]) == ("1435", as_json(Usage(3, 2)))
    assert found["scores"] == {"answerable": True, "refused": False, "f1": 1.0}


def test_the_measures_of_a_task_stand_at_the_top_and_by_name_once_more() -> None:
    example = ExampleResult("e1", "很好", "正面", "負面", {"accuracy": 0.0}, ("註",))
    label = LabelScore(0.5, 1.0, 2 / 3, 4)
    measures = {"accuracy": 0.5, "seconds": 2.0}
    found = as_json(
        TaskEvaluationResult(
            measures,
            "accuracy",
            measures,
            {"accuracy": (0.1, None)},
            {"正面": {"負面": 1}},
            {"正面": label},
            1,
            (example,),
            Usage(),
            None,
            (),
            {},
            ("準確率 0.5",),
            (LabelBaseline("commonest label", "正面", 0.5, None, "no evidence", None),),
        )
    )

    assert (found["accuracy"], found["metric"], found["metrics"]) == (0.5, "accuracy", measures)
    assert "measures" not in found
    assert (found["intervals"], found["confusion"]) == ({"accuracy": [0.1, None]}, {"正面": {"負面": 1}})
    assert found["labels"] == {"正面": {"precision": 0.5, "recall": 1.0, "f1": 2 / 3, "support": 4}}
    assert found["examples"] == [as_json(example)]
    assert found["conclusion"] == ["準確率 0.5"]
    assert found["baselines"][0]["label"] == "正面"  # type: ignore[index, call-overload]
    assert json.loads(json.dumps(found, ensure_ascii=False)) == found


def test_an_error_is_its_class_and_what_it_says() -> None:
    assert as_json(ErrorResult("RecipeError", "食譜不對")) == {"error": "RecipeError", "message": "食譜不對"}
