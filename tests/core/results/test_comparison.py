"""A comparison as JSON: what ``potluck compare --json`` prints and the folder of a run keeps.

Modules: ``potluck.results.comparison``.
"""

from __future__ import annotations

import json
from dataclasses import fields

from potluck.results.comparison import Cause, ComparisonResult
from support.comparisons import comparison, result_of


def test_a_comparison_says_all_that_its_fields_hold() -> None:
    result = result_of(comparison(6, 3))
    found = result.as_json()

    assert list(found) == [one.name for one in fields(ComparisonResult)]
    assert json.loads(json.dumps(found, ensure_ascii=False)) == found
    assert [one["name"] for one in found["variants"]] == [one.name for one in result.variants]  # type: ignore[index, union-attr, call-overload]
    assert found["questions_file"] == "questions.jsonl"


def test_the_scores_of_a_cause_are_from_and_to() -> None:
    result = result_of(comparison(20, 2))
    cause = Cause("q1", "甲", "乙", "retrieval", "少了一段", "f1", 0.25, 1.0, 3)
    found = ComparisonResult(
        **{one.name: getattr(result, one.name) for one in fields(ComparisonResult)} | {"causes": (cause,)}
    ).as_json()

    assert found["causes"] == [
        {
            "question_id": "q1", "a": "甲", "b": "乙", "cause": "retrieval", "detail": "少了一段", "metric": "f1",
            "from": 0.25, "to": 1.0, "calls": 3,
        }
    ]  # fmt: skip
