"""What a comparison concludes: which pairs are tested, by which measure, and what is said of rounds.

Modules: ``potluck.comparison.causes``, ``potluck.comparison.curves``,
``potluck.comparison.document``, ``potluck.comparison.engine``, ``potluck.comparison.gate``,
``potluck.comparison.measured``, ``potluck.comparison.notes``, ``potluck.comparison.table``,
``potluck.workloads``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from potluck import Recipe
from potluck.comparison.compare import Plan
from potluck.statistics.correction import holm
from support.planted import plant

ITEMS = 14


def compared(home: Path, **plan: Any) -> dict[str, Any]:
    with Recipe.load(home / "recipe.yaml") as recipe:
        return dict(recipe.compare(Plan(**plan)).document)


def pairs(document: dict[str, Any], metric: str) -> list[tuple[str, str]]:
    return [(pair["a"], pair["b"]) for pair in document["pairs"] if pair["metric"] == metric]


def test_every_pair_of_a_few_variants_is_tested(home: Path) -> None:
    plant(home, ITEMS)
    found = compared(home, swaps=["retriever.k=1,2,3"], causes=False)

    assert pairs(found, "f1") == [("k=1", "k=2"), ("k=1", "k=3"), ("k=2", "k=3")]


def test_of_many_variants_each_is_tested_against_the_baseline(home: Path) -> None:
    plant(home, ITEMS)
    found = compared(home, swaps=["retriever.k=1,2,3,4,5,6,7"], baseline="k=4", causes=False)

    assert pairs(found, "f1") == [("k=4", f"k={k}") for k in (1, 2, 3, 5, 6, 7)]


def test_p_values_are_adjusted_over_the_pairs_of_one_measure(home: Path) -> None:
    plant(home, ITEMS)
    found = compared(home, swaps=["chat.blind=[],[1],[1,2,3,4,5,6,7,8,9]"], causes=False)

    of_f1 = [pair for pair in found["pairs"] if pair["metric"] == "f1"]
    assert [pair["p_adjusted"] for pair in of_f1] == pytest.approx(holm([pair["p"] for pair in of_f1]))
    assert [pair["verdict"] for pair in of_f1] == ["no evidence", "worse", "worse"]
    assert all(pair["needed_n"] for pair in of_f1)


@pytest.mark.parametrize(
    ("field", "metric"), [({"gold_facts": ["v-1"]}, "fact"), ({"answers": ["v-1"]}, "f1"), ({}, "latency")]
)
def test_answers_are_judged_by_what_the_questions_say(field: dict[str, Any], metric: str, home: Path) -> None:
    plant(home, 2)
    rows = [{"question": f"What is key-{n}. worth?", **field} for n in range(3)]
    (home / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")

    assert compared(home)["metric"] == metric


def test_measures_say_whether_more_is_better(home: Path) -> None:
    plant(home, ITEMS)
    found = compared(home, perplexity=True)

    higher = {measure["name"]: measure["higher_is_better"] for measure in found["measures"]}
    assert higher["f1"]
    assert not higher["latency"]
    assert not higher["bits_per_character"]
    assert {variant["perplexity"]["n"] for variant in found["variants"]} == {ITEMS}


def test_the_variance_between_rounds_is_told_from_that_between_questions(home: Path) -> None:
    plant(home, ITEMS)
    found = compared(home, swaps=["chat={use: reader, temperature: 0.5},{use: reader, temperature: 1}"], repeats=3)

    assert [variant["repeats"] for variant in found["variants"]] == [3, 3]
    (pair,) = [pair for pair in found["pairs"] if pair["metric"] == "f1"]
    assert pair["within"] == 0, "the planted model says the same in every round"
    assert pair["n"] == ITEMS
    latencies = [variant["metrics"]["latency"] for variant in found["variants"]]
    assert all(one["low"] >= 0 for one in latencies)


def test_questions_that_cannot_be_answered_count_by_their_refusals(home: Path) -> None:
    plant(home, 4)
    rows = [{"question": f"What is key-{n}. worth?", "answerable": False} for n in range(4)]
    (home / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    found = compared(home, swaps=["chat=reader,extractive"])

    assert found["metric"] == "refusal_recall"
    (pair,) = [pair for pair in found["pairs"] if pair["metric"] == "refusal_recall"]
    assert pair["n"] == 4


def test_an_axis_of_numbers_gives_a_curve_for_each_value_of_the_others(home: Path) -> None:
    plant(home, ITEMS)
    found = compared(home, swaps=["retriever.k=3,1,2", "chat=reader,extractive"], causes=False)

    first, second = found["learning_curves"]
    assert (first["name"], second["name"]) == ("retriever.k: reader", "retriever.k: extractive")
    assert [point["n"] for point in first["points"]] == [1, 2, 3]
    by_name = {variant["name"]: variant["metrics"]["f1"] for variant in found["variants"]}
    assert first["points"][0]["mean"] == by_name["k=1 + reader"]["mean"]


def test_two_values_or_values_without_order_give_no_curve(home: Path) -> None:
    plant(home, ITEMS)

    assert compared(home, swaps=["retriever.k=1,2"], causes=False)["learning_curves"] == []
    assert compared(home, swaps=["answer=stuff,refine,map_reduce"], causes=False)["learning_curves"] == []
