"""What the report of strategies shows: what to take, all rows by accuracy, and what each took.

Modules: ``potluck.report.strategy``.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from potluck.report.content import Content, Table
from potluck.report.strategy import strategy_content
from potluck.results.strategy import Recommendation, StrategyResult
from potluck.statistics.intervals import Interval
from support.reports import strategies


def shown(result: StrategyResult | None = None) -> Content:
    return strategy_content(result or strategies(), "20261130-2", "2026-11-30T19:30:00Z", Path("/srv/資料/data.jsonl"))


def table(content: Content, title: str) -> Table:
    return next(one for one in content.tables if one.title == title)


def test_the_recommendation_is_the_conclusion() -> None:
    assert shown().conclusion == ("Take classifier: right on 0.90 of the messages.",)
    assert shown().baseline == "classifier"


def test_a_budget_that_ended_the_race_is_told() -> None:
    ended = replace(strategies(), budget=replace(strategies().budget, ended_by="the 10 minutes"))
    assert shown(ended).conclusion[1].startswith("the 10 minutes were used up before all was asked")


def test_the_head_says_what_was_asked_and_spent_and_names_no_folder() -> None:
    assert dict(shown().facts) == {
        "Started": "2026-11-30 19:30 UTC",
        "Messages": "30 asked, 90 to learn from",
        "Labels": "2",
        "Lines left out": "1",
        "Spent": "12.5 s of 10 minutes, $0.0060 of $2",
        "Run": "20261130-2",
    }
    assert shown().name == "data.jsonl"


def test_rows_have_their_quality_their_cost_and_their_time() -> None:
    rows = {variant.name: variant for variant in shown().variants}
    assert [*rows] == ["majority", "classifier", "few-shot", "lora"]
    assert rows["few-shot"].metrics["cost"] == Interval(0.0005, None, None, 12)
    assert rows["few-shot"].metrics["latency"].mean == 0.8
    assert rows["classifier"].metrics["accuracy"] == strategies().rows[1].quality["accuracy"]
    assert rows["lora"].error == "out of memory"
    assert rows["lora"].metrics == {}
    assert {one.name: one.label for one in shown().measures}["f1_minority"] == "F1 of 垃圾"


def test_the_recommended_row_is_held_against_the_others() -> None:
    (row,) = table(shown(), "classifier against the others").rows
    assert row == (Interval(0.3, 0.1, 0.5, 30), "majority", 0.006, "24", "classifier is better than majority")


def test_why_a_row_dropped_out_is_told_beside_what_it_took() -> None:
    rows = {str(row[1]): row for row in table(shown(), "What each took").rows}
    assert rows["majority (baseline)"][-1] == "asked all"
    assert rows["few-shot"][0] == "12"
    assert rows["few-shot"][5:] == ("12,345", None, "hardly better, and dear")


def test_the_labels_of_the_recommended_row_begin_with_the_worst() -> None:
    rows = table(shown(), "Labels with classifier, the worst first").rows
    assert [(row[0], row[1]) for row in rows] == [(0.8, "垃圾"), (0.9, "正常")]


def test_without_a_recommendation_there_is_neither_a_table_of_rivals_nor_of_labels() -> None:
    found = shown(replace(strategies(), recommendation=Recommendation(None, "too little was asked", ())))
    assert [one.title for one in found.tables] == ["What each took"]
    assert found.conclusion == ("too little was asked",)


def test_measures_say_which_way_is_better() -> None:
    assert {one.name: (one.higher_is_better, one.unit) for one in shown().measures} == {
        "accuracy": (True, ""),
        "f1_macro": (True, ""),
        "f1_minority": (True, ""),
        "cost": (False, "USD"),
        "latency": (False, "s"),
    }


def test_columns_of_figures_are_sorted_as_such() -> None:
    def figures(title: str) -> list[tuple[str, str]]:
        return [(one.label, one.unit) for one in table(shown(), title).columns if one.is_number]

    assert figures("classifier against the others") == [
        ("Difference in accuracy", ""), ("p, adjusted", ""), ("Messages to show it", ""),
    ]  # fmt: skip
    assert figures("What each took") == [
        ("Messages asked", ""), ("Training time", "s"), ("Cost of training", "USD"), ("Bytes sent", ""),
        ("Without a label", ""),
    ]  # fmt: skip
    assert len(figures("Labels with classifier, the worst first")) == 4
