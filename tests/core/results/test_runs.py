"""Runs, locks, gates and checks of workspaces as JSON: the keys in their order.

Modules: ``potluck.results.runs``.
"""

from __future__ import annotations

import json

import pytest

from potluck.documents import Json, Usage
from potluck.json_values import as_json
from potluck.results.answers import EvaluationResult
from potluck.results.runs import (
    DecisionResult,
    DifferenceResult,
    FileResult,
    GateResult,
    LockResult,
    ReproductionResult,
    RowsResult,
    RunResult,
    WorkspaceCheckResult,
    WorkspaceRepairResult,
)
from potluck.results.stages import Changes, IndexResult

INDEX = IndexResult(Changes(added=1), Changes(added=2), 1, 1, 2, 0, (), (), {}, 0.5)
EVALUATION = EvaluationResult(
    "f1", {"f1": 0.5}, {"f1": (0.25, None)}, None, None, 2, (), Usage(3, 2), None, (), {}, (), ()
)
GONE = DifferenceResult("package", "套件", "1.0", None)
GONE_JSON: dict[str, Json] = {"what": "package", "name": "套件", "then": "1.0", "now": None}
FILE = FileResult("索引.sqlite", False, "*** 第 3 頁壞了", {"chunks": RowsResult(9, 1, False)})
FILE_JSON: dict[str, Json] = {
    "file": "索引.sqlite",
    "is_whole": False,
    "pages": "*** 第 3 頁壞了",
    "rows": {"chunks": {"whole": 9, "damaged": 1, "readable": False}},
}


def test_a_run_says_null_of_what_its_recipe_does_not_have() -> None:
    found = as_json(RunResult("執行-1", "runs/執行-1", None, None, None, ("沒有圖",), 1.5))

    assert list(found.items()) == [
        ("run", "執行-1"),
        ("folder", "runs/執行-1"),
        ("index", None),
        ("tuning", None),
        ("evaluation", None),
        ("notes", ["沒有圖"]),
        ("seconds", 1.5),
    ]


def test_a_run_holds_what_its_stages_say() -> None:
    found = as_json(RunResult("r", "runs/r", INDEX, None, EVALUATION, (), 2.0))

    assert (found["index"], found["evaluation"]) == (as_json(INDEX), as_json(EVALUATION))
    assert found["evaluation"]["intervals"] == {"f1": [0.25, None]}  # type: ignore[index, call-overload]


def test_a_lock_lists_what_is_not_as_it_was() -> None:
    assert list(as_json(GONE).items()) == list(GONE_JSON.items())
    assert list(as_json(LockResult("potluck.lock", (GONE,))).items()) == [
        ("file", "potluck.lock"),
        ("differences", [GONE_JSON]),
    ]
    assert as_json(LockResult(None, ())) == {"file": None, "differences": []}


@pytest.mark.parametrize("value", [None, True, 3, 0.5, "甲", ["甲", 1], {"鍵": [None]}])
def test_a_difference_holds_any_value_that_json_can_say(value: Json) -> None:
    found = as_json(DifferenceResult("setting", "k", value, None))

    assert found["then"] == value
    assert json.loads(json.dumps(found, ensure_ascii=False)) == found


def test_a_difference_of_a_value_that_json_cannot_say_is_refused() -> None:
    with pytest.raises(TypeError, match="JSON cannot say a set"):
        as_json(DifferenceResult("setting", "k", {"甲"}, None))


def test_a_repetition_lists_what_went_in_apart_from_what_came_out() -> None:
    answer = DifferenceResult("answer", "q1", "1435", "1067")
    found = as_json(ReproductionResult("r", False, 9, (GONE,), (), (answer,)))

    assert list(found.items()) == [
        ("run", "r"),
        ("same", False),
        ("questions", 9),
        ("inputs", [GONE_JSON]),
        ("metrics", []),
        ("answers", [{"what": "answer", "name": "q1", "then": "1435", "now": "1067"}]),
    ]


def test_a_gate_says_its_verdict_and_that_of_every_variant() -> None:
    decision = DecisionResult("小模型", "undecided", 40, "看不出來")
    found = as_json(GateResult("f1 > -0.05", "undecided", 100, (decision,), ("問完了",)))

    assert list(as_json(decision).items()) == [
        ("name", "小模型"), ("verdict", "undecided"), ("asked", 40), ("sentence", "看不出來"),
    ]  # fmt: skip
    assert list(found.items()) == [
        ("condition", "f1 > -0.05"),
        ("verdict", "undecided"),
        ("questions", 100),
        ("variants", [as_json(decision)]),
        ("notes", ["問完了"]),
    ]


def test_a_check_of_a_workspace_names_each_file_and_its_tables() -> None:
    assert list(as_json(FILE).items()) == list(FILE_JSON.items())
    assert list(as_json(RowsResult(9, 1, False)).items()) == [("whole", 9), ("damaged", 1), ("readable", False)]
    assert list(as_json(WorkspaceCheckResult(False, (FILE,))).items()) == [("is_whole", False), ("files", [FILE_JSON])]
    assert "第 3 頁壞了" in json.dumps(as_json(FILE), ensure_ascii=False)


def test_a_repair_says_what_was_found_and_what_was_computed_again() -> None:
    assert list(as_json(WorkspaceRepairResult((FILE,), INDEX)).items()) == [
        ("files", [FILE_JSON]),
        ("index", as_json(INDEX)),
    ]
    assert as_json(WorkspaceRepairResult((), None)) == {"files": [], "index": None}
