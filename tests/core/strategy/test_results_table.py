"""The outcome on the terminal: cells with their units, and lines below in their order.

Modules: ``potluck.strategy.results_table``.
"""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

from potluck.results.strategy import (
    BudgetResult,
    DataResult,
    Recommendation,
    RowResult,
    SpentResult,
    StrategyResult,
)
from potluck.statistics.intervals import Interval
from potluck.strategy.results_table import strategy_table, summary_lines

QUALITY = {
    "accuracy": Interval(0.5, 0.25, 0.75, 20), "f1_macro": Interval(0.4, 0.2, 0.6, 20),
    "f1_minority": Interval(0.3, None, None, 20),
}  # fmt: skip
ROW = RowResult(
    name="最近鄰", summary="", baseline=False, n=1234, quality=QUALITY, labels={}, no_label=0, cost_per_1000=0.12345,
    latency=0.2, training_seconds=3.25, training_cost=0.0, own_seconds=1.0, bytes_sent=56789, outcome="finished",
    why=None, notes=(),
)  # fmt: skip


def result(*rows: RowResult, ended: str | None = None, notes: tuple[str, ...] = ()) -> StrategyResult:
    data = DataResult(10, 20, ("ok", "垃圾"), "垃圾", 0, notes)
    spent = SpentResult(12.34, 0.0, 0.0, 0.12345)
    return StrategyResult(
        data, rows, (), Recommendation("最近鄰", "Take 最近鄰.", ()), spent, BudgetResult(1.5, 30.0, ended), "cache"
    )


def drawn(row: RowResult) -> tuple[list[str], str]:
    """The heads of the columns, and the line of the row with its escape sequences."""
    file = io.StringIO()
    Console(file=file, width=400, force_terminal=True, color_system="truecolor").print(strategy_table(result(row)))
    head, _, line = file.getvalue().splitlines()[:3]
    return re.split(" {2,}", plain(head).strip()), line


def plain(line: str) -> str:
    return re.sub(r"\x1b\[[\d;]*m", "", line)


def cells(row: RowResult) -> list[str]:
    return re.split(" {2,}", plain(drawn(row)[1]).strip())


def test_the_columns_name_the_rarest_label() -> None:
    assert drawn(ROW)[0] == [
        "row", "accuracy", "macro F1", "F1 of 垃圾", "asked", "USD/1,000", "latency", "training", "bytes sent", "out",
    ]  # fmt: skip


def test_a_row_tells_its_measures_in_order_and_what_it_took() -> None:
    assert cells(ROW) == [
        "最近鄰", "0.500 [0.250, 0.750]", "0.400 [0.200, 0.600]", "0.300", "1,234", "0.1235", "200 ms", "3.2 s",
        "56,789",
    ]  # fmt: skip


@pytest.mark.parametrize(("seconds", "told"), [(1.0, "1.0 s"), (0.9994, "999 ms"), (0.0, "0 ms"), (61.26, "61.3 s")])
def test_times_below_a_second_are_told_in_milliseconds(seconds: float, told: str) -> None:
    assert cells(replace(ROW, latency=seconds, training_seconds=seconds))[6:8] == [told, told]


def test_what_is_not_known_is_a_dash() -> None:
    assert cells(replace(ROW, cost_per_1000=None, latency=None))[5:7] == ["-", "-"]


@pytest.mark.parametrize(
    ("outcome", "told", "dim"),
    [
        ("finished", "56,789", False),
        ("worse", "after 1234", True),
        ("expensive", "expensive, after 1234", True),
        ("budget", "budget", False),
        ("failed", "failed", True),
    ],
)
def test_a_row_that_is_out_says_how_and_is_dim(outcome: Any, told: str, dim: bool) -> None:
    row = replace(ROW, outcome=outcome)
    assert cells(row)[-1] == told
    assert drawn(row)[1].startswith("\x1b[2m") is dim


def test_a_row_that_was_asked_nothing_has_no_measures() -> None:
    row = replace(ROW, name="tuned", baseline=True, n=0, quality={}, outcome="failed")
    assert cells(row) == ["tuned (baseline)", "-", "-", "-", "0", "-", "-", "-", "-", "failed"]


def test_below_stand_the_notes_then_why_rows_are_out_then_what_to_take_and_what_was_spent() -> None:
    rows = (replace(ROW, notes=("一個標籤",), why="worse than a"), replace(ROW, name="b", notes=("b's",)))
    assert list(summary_lines(result(*rows, ended="the 30 minutes", notes=("4 left out",)))) == [
        "4 left out",
        "最近鄰: 一個標籤",
        "最近鄰: worse than a",
        "b: b's",
        "the 30 minutes were used up before all was asked; run again with more, and it continues",
        "spent 12.3 s of 30 minutes and 0.1235 of 1.5 US dollars",
    ]
    assert not any("used up" in line for line in summary_lines(result(ROW)))
