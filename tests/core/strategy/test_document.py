"""The result is put together from what each row was asked, and from nothing that it was not.

Modules: ``potluck.strategy.document``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from potluck.contracts import ChatOptions
from potluck.results.strategy import BudgetResult, DataResult, InterimLook, SpentResult, StrategyResult
from potluck.strategy.advice import Advice, advise
from potluck.strategy.budget import Budget
from potluck.strategy.data import LabelledText, Split
from potluck.strategy.document import strategy_result
from potluck.strategy.protocol import StrategySpec, TrainingSetup
from potluck.strategy.race import Entrant, EntrantAnswer, Race

GOLD = ["ok"] * 6 + ["垃圾"] * 3 + ["spam"]
TEST = tuple(LabelledText(f"訊息 {number}", label, f"t:{number}") for number, label in enumerate(GOLD))
TRAIN = (LabelledText("a", "ok", "d:1"), LabelledText("b", "垃圾", "d:2"), LabelledText("c", "spam", "d:3"))
SPLIT = Split(TRAIN, TEST, 4, ("四則未用",))


def entrant(name: str, said: list[str], **more: Any) -> Entrant:
    made: Any = None  # no row is asked here
    asked = [
        EntrantAnswer(label, label == GOLD[number], 0.1 * (number + 1), 0.002, 7) for number, label in enumerate(said)
    ]
    return Entrant(name, StrategySpec(f"{name} 摘要", made, baseline=name == "majority"), made, asked, **more)


def result(*entrants: Entrant, advice: Advice | None = None, options: ChatOptions | None = None) -> StrategyResult:
    unused: Any = None
    now = iter([100.0, 130.0, 130.0])
    budget = Budget(2.0, 3.0, lambda: next(now))
    budget.reuse(5.0, 0.25)
    race = Race(entrants, TrainingSetup(TRAIN, SPLIT.labels, 0), TEST, unused, budget, unused)
    race.looks.append(InterimLook(10, ("a",), ()))
    race.ended, race.loading_seconds = "the 3 minutes", 1.5
    found = advice or Advice(None, "too little was asked")
    return strategy_result(race, found, SPLIT, TEST, budget, Path("快取"), options)


def test_what_is_known_of_data_and_budget_stands_at_its_place() -> None:
    found = result()
    assert found.data == DataResult(3, 10, ("ok", "spam", "垃圾"), "spam", 4, ("四則未用",))
    assert found.spent == SpentResult(35.0, 5.0, 1.5, 0.25)
    assert found.budget == BudgetResult(2.0, 3.0, "the 3 minutes")
    assert (found.cache, found.looks) == ("快取", (InterimLook(10, ("a",), ()),))
    assert (found.recommendation.row, found.recommendation.words) == (None, "too little was asked")


def test_a_row_is_measured_on_the_messages_that_it_was_asked() -> None:
    row = entrant(
        "zero-shot", ["ok", "ok", "", "垃圾"], training_seconds=2.0, training_usd=0.5, training_sent=100,
        own_seconds=0.3, outcome="worse", why="worse than b",
    )  # fmt: skip
    (found,) = result(row).rows

    assert (found.name, found.summary, found.baseline, found.n) == ("zero-shot", "zero-shot 摘要", False, 4)
    assert found.quality["accuracy"].mean == 0.5
    assert found.quality["accuracy"].n == 4
    assert found.labels.keys() == {"ok", "垃圾"}, "what names no label is none"
    assert found.no_label == 1
    assert found.cost_per_1000 == pytest.approx(2.0)
    assert found.latency == pytest.approx(0.25)
    assert (found.training_seconds, found.training_cost, found.own_seconds) == (2.0, 0.5, 0.3)
    assert found.bytes_sent == 100 + 4 * 7
    assert (found.outcome, found.why) == ("worse", "worse than b")
    assert found.notes[0].startswith("no label: 1 answer names none of the labels, of 4")


def test_a_row_that_was_asked_nothing_has_no_figures() -> None:
    (found,) = result(entrant("majority", [], training_sent=9)).rows
    assert found.baseline
    assert (found.n, found.quality, found.labels, found.no_label) == (0, {}, {}, 0)
    assert (found.cost_per_1000, found.latency, found.bytes_sent) == (None, None, 9)


def test_cut_answers_are_told_where_the_options_are_known() -> None:
    row = entrant("zero-shot", GOLD)
    row.asked = [EntrantAnswer(one.label, True, 0.1, 0.0, 0, cut=True) for one in row.asked]
    assert not any("cut answers" in note for note in result(row).rows[0].notes)
    assert any("limit of 33 tokens" in note for note in result(row, options=ChatOptions(max_tokens=33)).rows[0].notes)


def test_the_recommended_row_is_told_against_every_other() -> None:
    rows = [entrant("好", GOLD), entrant("b", ["ok"] * 10)]
    advice = advise(rows, TEST[:10])
    (rival,) = result(*rows, advice=advice).recommendation.against
    one = advice.against[0]
    assert (rival.other, rival.p_adjusted, rival.sentence) == (one.other, one.p_adjusted, one.sentence)
    assert rival.difference == pytest.approx(0.4)
    assert (rival.low, rival.high, rival.p) == (one.difference.low, one.difference.high, one.difference.p)
    assert rival.needed_n == one.difference.needed_n
    assert rival.low < rival.difference < rival.high
