"""An expensive row is asked on only while it may still be worth its price."""

from __future__ import annotations

import numpy as np
import pytest

from potluck.strategy.futility import LEAST_PROBABILITY, probability_of_being_chosen

TOTAL = 100
LOOKS = (16, 32, 64)


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
            if probability_of_being_chosen(right[:n].tolist(), other[:n].tolist(), TOTAL) < LEAST_PROBABILITY
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

    assert probability_of_being_chosen(right, other, TOTAL) == certain


@pytest.mark.parametrize(("expensive", "cheap", "certain"), [(1.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 1.0, 0.0)])
def test_when_all_is_asked_the_chance_is_what_is_known(expensive: float, cheap: float, certain: float) -> None:
    assert probability_of_being_chosen([expensive] * TOTAL, [cheap] * TOTAL, TOTAL) == certain


def test_the_same_answers_give_the_same_chance() -> None:
    assert probability_of_being_chosen([1.0, 0.0, 1.0], [1.0, 1.0, 0.0], 50) == probability_of_being_chosen(
        [1.0, 0.0, 1.0], [1.0, 1.0, 0.0], 50
    )


@pytest.mark.parametrize(("won", "lost", "certain"), [(14, 6, 1.0), (12, 6, 0.0)])
def test_the_interval_of_the_expensive_row_decides_where_an_exact_test_does_not(
    won: int, lost: int, certain: float
) -> None:
    """Of 100 messages it gets 90 right, of which Wilson's interval begins at .826; the other one 82, or 84."""
    both = 90 - won
    expensive = [1.0] * (both + won) + [0.0] * (100 - both - won)
    cheap = [1.0] * both + [0.0] * won + [1.0] * lost + [0.0] * (100 - both - won - lost)

    assert probability_of_being_chosen(expensive, cheap, 100) == certain


def test_a_chance_is_one_of_four_thousand_draws_from_a_weak_prior() -> None:
    """After one message of which nothing is known but that both are right, almost anything may follow."""
    chance = probability_of_being_chosen([1.0], [1.0], 3)

    assert 0.0 <= chance <= 0.1
    assert (chance * 4000) == pytest.approx(round(chance * 4000))
