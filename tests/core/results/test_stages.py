"""What the stages did, and would do, as JSON: the keys in their order.

Modules: ``potluck.results.stages``.
"""

from __future__ import annotations

import json
from dataclasses import replace

from potluck.json_values import as_json
from potluck.ledger import Amount, Entry
from potluck.results.stages import (
    Changes,
    ComparisonPlanResult,
    FailureResult,
    IndexResult,
    MergeResult,
    PlannedWork,
    PlanResult,
    TaskPlanResult,
    TuneResult,
    TuningPlanResult,
)

ENTRY = Entry("embed", "texts", Amount(3, 30, 20), Amount(2, 20), cut=Amount(1, 4, 3), notes=["一段太長"])
LEDGER = {"embed": ENTRY.account()}
LEDGER_JSON = {
    "embed": {
        "unit": "texts",
        "in": {"items": 3, "characters": 30, "tokens": 20},
        "out": {"items": 2, "characters": 20, "tokens": None},
        "cut": {"items": 1, "characters": 4, "tokens": 3},
        "dropped": {"items": 0, "characters": 0, "tokens": None},
        "deduplicated": {"items": 0, "characters": 0, "tokens": None},
        "notes": ["一段太長"],
    }
}
FAILURE = FailureResult("壞.pdf", "NoText", "沒有文字")
FAILURE_JSON = {"source": "壞.pdf", "error": "NoText", "reason": "沒有文字"}
WORK = PlannedWork("embed", 4, False, 2.0, 1.5, 3.0, None)
WORK_JSON = {
    "action": "embed", "count": 4, "is_done": False, "seconds": 2.0, "seconds_low": 1.5, "seconds_high": 3.0,
    "unknown": None,
}  # fmt: skip
PLAN = PlanResult(
    files=2, documents=2, chunks=5, tokens=400, tokens_to_embed=300, texts_to_embed=4, longest=90, window=None,
    too_long=0, fit="error", exact=False, index_bytes=None, embedding_cost=None, prompt_tokens=700,
    context_window=None, question_cost=None, notes=("換了模型",), problems=(),
    leaves_the_machine={"chat": "某.example"}, failures=(FAILURE,), ledger=LEDGER, work=(WORK,), comparison=None,
)  # fmt: skip


def test_nothing_has_changed_until_somebody_counts() -> None:
    assert as_json(Changes()) == {"added": 0, "changed": 0, "removed": 0, "unchanged": 0}
    assert list(as_json(Changes(1, 2, 3, 4)).items()) == [
        ("added", 1), ("changed", 2), ("removed", 3), ("unchanged", 4),
    ]  # fmt: skip


def test_a_failure_names_the_document_the_error_and_the_reason() -> None:
    assert list(as_json(FAILURE).items()) == list(FAILURE_JSON.items())
    assert json.dumps(as_json(FAILURE), ensure_ascii=False) == (
        '{"source": "壞.pdf", "error": "NoText", "reason": "沒有文字"}'
    )


def test_indexing_says_what_changed_what_was_done_and_what_was_lost() -> None:
    result = IndexResult(Changes(added=2), Changes(added=5), 2, 2, 4, 1, (FAILURE,), ("換了模型",), LEDGER, 0.5)
    found = as_json(result)

    assert list(found) == [
        "documents", "chunks", "loaded", "split", "embedded", "reused", "failures", "notes", "ledger", "seconds",
    ]  # fmt: skip
    assert found == {
        "documents": {"added": 2, "changed": 0, "removed": 0, "unchanged": 0},
        "chunks": {"added": 5, "changed": 0, "removed": 0, "unchanged": 0},
        "loaded": 2, "split": 2, "embedded": 4, "reused": 1,
        "failures": [FAILURE_JSON], "notes": ["換了模型"], "ledger": LEDGER_JSON, "seconds": 0.5,
    }  # fmt: skip
    assert list(found["ledger"]["embed"]) == list(LEDGER_JSON["embed"])  # type: ignore[index, call-overload, arg-type]


def test_a_tuning_says_its_losses_by_step_and_what_it_measured_on_the_way() -> None:
    result = TuneResult(
        "執行-1", "runs/執行-1/adapter", 10, 1000, 99.5, None, {}, (2.0, 1.5), ({"step": 2.0, "loss": 1.75},),
        {"loss": 2.5}, {"loss": 1.75}, ("學會了",), 3.0, 4.0,
        False, (), LEDGER,
    )  # fmt: skip

    assert list(as_json(result).items()) == [
        ("run", "執行-1"),
        ("adapter", "runs/執行-1/adapter"),
        ("trainable_parameters", 10),
        ("total_parameters", 1000),
        ("tokens_per_second", 99.5),
        ("train_loss", None),
        ("metrics", {}),
        ("losses", [2.0, 1.5]),
        ("evaluations", [{"step": 2.0, "loss": 1.75}]),
        ("before", {"loss": 2.5}),
        ("after", {"loss": 1.75}),
        ("conclusion", ["學會了"]),
        ("training_seconds", 3.0),
        ("seconds", 4.0),
        ("reused", False),
        ("notes", []),
        ("ledger", LEDGER_JSON),
    ]


def test_a_plan_says_null_of_what_nobody_knows() -> None:
    assert list(as_json(PLAN).items()) == [
        ("files", 2),
        ("documents", 2),
        ("chunks", 5),
        ("tokens", 400),
        ("tokens_to_embed", 300),
        ("texts_to_embed", 4),
        ("longest", 90),
        ("window", None),
        ("too_long", 0),
        ("fit", "error"),
        ("exact", False),
        ("index_bytes", None),
        ("embedding_cost", None),
        ("prompt_tokens", 700),
        ("context_window", None),
        ("question_cost", None),
        ("notes", ["換了模型"]),
        ("problems", []),
        ("leaves_the_machine", {"chat": "某.example"}),
        ("failures", [FAILURE_JSON]),
        ("ledger", LEDGER_JSON),
        ("work", [WORK_JSON]),
        ("comparison", None),
    ]
    assert as_json(replace(PLAN, window=512, question_cost=0.25)) == as_json(PLAN) | {
        "window": 512, "question_cost": 0.25,
    }  # fmt: skip


def test_the_plan_of_a_tuning_says_what_it_takes_and_what_would_stop_it() -> None:
    none = None
    result = TuningPlanResult(10, 1000, 2048, 512, 30, none, none, none, 20, "cuda:0", ("用半精度",), ("不夠",), none)

    assert list(as_json(result).items()) == [
        ("trainable_parameters", 10),
        ("total_parameters", 1000),
        ("memory", 2048),
        ("disk", 512),
        ("steps", 30),
        ("seconds", None),
        ("seconds_low", None),
        ("seconds_high", None),
        ("resumed", 20),
        ("device", "cuda:0"),
        ("notes", ["用半精度"]),
        ("problems", ["不夠"]),
        ("comparison", None),
    ]


def test_the_plan_of_a_task_without_a_tuner_trains_nothing() -> None:
    assert list(as_json(TaskPlanResult(None, 0, ("沒有題目",), {}, None)).items()) == [
        ("examples", None),
        ("trainable_parameters", 0),
        ("problems", ["沒有題目"]),
        ("leaves_the_machine", {}),
        ("comparison", None),
    ]


def test_what_a_comparison_would_take_stands_below_the_plan_of_its_recipe() -> None:
    plan = replace(PLAN, comparison=ComparisonPlanResult(4, 12, 2, 60, (), 30.0, 20.0, 45.0))

    assert list(as_json(plan.comparison).items()) == [
        ("variants", 4),
        ("texts_to_embed", 12),
        ("trainings", 2),
        ("answers", 60),
        ("work", []),
        ("seconds", 30.0),
        ("seconds_low", 20.0),
        ("seconds_high", 45.0),
    ]
    assert as_json(plan) == as_json(PLAN) | {"comparison": as_json(plan.comparison)}


def test_a_merged_model_is_its_folder_and_how_far_it_is_from_the_tuned_one() -> None:
    assert list(as_json(MergeResult("模型/合併", 0.0625, None)).items()) == [
        ("folder", "模型/合併"),
        ("difference", 0.0625),
        ("modelfile", None),
    ]
