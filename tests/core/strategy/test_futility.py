"""An expensive row is asked on only while it may still be worth its price."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from potluck.statistics.clusters import Clusters
from potluck.statistics.distributions import ALPHA
from potluck.statistics.intervals import mean_interval
from potluck.statistics.paired_tests import compare_paired
from potluck.strategy.futility import LEAST_PROBABILITY, probability_of_being_chosen

TOTAL = 100
LOOKS = (16, 32, 64)
ALONE = Clusters(np.arange(TOTAL), "group")


def groups(count: int, size: int, seed: int) -> Clusters:
    """Groups of that size, whose messages come in any order."""
    return Clusters(np.random.default_rng(seed).permutation(np.repeat(np.arange(count), size)), "group")


def dropped_by(expensive: float, cheap: float, together: float, seed: int) -> int | None:
    """After how many messages an expensive row is dropped, if rows are right with these probabilities."""
    chances = np.random.default_rng(seed)
    cells = [together, expensive - together, cheap - together, 1 - expensive - cheap + together]
    drawn = chances.choice(4, size=TOTAL, p=cells)
    right, other = np.isin(drawn, (0, 1)).astype(float), np.isin(drawn, (0, 2)).astype(float)
    return next(
        (
            n
            for n in LOOKS
            if probability_of_being_chosen(right[:n].tolist(), other[:n].tolist(), ALONE) < LEAST_PROBABILITY
        ),
        None,
    )


def test_one_that_is_clearly_better_is_seldom_dropped() -> None:
    lost = [dropped_by(0.95, 0.75, 0.73, seed) is not None for seed in range(200)]
    assert sum(lost) / len(lost) <= 0.06


def test_one_that_is_as_good_is_dropped_before_all_is_asked() -> None:
    lost = [dropped_by(0.95, 0.95, 0.93, seed) is not None for seed in range(200)]
    assert sum(lost) / len(lost) >= 0.9


def test_one_that_is_worse_is_dropped_at_the_first_look() -> None:
    lost = [dropped_by(0.75, 0.95, 0.73, seed) == LOOKS[0] for seed in range(200)]
    assert sum(lost) / len(lost) >= 0.9


@pytest.mark.parametrize(("won", "lost", "certain"), [(10, 1, 1.0), (9, 2, 0.0), (1, 10, 0.0)])
def test_an_exact_test_decides_where_the_interval_of_the_expensive_row_does_not(
    won: int, lost: int, certain: float
) -> None:
    """McNemar: 10 to 1 has p = .012, 9 to 2 has .065. The cheap row lies within Wilson's interval."""
    right = [1.0] * (45 + won) + [0.0] * (55 - won)
    other = [1.0] * 45 + [0.0] * won + [1.0] * lost + [0.0] * (55 - won - lost)

    assert probability_of_being_chosen(right, other, ALONE) == certain


@pytest.mark.parametrize(("expensive", "cheap", "certain"), [(1.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 1.0, 0.0)])
def test_when_all_is_asked_the_chance_is_what_is_known(expensive: float, cheap: float, certain: float) -> None:
    assert probability_of_being_chosen([expensive] * TOTAL, [cheap] * TOTAL, ALONE) == certain


def test_the_same_answers_give_the_same_chance() -> None:
    for clusters in (ALONE, groups(20, 5, seed=0)):
        one, other = (probability_of_being_chosen([1.0, 0.0, 1.0], [1.0, 1.0, 0.0], clusters) for _ in range(2))
        assert one == other


@pytest.mark.parametrize(("won", "lost", "certain"), [(14, 6, 1.0), (12, 6, 0.0)])
def test_the_interval_of_the_expensive_row_decides_where_an_exact_test_does_not(
    won: int, lost: int, certain: float
) -> None:
    """Of 100 messages it gets 90 right, of which Wilson's interval begins at .826; the other one 82, or 84."""
    both = 90 - won
    expensive = [1.0] * (both + won) + [0.0] * (100 - both - won)
    cheap = [1.0] * both + [0.0] * won + [1.0] * lost + [0.0] * (100 - both - won - lost)

    assert probability_of_being_chosen(expensive, cheap, ALONE) == certain


def test_a_chance_is_one_of_four_thousand_draws_from_a_weak_prior() -> None:
    """After one message of which nothing is known but that both are right, almost anything may follow."""
    chance = probability_of_being_chosen([1.0], [1.0], Clusters(np.arange(3), "group"))

    assert 0.0 <= chance <= 0.1
    assert (chance * 4000) == pytest.approx(round(chance * 4000))


def of_groups(seed: int) -> list[float]:
    """The chances after 32, 64 and all of 100 messages in 20 groups, each of which has one outcome."""
    clusters = groups(20, 5, seed)
    chances = np.random.default_rng(seed)
    drawn = chances.choice(4, size=20, p=[0.68, 0.22, 0.02, 0.08])[clusters.places]
    right, other = np.isin(drawn, (0, 1)).astype(float), np.isin(drawn, (0, 2)).astype(float)
    return [probability_of_being_chosen(right[:n].tolist(), other[:n].tolist(), clusters) for n in (32, 64, TOTAL)]


def test_a_row_that_is_better_in_a_few_groups_has_the_chance_that_as_many_groups_give_it() -> None:
    """Right in 18 of 20 groups against 14, it is chosen in a third of the cases; by messages it would be in all."""
    found = np.array([of_groups(seed) for seed in range(40)])
    chosen = found[:, 2] == 1

    assert 0.2 <= chosen.mean() <= 0.5
    assert found[:, 0].mean() == pytest.approx(chosen.mean(), abs=0.2)
    assert found[:, 1].mean() == pytest.approx(chosen.mean(), abs=0.12)
    assert found[chosen, :2].min() >= LEAST_PROBABILITY
    assert found[~chosen, 1].mean() <= 0.25


def test_of_few_groups_messages_are_counted_as_in_the_advice() -> None:
    few = Clusters(np.arange(TOTAL) % 7, "group")
    right, other = [1.0] * 20, [1.0] * 14 + [0.0] * 6

    assert probability_of_being_chosen(right, other, few) == probability_of_being_chosen(right, other, ALONE)


@pytest.mark.parametrize("seed", [0, 1, 13, 17, 73, 79, 320])
@pytest.mark.parametrize("sizes", [[8] * 12, [3, 20, 5, 9, 4, 6, 7, 8, 12, 5, 11, 6]], ids=["even", "uneven"])
def test_when_all_groups_are_asked_the_chance_is_the_rule_of_the_advice(sizes: list[int], seed: int) -> None:
    chances = np.random.default_rng(seed)
    clusters = Clusters(chances.permutation(np.repeat(np.arange(12), sizes)), "group")
    suits = chances.normal(size=12)[clusters.places]
    expensive, cheap = (
        (chances.normal(size=96) + sign * suits > limit).astype(float) for sign, limit in ((1, -1.2), (-1, -0.6))
    )

    assert probability_of_being_chosen(expensive.tolist(), cheap.tolist(), clusters) == advised(
        expensive, cheap, clusters
    )


@pytest.mark.parametrize(("won", "certain"), [(12, 1.0), (7, 1.0), (5, 0.0)])
def test_the_signs_of_groups_decide_where_the_interval_of_the_expensive_row_does_not(won: int, certain: float) -> None:
    """Of 12 groups half are hard. One message more in each of 7 has p = .016, in each of 5 .063."""
    clusters = Clusters(np.repeat(np.arange(12), 8), "group")
    expensive = np.concatenate([np.arange(8) < (8 if group % 2 else 4) for group in range(12)]).astype(float)
    cheap = expensive.copy()
    cheap[: 8 * won : 8] = 0.0

    assert advised(expensive, cheap, clusters) == certain
    assert probability_of_being_chosen(expensive.tolist(), cheap.tolist(), clusters) == certain


@pytest.mark.parametrize(("right", "certain"), [(85, 1.0), (86, 0.0)])
def test_an_expensive_row_that_is_always_right_has_an_interval_too(right: int, certain: float) -> None:
    """With 12 groups it begins at .712. The cheap row is wrong in 4 of them, which is no evidence by itself."""
    clusters = Clusters(np.repeat(np.arange(12), 10), "group")
    cheap = (np.arange(120) < right).astype(float)
    expensive = np.ones(120)

    assert advised(expensive, cheap, clusters) == certain
    assert probability_of_being_chosen(expensive.tolist(), cheap.tolist(), clusters) == certain


def test_groups_that_are_hard_for_both_rows_count_though_the_difference_is_spread_over_all() -> None:
    """By the difference alone .95 would be foreseen."""
    places = np.tile(np.arange(20), 5)
    expensive = (places[:40] % 2 == 0).astype(float)
    cheap = expensive.copy()
    expensive[::9], cheap[::9] = 1.0, 0.0
    clusters = Clusters(places, "group")

    assert 0.2 < probability_of_being_chosen(expensive.tolist(), cheap.tolist(), clusters) < 0.5


@pytest.mark.parametrize(("count", "draws"), [(20, 1000), (3000, 333)])
def test_of_many_groups_fewer_outcomes_are_drawn(count: int, draws: int) -> None:
    clusters = Clusters(np.tile(np.arange(count), 2), "group")
    expensive, cheap = [1.0, 1.0, 0.0, 1.0] * 4, [1.0, 0.0, 0.0, 1.0] * 4

    chance = probability_of_being_chosen(expensive, cheap, clusters)

    assert 0 < chance < 1
    assert chance * draws == pytest.approx(round(chance * draws))


def advised(expensive: npt.NDArray[np.float64], cheap: npt.NDArray[np.float64], clusters: Clusters) -> float:
    """1 where the expensive row is taken by the rule of ``advice``, else 0."""
    low = mean_interval(expensive, bounded=True, clusters=clusters).low
    found = compare_paired(cheap, expensive, clusters=clusters)
    return float(cheap.mean() < (low or 0.0) or (found.difference > 0 and found.p <= ALPHA))
