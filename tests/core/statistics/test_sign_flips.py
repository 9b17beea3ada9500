"""The sign-flip test and its interval: what is rejected, worked out by flipping signs.

Modules: ``potluck.statistics.sign_flips``.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from potluck.statistics.clusters import cluster_totals
from potluck.statistics.sign_flips import subset_means

FEW = st.lists(st.integers(-8, 8).map(lambda value: value / 8), min_size=2, max_size=8)


def totals_of(deltas):
    """Questions that are clusters of their own."""
    return cluster_totals(np.array(deltas, dtype=float), None)


def flipped_p(deltas, true):
    """By its definition: how often flipped signs give a sum as large, or as small, whichever is rarer, doubled."""
    shifted = [delta - true for delta in deltas]
    seen, ways = math.fsum(shifted), list(itertools.product((1, -1), repeat=len(deltas)))
    sums = [math.fsum(sign * value for sign, value in zip(way, shifted, strict=True)) for way in ways]
    up, down = sum(one >= seen - 1e-12 for one in sums), sum(one <= seen + 1e-12 for one in sums)
    return min(1.0, 2 * min(up, down) / len(ways))


@given(FEW)
def test_p_is_the_share_of_flips_that_go_as_far(deltas):
    assert subset_means(totals_of(deltas), 0).p == pytest.approx(flipped_p(deltas, 0.0))


@given(FEW, st.sampled_from([0.05, 0.1, 0.3]))
def test_the_interval_holds_what_the_test_does_not_reject(deltas, alpha):
    assume(0.0 not in deltas)
    low, high = subset_means(totals_of(deltas), 0).limits(alpha)

    for true in np.arange(-1.21, 1.2, 0.1):
        assert (low <= true <= high) == (flipped_p(deltas, true) > alpha)


def test_questions_that_do_not_differ_count_in_the_interval_and_not_in_p():
    few, many = (subset_means(totals_of([0.2, 0.3, 0.4, 0.5, 0.6, 0.7] + [0.0] * alike), 0) for alike in (0, 200))

    assert few.p == many.p == 2 / 2**6
    assert few.limits(0.05) == (0.2, 0.7)
    low, high = many.limits(0.05)
    assert 0 < low < 2.7 / 206 < high < 0.04


def test_drawn_subsets_come_close_to_all_of_them(monkeypatch):
    deltas = totals_of(np.random.default_rng(1).normal(0.3, 1, 14))
    exact = subset_means(deltas, 0)
    monkeypatch.setattr("potluck.statistics.sign_flips._EXACT", 0)
    drawn = subset_means(deltas, 0)

    assert drawn.p == pytest.approx(exact.p, abs=0.01)
    assert drawn.limits(0.05) == pytest.approx(exact.limits(0.05), abs=0.05)


@given(st.lists(st.floats(-1, 1), min_size=15, max_size=40))
def test_the_other_sign_gives_the_mirrored_interval_to_the_last_bit_of_p(deltas):
    one, other = subset_means(totals_of(deltas), 0), subset_means(totals_of(np.negative(deltas)), 0)

    assert one.p == other.p
    low, high = one.limits(0.05)
    assert other.limits(0.05) == pytest.approx((-high, -low), abs=1e-12)


def test_so_few_that_nothing_can_be_rejected_have_no_limits():
    assert subset_means(totals_of([0.1, 0.2, 0.3, 0.4, 0.5]), 0).limits(0.05) == (-math.inf, math.inf)
