"""Two variants on the same questions: known values, other libraries, properties, and simulations.

Modules: ``potluck.statistics.distributions``, ``potluck.statistics.paired_tests``, ``potluck.statistics.power``.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import time

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import xlogy
from scipy.stats import binomtest, permutation_test
from statsmodels.stats.contingency_tables import mcnemar

from benchmarks import significance as simulated
from potluck.errors import MissingDependency
from potluck.statistics.paired_tests import compare_paired
from potluck.statistics.power import difference_spread
from support.pairs import SHARES

PAIRS = st.lists(st.tuples(SHARES, SHARES), min_size=2, max_size=60)


COINS = st.lists(st.tuples(st.sampled_from([0.0, 1.0]), st.sampled_from([0.0, 1.0])), min_size=2, max_size=60)


SECONDS = st.lists(st.tuples(st.floats(0.01, 90), st.floats(0.01, 90)), min_size=2, max_size=40)


EITHER = st.one_of(PAIRS, COINS, SECONDS)


def columns(pairs):
    a, b = zip(*pairs, strict=True)
    return list(a), list(b)


def coins(both, only_a, only_b, neither):
    """Right or wrong of a and of b."""
    a = [1.0] * (both + only_a) + [0.0] * (only_b + neither)
    return a, [1.0] * both + [0.0] * only_a + [1.0] * only_b + [0.0] * neither


def test_the_differences_known_values():
    found = compare_paired(*coins(both=40, only_a=3, only_b=12, neither=45))

    assert found.difference == 0.09
    assert found.p == pytest.approx(0.03515625, abs=1e-12)
    assert (found.test, found.n) == ("mcnemar", 100)


def tangos_statistic(difference, both, only_a, only_b, neither):
    """By its definition: the chances of the four cells that are likeliest if the difference is so, found by search."""
    n, same = both + only_a + only_b + neither, both + neither

    def surprise(fewer):
        more, rest = fewer + difference, 1 - 2 * fewer - difference
        return -(xlogy(only_b, more) + xlogy(only_a, fewer) + xlogy(same, rest))

    edges = max(0.0, -difference), (1 - difference) / 2
    fewer = minimize_scalar(surprise, bounds=edges, method="bounded", options={"xatol": 1e-12}).x
    return (only_b - only_a - n * difference) / math.sqrt(n * (2 * fewer + difference * (1 - difference)))


@pytest.mark.parametrize("table", [(36, 2, 12, 0), (20, 12, 2, 16), (5, 1, 9, 15), (100, 20, 31, 149)])
def test_the_interval_of_right_and_wrong_pairs_is_tangos(table):
    found = compare_paired(*coins(*table))

    assert tangos_statistic(found.low, *table) == pytest.approx(1.96, abs=1e-3)
    assert tangos_statistic(found.high, *table) == pytest.approx(-1.96, abs=1e-3)


@given(COINS)
def test_right_and_wrong_are_tested_by_mcnemars_exact_test(pairs):
    a, b = columns(pairs)
    table = [[sum(x == i and y == j for x, y in pairs) for j in (1, 0)] for i in (1, 0)]

    found = compare_paired(a, b)

    assert found.test == "mcnemar"
    exact = mcnemar(table, exact=True).pvalue
    if table[0][1] + table[1][0]:
        assert exact == pytest.approx(binomtest(table[0][1], table[0][1] + table[1][0]).pvalue, abs=1e-9)
        exact = max(exact, mcnemar(table, exact=False, correction=False).pvalue)
    assert found.p == pytest.approx(exact, abs=1e-9)
    assert found.p == pytest.approx(mcnemar(table, exact=True).pvalue, abs=2e-4)


@given(st.lists(st.tuples(SHARES, SHARES), min_size=2, max_size=9))
def test_few_graded_pairs_are_tested_by_all_ways_to_flip_their_signs(pairs):
    a, b = map(np.array, columns(pairs))
    assume(not np.isin([a, b], (0, 1)).all())
    exact = permutation_test((b, a), lambda x, y: (x - y).sum(), permutation_type="samples", n_resamples=np.inf)

    found = compare_paired(a, b)

    assert found.test == "sign-flip"
    assert found.p == pytest.approx(exact.pvalue, abs=1e-9)


def test_many_graded_pairs_are_tested_by_random_flips_close_to_the_exact_value():
    rng = np.random.default_rng(3)
    a = rng.random(16)
    b = np.clip(a + rng.normal(0.08, 0.2, 16), 0, 1)
    exact = permutation_test((b, a), lambda x, y: (x - y).sum(), permutation_type="samples", n_resamples=2**16)

    assert compare_paired(a, b).p == pytest.approx(exact.pvalue, abs=4 * math.sqrt(exact.pvalue / 10_000))


def test_many_questions_that_all_improve_never_have_a_p_of_zero():
    a = np.linspace(0, 0.5, 50)

    assert compare_paired(a, a + 0.3).p == pytest.approx(2 / 20_001)


def test_the_same_values_twice_are_not_a_difference():
    found = compare_paired([0.2, 0.9, 0.4] * 10, [0.2, 0.9, 0.4] * 10)

    assert (found.difference, found.p, found.needed_n) == (0.0, 1.0, None)
    assert found.low < 0 < found.high


@given(EITHER)
def test_b_against_a_mirrors_a_against_b(pairs):
    a, b = columns(pairs)
    one, other = compare_paired(a, b), compare_paired(b, a)

    assert one.difference == -other.difference
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low), abs=1e-9)
    assert (one.p, one.n, one.test) == (other.p, other.n, other.test)
    assert (one.detectable, one.needed_n) == (other.detectable, other.needed_n)


@given(EITHER, st.randoms(use_true_random=False))
def test_a_difference_does_not_depend_on_the_order_of_the_questions(pairs, random):
    assert compare_paired(*columns(random.sample(pairs, len(pairs)))) == compare_paired(*columns(pairs))


@given(EITHER)
def test_a_difference_lies_in_its_interval_and_all_figures_are_finite(pairs):
    found = compare_paired(*columns(pairs))

    assert found.low <= found.difference <= found.high
    assert found.low < found.high or max(max(pair) for pair in pairs) > 1
    assert 0 < found.p <= 1
    assert 0 < found.detectable <= max(1, max(max(pair) for pair in pairs))
    json.dumps([found.low, found.high, found.detectable], allow_nan=False)


LEVELS = st.sampled_from([0.05, 0.05 / 2, 0.05 / 3, 0.01, 0.05 / 15, 0.05 / 199])


def excludes_zero(found):
    return found.low > 0 or found.high < 0


@given(EITHER, LEVELS)
def test_an_interval_holds_zero_exactly_where_the_test_finds_nothing(pairs, level):
    found = compare_paired(*columns(pairs), alpha=level)

    assert excludes_zero(found) == (found.p <= level)
    assert found.confidence == 1 - level


@pytest.mark.parametrize("level", [0.05, 0.05 / 3, 0.05 / 15, 0.05 / 199])
def test_the_interval_and_the_test_of_right_and_wrong_agree_for_every_split(level):
    for n in (10, 30, 100):
        for more in range(min(n, 40)):
            for fewer in range(min(more, n - more + 1)):
                found = compare_paired(*coins(n - more - fewer, fewer, more, 0), alpha=level)
                assert excludes_zero(found) == (found.p <= level), (n, more, fewer)


@pytest.mark.parametrize("differing", [0.2, 0.5, 1.0])
def test_the_interval_and_sign_flips_agree_where_the_decision_is_close(differing):
    rng = np.random.default_rng(5)
    close = 0
    for i in range(120):
        found = compare_paired(*simulated.answers(1 - differing, 0.12).sample(rng, 60), seed=i)
        close += 0.02 < found.p < 0.1
        assert excludes_zero(found) == (found.p <= 0.05)

    assert close >= 10


@given(EITHER)
def test_a_stricter_level_widens_the_interval(pairs):
    found, strict = (compare_paired(*columns(pairs), alpha=level) for level in (0.05, 0.005))

    assert (found.p, found.difference) == (strict.p, strict.difference)
    assert strict.low <= found.low + 1e-9
    assert strict.high >= found.high - 1e-9


def test_differences_that_all_point_one_way_have_an_interval_on_that_side():
    found = compare_paired([0.5] * 8, [0.6, 0.7, 0.8, 0.65, 0.9, 0.55, 0.75, 0.85])

    assert found.p == 2 / 2**8
    assert found.low > 0


def test_another_seed_changes_little_and_the_same_nothing():
    a, b = simulated.answers(0.2, 0.1).sample(np.random.default_rng(0), 200)
    one, same, other = compare_paired(a, b), compare_paired(a, b), compare_paired(a, b, seed=1)

    assert one == same
    assert (one.low, one.high) == pytest.approx((other.low, other.high), abs=0.01)
    assert one.low != other.low
    assert one.p == pytest.approx(other.p, abs=0.015)


@pytest.mark.parametrize(
    ("a", "b", "reason"),
    [
        ([1.0, 0.0], [1.0], "a has 2 questions and b 1"),
        ([1.0], [0.0], "at least two"),
        ([], [], "at least one question"),
        ([1.0, math.nan], [1.0, 0.0], "question 2 of 2 has no value"),
    ],
)
def test_pairs_that_are_none_are_refused(a, b, reason):
    with pytest.raises(ValueError, match=reason):
        compare_paired(a, b)


def test_three_hundred_questions_four_variants_and_fifteen_measures_take_less_than_two_seconds():
    rng = np.random.default_rng(0)
    values = rng.random((4, 15, 300))
    started = time.process_time()

    for measure in range(15):
        for a in range(4):
            for b in range(a):
                compare_paired(values[a, measure], values[b, measure])

    assert time.process_time() - started < 2


def test_without_scipy_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy", None)

    with pytest.raises(MissingDependency, match=r"pip install .*\[compare\]'"):
        compare_paired([0.1, 0.2, 0.3], [0.3, 0.2, 0.5])


def test_importing_the_module_does_not_import_scipy():
    modules = "intervals, paired_tests, sequential, verdicts"
    code = f"import sys; from potluck.statistics import {modules}; print('scipy' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"


def test_variance_between_repeats_is_told_apart_from_variance_between_questions():
    rng, n, rounds = np.random.default_rng(0), 4_000, 3
    effects = rng.normal(0.1, 0.3, n)
    a = rng.normal(0, 0.2, (n, rounds))
    b = effects[:, None] + rng.normal(0, 0.1, (n, rounds))

    found = compare_paired(a, b)

    assert found.between == pytest.approx(0.3**2, rel=0.1)
    assert found.within == pytest.approx(0.2**2 + 0.1**2, rel=0.05)


def test_repeats_that_never_vary_have_no_variance_within():
    a, b = np.repeat([[0.1], [0.9], [0.5]], 4, axis=1), np.repeat([[0.3], [0.8], [0.9]], 2, axis=1)

    found = compare_paired(a, b)

    assert found.within == 0
    assert found.between == pytest.approx(np.var([0.2, -0.1, 0.4], ddof=1))
    assert found.difference == compare_paired([0.1, 0.9, 0.5], [0.3, 0.8, 0.9]).difference


def test_a_repeat_without_a_value_is_left_out():
    a = np.array([[0.2, 0.4, np.nan], [0.5, 0.5, 0.5], [0.1, np.nan, np.nan]])
    b = np.array([[0.6, 0.8], [0.5, 0.7], [0.2, 0.2]])

    found = compare_paired(a, b)

    assert found.difference == pytest.approx(np.mean([0.4, 0.1, 0.1]))
    assert found.within == pytest.approx(0.02 / 3 + 0.04 / 3)


def test_without_repeats_nothing_is_said_of_them():
    a, b = [0.1, 0.5, 0.2], [0.3, 0.4, 0.2]

    assert (compare_paired(a, b).between, compare_paired(a, b).within) == (None, None)
    assert compare_paired(a, np.transpose([b, b])).within is None


@given(st.one_of(PAIRS, COINS))
def test_a_difference_is_needed_as_many_questions_for_as_show_it(pairs):
    a, b = map(np.array, columns(pairs))
    found = difference_spread(b - a, bool(np.isin([a, b], (0, 1)).all()), 1.0)

    for n in (20, 100, 1_000, 20_000):
        effect = found.detectable(n)
        if effect < 1:
            assert found.questions_needed(effect) == pytest.approx(n, abs=1)


@given(st.one_of(PAIRS, COINS))
def test_more_questions_show_smaller_differences(pairs):
    a, b = map(np.array, columns(pairs))
    found = difference_spread(b - a, bool(np.isin([a, b], (0, 1)).all()), 1.0)

    shown = [found.detectable(n) for n in (10, 30, 100, 300, 1_000, 100_000)]

    assert shown == sorted(shown, reverse=True)
    assert shown[-1] < 0.05


@given(EITHER)
def test_a_difference_that_was_not_found_needs_more_questions_than_there_were(pairs):
    found = compare_paired(*columns(pairs))

    if found.p > 0.05 and found.needed_n is not None:
        assert found.needed_n > found.n


def test_where_nothing_differed_six_questions_must_be_won_in_four_of_five_cases():
    for n in (30, 100, 300):
        share = compare_paired([1.0] * n, [1.0] * n).detectable

        assert 0.8 <= 1 - binomtest(5, n, share, alternative="less").pvalue <= 0.95


def test_five_questions_can_show_nothing_and_say_so():
    found = compare_paired([0.0] * 5, [1.0] * 5)

    assert found.p > 0.05
    assert found.detectable == 1.0
    assert found.needed_n > 5


def allowed(share, rounds):
    """The share plus three standard errors."""
    return share + 3 * math.sqrt(share * (1 - share) / rounds)


@pytest.mark.parametrize("name", simulated.SAME)
def test_comparisons_of_the_same_are_called_different_in_one_of_twenty(name):
    shares = [simulated.false_alarms(simulated.SAME[name], n, 250) for n in (30, 100)]

    assert np.mean(shares) <= allowed(0.05, 500)


@pytest.mark.slow
def test_any_false_alarm_among_three_variants_comes_in_one_of_twenty():
    shares = [simulated.family_alarms(sample, 100, 150) for sample in simulated.THREE.values()]

    assert np.mean(shares) <= allowed(0.05, 300)


@pytest.mark.slow
def test_intervals_of_differences_hold_the_truth_in_nineteen_of_twenty():
    found = {name: simulated.paired_coverage(pairs, 100, 250) for name, pairs in simulated.PAIRS.items()}

    assert 0.935 <= np.mean(list(found.values())) <= 0.965
    assert min(found.values()) >= 0.89, min(found, key=found.get)


@pytest.mark.slow
def test_what_is_called_detectable_is_found_in_four_of_five():
    found = [simulated.power(pairs, 100, 120) for pairs in simulated.SAME.values()]

    assert 1 - allowed(0.2, 600) <= np.mean(found) <= 0.95


@pytest.mark.slow
@pytest.mark.parametrize("n", simulated.SIZES)
@pytest.mark.parametrize("name", simulated.SAME)
def test_a_thousand_comparisons_of_the_same(name, n):
    assert simulated.false_alarms(simulated.SAME[name], n, 1_000, seed=1) <= allowed(0.05, 1_000)


@pytest.mark.slow
@pytest.mark.parametrize("n", simulated.SIZES)
@pytest.mark.parametrize("name", simulated.THREE)
def test_a_thousand_comparisons_of_three_that_are_the_same(name, n):
    assert simulated.family_alarms(simulated.THREE[name], n, 1_000, seed=1) <= allowed(0.05, 1_000)


@pytest.mark.slow
@pytest.mark.parametrize("n", simulated.SIZES)
@pytest.mark.parametrize("name", simulated.SAME)
def test_power_at_the_detectable_difference(name, n):
    assert 1 - allowed(0.2, 1_000) <= simulated.power(simulated.SAME[name], n, 1_000, seed=1) <= 0.98
