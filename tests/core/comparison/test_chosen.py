"""The figure of the variant that was chosen among many.

Modules: ``potluck.comparison.chosen``.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from potluck.comparison.chosen import MANY, best_of_many, chosen_sentence
from potluck.comparison.differences import measure_interval
from potluck.contracts import Measure
from potluck.results.conclusions import ChosenFigure, RankedVariant
from potluck.statistics.clusters import Clusters
from potluck.statistics.intervals import Interval
from potluck.statistics.selection import mean_of_selected

SHARE = Measure("f1", "words in common")
TIME = Measure("latency", "seconds", about="effort", higher_is_better=False, scale="amount", unit="s")
SCORES = np.random.default_rng(1).random((40, 8))


def chosen(
    values: np.ndarray, measure: Measure = SHARE, clusters: Clusters | None = None, variants: int = 8
) -> ChosenFigure | None:
    """Of variants ``甲0``, ``甲1`` and so on, ranked as a comparison ranks them."""
    tables = {f"甲{number}": {measure.name: values[:, [number]]} for number in range(variants)}
    means = {name: measure_interval(table[measure.name], measure, clusters) for name, table in tables.items()}
    order = sorted(means, key=lambda name: means[name].mean, reverse=measure.higher_is_better)
    ranking = [
        RankedVariant(rank, name, {}, means[name], "best", None, None, None, None) for rank, name in enumerate(order, 1)
    ]
    return best_of_many(tables, ranking, measure, clusters)


def test_the_best_of_six_or_more_is_estimated_again() -> None:
    found = chosen(SCORES, variants=MANY)
    assert found is not None
    best = int(SCORES[:, :MANY].mean(axis=0).argmax())

    assert (found.variant, found.variants, found.method) == (f"甲{best}", 6, "cross-validation")
    assert found.as_chosen == measure_interval(SCORES[:, [best]], SHARE)
    again = mean_of_selected(SCORES[:, :MANY], found.as_chosen)
    assert (found.without_luck.mean, found.without_luck.low) == pytest.approx((again.mean, again.low))
    assert chosen(SCORES, variants=MANY - 1) is None


def test_what_is_the_less_the_better_was_lucky_to_be_so_little() -> None:
    found, mirrored = chosen(SCORES, TIME), chosen(1 - SCORES)
    assert found is not None
    assert mirrored is not None
    assert found.without_luck.high is not None
    assert found.as_chosen.high is not None

    assert found.without_luck.mean > found.as_chosen.mean == pytest.approx(1 - mirrored.as_chosen.mean)
    assert found.without_luck.mean == pytest.approx(1 - mirrored.without_luck.mean)
    assert found.without_luck.low == found.as_chosen.low
    assert found.without_luck.high > found.as_chosen.high


def test_questions_that_no_variant_has_play_no_part_and_of_the_others_whole_documents_do() -> None:
    gaps = np.full((4, 8), np.nan)
    places = np.arange(44) % 11
    found = chosen(np.vstack([SCORES, gaps]), clusters=Clusters(places))
    assert found is not None

    again = mean_of_selected(SCORES, found.as_chosen, Clusters(places[:40]))
    assert (found.without_luck.mean, found.without_luck.low) == pytest.approx((again.mean, again.low))
    assert (found.without_luck.n, found.without_luck.clusters) == (40, 11)


def test_too_few_questions_and_measures_that_are_not_paired_have_no_such_figure() -> None:
    assert chosen(SCORES[:6]) is not None
    assert chosen(SCORES[:5]) is None
    assert chosen(SCORES, replace(SHARE, paired=False)) is None


def test_the_interval_stays_within_what_the_measure_can_be() -> None:
    few = np.round(np.random.default_rng(2).random((8, 8)) * 0.6)
    share, anything = chosen(few), chosen(few, replace(SHARE, scale="any"))
    assert share is not None
    assert anything is not None
    assert anything.without_luck.low is not None

    assert anything.without_luck.low < 0.0 == share.without_luck.low
    assert share.without_luck.high == share.as_chosen.high


def test_both_figures_are_told_with_their_unit() -> None:
    found = ChosenFigure(
        "快", 24, "cross-validation", Interval(1.5, 1.25, 1.75, 90), Interval(1.625, 1.25, 2.0, 90), None, ()
    )

    assert chosen_sentence(found, TIME) == (
        "快 is the best of 24: latency 1.500 s as chosen, 1.625 [1.250, 2.000] s without the luck of being chosen."
    )
    assert "f1 1.500 as chosen, 1.625 [1.250, 2.000] without" in chosen_sentence(found, SHARE)
