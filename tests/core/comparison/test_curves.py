"""How a measure goes along an axis of numbers.

Modules: ``potluck.comparison.curves``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from potluck import recipe as recipes
from potluck.comparison.curves import curves
from potluck.json_values import as_json
from potluck.recipe.swaps import Variant
from potluck.results.comparison import CurvePoint
from potluck.statistics.intervals import Interval
from support.variant_runs import variant


def intervals(**means: float) -> dict[str, Interval]:
    return {name: Interval(mean, mean - 0.1, mean + 0.1, 9) for name, mean in means.items()}


def numbered(key: str, values: Sequence[Any]) -> list[Variant]:
    section, name = key.split(".")
    return [
        variant(f"v{number}", {key: str(value)}, f"{section}: {{{name}: {value}}}\n")
        for number, value in enumerate(values)
    ]


def test_a_curve_goes_through_three_points_or_more_in_the_order_of_their_numbers() -> None:
    chosen = numbered("retriever.k", [8, 2, 4])

    (curve,) = curves(chosen, intervals(v0=0.8, v1=0.2, v2=0.4))
    assert as_json(curve) == {
        "name": "retriever.k",
        "points": [
            {"n": n, "mean": mean, "low": pytest.approx(mean - 0.1), "high": pytest.approx(mean + 0.1)}
            for n, mean in ((2, 0.2), (4, 0.4), (8, 0.8))
        ],
    }
    assert curves(chosen[:2], intervals(v0=0.8, v1=0.2)) == []
    assert curves(chosen, intervals(v0=0.8, v1=0.2)) == [], "one without the measure is no point"


def test_no_examples_are_none_of_them_and_what_is_not_a_number_is_not_a_point(tmp_path: Path) -> None:
    (tmp_path / "e.jsonl").write_text('{"question": "a", "answers": ["b"]}\n', encoding="utf-8")

    def shots(count: int) -> Variant:
        text = f"shots: {{count: {count}, examples: e.jsonl}}\n" if count else "name: x\n"
        return Variant(f"s{count}", {"shots.count": str(count)}, recipes.loads(text, tmp_path / "r.yaml", []))

    (curve,) = curves([shots(0), shots(1), shots(4)], intervals(s0=0.1, s1=0.2, s4=0.3))
    assert [point.n for point in curve.points] == [0, 1, 4]
    words = [variant(name, {"answer.method": name}, f"answer: {name}\n") for name in ("stuff", "refine", "map_reduce")]
    assert curves(words, intervals(stuff=0.1, refine=0.2, map_reduce=0.3)) == []


def test_each_combination_of_the_other_axes_has_a_curve_of_its_own() -> None:
    chosen = [
        variant(f"{method}{k}", {"answer.method": method, "retriever.k": str(k)},
                f"retriever: {{k: {k}}}\nanswer: {method}\n")
        for method in ("stuff", "refine") for k in (1, 2, 3)
    ]  # fmt: skip
    means = {one.name: Interval(number / 10, None, None, 1) for number, one in enumerate(chosen)}
    found = curves(chosen, means)

    assert [(one.name, [point.mean for point in one.points]) for one in found] == [
        ("retriever.k: stuff", [0.0, 0.1, 0.2]),
        ("retriever.k: refine", [0.3, 0.4, 0.5]),
    ]
    assert found[0].points[0] == CurvePoint(1.0, 0.0, None, None)
    assert [one.name for one in curves(chosen[:5], means)] == ["retriever.k: stuff"]


def test_true_and_false_are_not_numbers_and_a_key_that_is_not_there_none() -> None:
    words = [
        variant(str(n), {"documents.private": "x"}, f"documents: {{path: a, private: {said}}}\n")
        for n, said in enumerate(("true", "false", "true"))
    ]
    absent = [variant(str(n), {"documents.無": "x"}) for n in range(3)]

    assert curves(words, intervals(**{"0": 0.1, "1": 0.2, "2": 0.3})) == []
    assert curves(absent, intervals(**{"0": 0.1, "1": 0.2, "2": 0.3})) == []
