"""A comparison of strategies as JSON.

Modules: ``potluck.results.strategy``.
"""

from __future__ import annotations

import json

from potluck.json_values import as_json
from potluck.results.answers import LabelScore
from potluck.results.strategy import (
    BudgetResult,
    DataResult,
    InterimLook,
    Recommendation,
    RivalResult,
    RowResult,
    SpentResult,
    StrategyResult,
)
from potluck.statistics.intervals import Interval

ROW = RowResult(
    "提示",
    "問模型",
    False,
    9,
    {"accuracy": Interval(0.5, None, 0.75, 9)},
    {"正面": LabelScore(1, 0.5, 2 / 3, 4)},
    1,
    0.25,
    0.5,
    3.0,
    0.0,
    2.0,
    1234,
    "expensive",
    "太貴",
    ("註",),
)


def test_a_comparison_of_strategies_says_every_row_look_and_rival() -> None:
    rival = RivalResult("別的", 0.1, -0.1, 0.3, 0.2, 0.4, None, "看不出來")
    result = StrategyResult(
        DataResult(20, 9, ("正面", "負面"), "負面", 2, ()),
        (ROW,),
        (InterimLook(5, ("提示",), ("別的",)),),
        Recommendation(None, "太少", (rival,)),
        SpentResult(1.0, 0.5, 0.25, 0.01),
        BudgetResult(1.0, 5.0, "usd"),
        "答案",
    )
    found = result.as_json()

    assert list(found) == ["data", "rows", "looks", "recommendation", "spent", "budget", "cache"]
    (row,) = found["rows"]  # type: ignore[misc]
    assert (row["outcome"], row["why"], row["bytes_sent"]) == ("expensive", "太貴", 1234)  # type: ignore[index, call-overload]
    assert row["quality"] == {"accuracy": as_json(Interval(0.5, None, 0.75, 9))}  # type: ignore[index, call-overload]
    assert found["looks"] == [{"n": 5, "rows": ["提示"], "dropped": ["別的"]}]
    assert found["recommendation"]["against"][0]["needed_n"] is None  # type: ignore[index, call-overload]
    assert found["budget"] == {"usd": 1.0, "minutes": 5.0, "ended_by": "usd"}
    assert json.loads(json.dumps(found, ensure_ascii=False)) == found
