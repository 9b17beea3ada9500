"""The mean of the variant with the best mean, without the luck of having it.

Modules: ``potluck.statistics.selection``.
"""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import choosing as simulated
from potluck.statistics.clusters import Clusters
from potluck.statistics.intervals import Interval, mean_interval
from potluck.statistics.selection import mean_of_selected


def best_mean(values: np.ndarray, clusters: Clusters | None = None) -> Interval:
    """The interval of the best mean, as it was chosen."""
    return mean_interval(values[:, int(np.nanmean(values, axis=0).argmax())], bounded=True, clusters=clusters)


def fair_mean(values: np.ndarray, clusters: Clusters | None = None) -> Interval:
    return mean_of_selected(values, best_mean(values, clusters), clusters)


SCORES = st.integers(0, 10**6).map(lambda seed: np.random.default_rng(seed).random((30, 8)))


@settings(max_examples=20)
@given(SCORES)
def test_without_luck_the_best_is_never_better_and_its_upper_end_stays(scores: np.ndarray) -> None:
    chosen, found = best_mean(scores), fair_mean(scores)
    assert chosen.low is not None
    assert found.low is not None

    assert found.mean <= chosen.mean + 1e-12
    assert found.low <= chosen.low + 1e-12
    assert found.low <= found.mean <= found.high == chosen.high
    assert (found.n, found.population) == (chosen.n, chosen.population)


@settings(max_examples=20)
@given(SCORES, st.permutations(range(8)))
def test_the_order_of_the_variants_plays_no_part(scores: np.ndarray, order: list[int]) -> None:
    rights = np.round(scores)

    for values in (scores, rights):
        assert fair_mean(values[:, order]).mean == pytest.approx(fair_mean(values).mean, abs=1e-12)


def test_one_that_is_clearly_the_best_has_had_no_luck() -> None:
    scores = np.random.default_rng(0).random((60, 8))
    scores[:, 5] = 0.9 + scores[:, 5] / 10
    chosen = best_mean(scores)

    assert fair_mean(scores).mean == pytest.approx(chosen.mean)
    assert fair_mean(scores).low == pytest.approx(chosen.low)


def test_variants_that_tie_count_in_equal_parts() -> None:
    one, other = np.array([1.0, 0.0] * 10), np.array([0.0, 1.0] * 10)
    same = np.stack([one, one, one], axis=1)

    assert fair_mean(same).mean == pytest.approx(0.5)
    # Without two of the twenty questions, the one that had both right is behind.
    assert fair_mean(np.stack([one, other], axis=1)).mean < 0.45


def test_of_two_questions_each_is_measured_by_the_choice_of_the_other() -> None:
    values = np.array([[0.9, 0.2], [0.1, 0.6]])

    assert fair_mean(values).mean == pytest.approx((0.2 + 0.1) / 2)
    with pytest.raises(ValueError, match="without a part of one question"):
        fair_mean(values[:1])


def test_whole_clusters_are_left_out() -> None:
    # Each variant is right on documents of its own: the choice without a document says nothing about that document.
    places = np.repeat(np.arange(8), 5)
    values = (places[:, None] == np.arange(8)).astype(float)
    values[:, 0] += places == 1

    # Without one of the first two documents all eight or seven tie; without another the first is chosen.
    assert fair_mean(values, Clusters(places)).mean == pytest.approx((5 / 8 + 5 / 7) / 40)
    assert fair_mean(values).mean == pytest.approx(0.25), "by single questions the other four of a document tell"
    assert fair_mean(values, Clusters(places, fixed=True)).mean == pytest.approx(0.25)


def test_a_question_that_a_variant_lacks_counts_for_the_others_only() -> None:
    values = np.tile([0.5, 0.2, 0.1], (12, 1))
    values[3, 0] = values[4, 1] = np.nan

    assert mean_of_selected(values, Interval(0.5, 0.4, 0.6, 11)).mean == pytest.approx(0.5)
    alone = np.array([[0.4, np.nan], [np.nan, 0.8]])
    assert mean_of_selected(alone, Interval(0.8, 0.4, 0.9, 1)).mean == 0.8, "without its question none is chosen"


def test_one_question_has_no_interval_that_could_change() -> None:
    values = np.array([[0.9, 0.2], [0.1, 0.6]])
    found = mean_of_selected(values, Interval(0.5, None, None, 1))

    assert (found.low, found.high) == (None, None)
    assert found.mean == pytest.approx(0.15)


CASES = {
    simulated.Case(): 0.012,
    simulated.Case(300, 20): 0.03,
    simulated.Case(30, binary=True, alike=0.8): 0.05,
    simulated.Case(30, gains=(0.5,)): 0.01,
}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_luck_of_being_chosen_is_gone_and_the_interval_holds_the_worth(case: simulated.Case) -> None:
    found = simulated.figures_of_best(case, 60)

    assert found.as_chosen > CASES[case]
    assert abs(found.without_luck) < 0.012, "1,000 rounds say that it is under 0.005"
    assert found.without_luck_holds >= 0.93
    assert found.as_chosen_holds < 0.95


def test_variants_of_equal_worth_have_one_worth_and_better_ones_another() -> None:
    found = simulated.worth(simulated.Case(30, gains=(0.5, 0.5)))

    assert found[:22].tolist() == [found[0]] * 22
    assert found[22] == found[23] == pytest.approx(found[0] + 0.4 * 0.5 * 0.8, abs=0.05)


def test_the_benchmark_prints_both_figures(capsys: pytest.CaptureFixture[str]) -> None:
    with ThreadPoolExecutor(1) as pool:
        simulated.tabulate_figures(pool, 3, [simulated.Case(30, variants=6, gains=(0.2, 0.4))])
    title, row = capsys.readouterr().out.splitlines()

    assert title.split()[-6:] == ["chosen", "holds", "without", "luck", "spread", "holds"]
    assert re.fullmatch(r"6 graded, 30 questions, 2 better by 0.2 and 0.4 +\+0\.\d{4} +\d+\.\d % +.0\.\d{4}.* %", row)
