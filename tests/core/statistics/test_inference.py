"""Known values, other libraries, properties, and a little of what ``tests/benchmarks/significance.py`` simulates."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import time
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import xlogy
from scipy.stats import binomtest, permutation_test
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from benchmarks import significance as simulated
from potluck.errors import MissingDependency
from potluck.statistics.inference import Difference, holm, interval, paired, sentence, verdict
from potluck.statistics.power import spread

SHARES = st.floats(0, 1).map(lambda x: round(x, 3))
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


# ---- intervals of a mean


@pytest.mark.parametrize(("right", "n"), [(0, 30), (30, 30), (17, 30), (1, 100), (285, 300)])
def test_the_interval_of_right_and_wrong_is_wilsons(right, n):
    found = interval([1.0] * right + [0.0] * (n - right))

    assert (found.low, found.high) == pytest.approx(proportion_confint(right, n, method="wilson"), abs=1e-6)


def test_thirty_of_thirty_right_is_not_certainty():
    found = interval([1.0] * 30)

    assert (found.mean, found.high, found.n) == (1.0, 1.0, 30)
    assert found.low == pytest.approx(0.8865, abs=1e-4)


def test_equal_grades_are_not_certainty_either():
    found = interval([0.5] * 30)

    assert found.low < 0.48
    assert found.high > 0.52


def test_one_question_has_a_mean_and_no_interval():
    assert interval([0.7]).as_json() == {"mean": 0.7, "low": None, "high": None, "n": 1}


def test_graded_values_have_a_narrower_interval_than_right_and_wrong_of_the_same_mean():
    graded, coin = interval([0.4, 0.6] * 20), interval([0.0, 1.0] * 20)

    assert graded.mean == coin.mean == 0.5
    assert graded.high - graded.low < (coin.high - coin.low) / 2


def test_skewed_waiting_times_have_a_longer_arm_upwards():
    found = interval(np.random.default_rng(0).lognormal(1, 0.8, 40))

    assert found.high - found.mean > 1.1 * (found.mean - found.low)


def test_a_waiting_time_below_a_second_may_be_above_one_in_truth():
    values = [0.9, 0.99, 0.98, 0.4]

    assert interval(values).high <= 1
    assert interval(values, bounded=False).high > 1


def test_repeats_of_a_question_are_one_observation():
    table = np.array([[0.0, 1.0, np.nan], [1.0, 1.0, 1.0], [0.0, 0.0, 0.3], [1.0, 0.0, 0.0]])

    assert interval(table) == interval([0.5, 1.0, 0.1, 1 / 3])
    assert interval(np.repeat([[1.0], [0.0], [1.0]], 5, axis=1)).n == 3


@given(st.lists(SHARES, min_size=2, max_size=80))
def test_the_interval_holds_the_mean_and_stays_where_the_measure_does(values):
    found = interval(values)

    assert 0 <= found.low <= found.mean <= found.high <= 1
    assert found.low < found.high


@given(st.lists(st.floats(-50, 500), min_size=2, max_size=80))
def test_the_interval_of_unbounded_values_holds_the_mean(values):
    found = interval(values, bounded=False)

    assert found.low <= found.mean <= found.high
    assert math.isfinite(found.low)
    assert math.isfinite(found.high)


@given(st.lists(SHARES, min_size=2, max_size=40), st.randoms(use_true_random=False))
def test_the_interval_does_not_depend_on_the_order(values, random):
    shuffled = random.sample(values, len(values))

    assert interval(shuffled).low == pytest.approx(interval(values).low, abs=1e-9)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([], "at least one question"),
        ([0.5, math.nan], "question 2 of 2 has no value"),
        ([0.5, math.inf], "infinite"),
        (np.zeros((2, 2, 2)), r"\(questions, repeats\)"),
        (np.array([[1.0, 0.0], [math.nan, math.nan]]), "question 2 of 2 has no value"),
    ],
)
def test_values_that_are_none_are_refused(values, reason):
    with pytest.raises(ValueError, match=reason):
        interval(values)


# ---- pairs


def test_the_differences_known_values():
    found = paired(*coins(both=40, only_a=3, only_b=12, neither=45))

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
    found = paired(*coins(*table))

    assert tangos_statistic(found.low, *table) == pytest.approx(1.96, abs=1e-3)
    assert tangos_statistic(found.high, *table) == pytest.approx(-1.96, abs=1e-3)


@given(COINS)
def test_right_and_wrong_are_tested_by_mcnemars_exact_test(pairs):
    a, b = columns(pairs)
    table = [[sum(x == i and y == j for x, y in pairs) for j in (1, 0)] for i in (1, 0)]

    found = paired(a, b)

    assert found.test == "mcnemar"
    assert found.p == pytest.approx(mcnemar(table, exact=True).pvalue, abs=1e-9)
    if table[0][1] + table[1][0]:
        assert found.p == pytest.approx(binomtest(table[0][1], table[0][1] + table[1][0]).pvalue, abs=1e-9)


@given(st.lists(st.tuples(SHARES, SHARES), min_size=2, max_size=9))
def test_few_graded_pairs_are_tested_by_all_ways_to_flip_their_signs(pairs):
    a, b = map(np.array, columns(pairs))
    assume(not np.isin([a, b], (0, 1)).all())
    exact = permutation_test((b, a), lambda x, y: (x - y).sum(), permutation_type="samples", n_resamples=np.inf)

    found = paired(a, b)

    assert found.test == "sign-flip"
    assert found.p == pytest.approx(exact.pvalue, abs=1e-9)


def test_many_graded_pairs_are_tested_by_random_flips_close_to_the_exact_value():
    rng = np.random.default_rng(3)
    a = rng.random(16)
    b = np.clip(a + rng.normal(0.08, 0.2, 16), 0, 1)
    exact = permutation_test((b, a), lambda x, y: (x - y).sum(), permutation_type="samples", n_resamples=2**16)

    assert paired(a, b).p == pytest.approx(exact.pvalue, abs=4 * math.sqrt(exact.pvalue / 10_000))


def test_many_questions_that_all_improve_never_have_a_p_of_zero():
    a = np.linspace(0, 0.5, 50)

    assert paired(a, a + 0.3).p == 1 / 10_001


def test_the_same_values_twice_are_no_difference():
    found = paired([0.2, 0.9, 0.4] * 10, [0.2, 0.9, 0.4] * 10)

    assert (found.difference, found.p, found.needed_n) == (0.0, 1.0, None)
    assert found.low < 0 < found.high


@given(EITHER)
def test_b_against_a_mirrors_a_against_b(pairs):
    a, b = columns(pairs)
    one, other = paired(a, b), paired(b, a)

    assert one.difference == -other.difference
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low), abs=1e-9)
    assert (one.p, one.n, one.test) == (other.p, other.n, other.test)
    assert (one.detectable, one.needed_n) == (other.detectable, other.needed_n)


@given(EITHER, st.randoms(use_true_random=False))
def test_a_difference_does_not_depend_on_the_order_of_the_questions(pairs, random):
    assert paired(*columns(random.sample(pairs, len(pairs)))) == paired(*columns(pairs))


@given(EITHER)
def test_a_difference_lies_in_its_interval_and_all_figures_are_finite(pairs):
    found = paired(*columns(pairs))

    assert found.low <= found.difference <= found.high
    assert found.low < found.high or max(max(pair) for pair in pairs) > 1
    assert 0 < found.p <= 1
    assert 0 < found.detectable <= max(1, max(max(pair) for pair in pairs))
    json.dumps([found.low, found.high, found.detectable], allow_nan=False)


def test_interval_and_test_agree_but_for_the_exact_tests_caution():
    """McNemar's exact test is careful: with four questions against none the interval is clear of 0, and p is 1/8."""
    for n in (10, 30, 100, 300):
        for more in range(min(n, 60)):
            for fewer in range(more):
                if more + fewer > n:
                    continue
                found = paired(*coins(n - more - fewer, fewer, more, 0))
                assert found.p > 0.05 or found.low > 0
                assert found.p <= 0.125 or found.low <= 0


def test_interval_and_sign_flips_hardly_ever_disagree():
    rng, disagree = np.random.default_rng(5), 0
    for i in range(200):
        a, b = simulated.answers(0.5, 0.1).sample(rng, 60)
        found = paired(a, b, seed=i)
        disagree += (found.p <= 0.05) != (found.low > 0 or found.high < 0)
        assert found.p > 0.01 or found.low > 0 or found.high < 0
        assert found.p < 0.1 or found.low <= 0 <= found.high

    assert disagree <= 10


def test_another_seed_changes_little_and_the_same_nothing():
    a, b = simulated.answers(0.2, 0.1).sample(np.random.default_rng(0), 200)
    one, same, other = paired(a, b), paired(a, b), paired(a, b, seed=1)

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
        paired(a, b)


def test_three_hundred_questions_four_variants_and_fifteen_measures_take_less_than_two_seconds():
    rng = np.random.default_rng(0)
    values = rng.random((4, 15, 300))
    started = time.process_time()

    for measure in range(15):
        for a in range(4):
            for b in range(a):
                paired(values[a, measure], values[b, measure])

    assert time.process_time() - started < 2


def test_without_scipy_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy", None)

    with pytest.raises(MissingDependency, match=r"pip install 'potluck\[compare\]'"):
        paired([0.1, 0.2, 0.3], [0.3, 0.2, 0.5])


def test_importing_the_module_does_not_import_scipy():
    code = "import sys, potluck.statistics.inference, potluck.statistics.sequential; print('scipy' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"


# ---- repeats


def test_variance_between_repeats_is_told_apart_from_variance_between_questions():
    rng, n, rounds = np.random.default_rng(0), 4_000, 3
    effects = rng.normal(0.1, 0.3, n)
    a = rng.normal(0, 0.2, (n, rounds))
    b = effects[:, None] + rng.normal(0, 0.1, (n, rounds))

    found = paired(a, b)

    assert found.between == pytest.approx(0.3**2, rel=0.1)
    assert found.within == pytest.approx(0.2**2 + 0.1**2, rel=0.05)


def test_repeats_that_never_vary_have_no_variance_within():
    a, b = np.repeat([[0.1], [0.9], [0.5]], 4, axis=1), np.repeat([[0.3], [0.8], [0.9]], 2, axis=1)

    found = paired(a, b)

    assert found.within == 0
    assert found.between == pytest.approx(np.var([0.2, -0.1, 0.4], ddof=1))
    assert found.difference == paired([0.1, 0.9, 0.5], [0.3, 0.8, 0.9]).difference


def test_a_repeat_without_a_value_is_left_out():
    a = np.array([[0.2, 0.4, np.nan], [0.5, 0.5, 0.5], [0.1, np.nan, np.nan]])
    b = np.array([[0.6, 0.8], [0.5, 0.7], [0.2, 0.2]])

    found = paired(a, b)

    assert found.difference == pytest.approx(np.mean([0.4, 0.1, 0.1]))
    assert found.within == pytest.approx(0.02 / 3 + 0.04 / 3)


def test_without_repeats_nothing_is_said_of_them():
    a, b = [0.1, 0.5, 0.2], [0.3, 0.4, 0.2]

    assert (paired(a, b).between, paired(a, b).within) == (None, None)
    assert paired(a, np.transpose([b, b])).within is None


# ---- power


@given(st.one_of(PAIRS, COINS))
def test_a_difference_is_needed_as_many_questions_for_as_show_it(pairs):
    a, b = map(np.array, columns(pairs))
    found = spread(b - a, bool(np.isin([a, b], (0, 1)).all()), 1.0)

    for n in (20, 100, 1_000, 20_000):
        effect = found.detectable(n)
        if effect < 1:
            assert found.needed(effect) == pytest.approx(n, abs=1)


@given(st.one_of(PAIRS, COINS))
def test_more_questions_show_smaller_differences(pairs):
    a, b = map(np.array, columns(pairs))
    found = spread(b - a, bool(np.isin([a, b], (0, 1)).all()), 1.0)

    shown = [found.detectable(n) for n in (10, 30, 100, 300, 1_000, 100_000)]

    assert shown == sorted(shown, reverse=True)
    assert shown[-1] < 0.05


@given(EITHER)
def test_a_difference_that_was_not_found_needs_more_questions_than_there_were(pairs):
    found = paired(*columns(pairs))

    if found.p > 0.05 and found.needed_n is not None:
        assert found.needed_n > found.n


def test_where_nothing_differed_six_questions_must_be_won_in_four_of_five_cases():
    for n in (30, 100, 300):
        share = paired([1.0] * n, [1.0] * n).detectable

        assert 0.8 <= 1 - binomtest(5, n, share, alternative="less").pvalue <= 0.95


def test_five_questions_can_show_nothing_and_say_so():
    found = paired([0.0] * 5, [1.0] * 5)

    assert found.p > 0.05
    assert found.detectable == 1.0
    assert found.needed_n > 5


# ---- many comparisons, verdicts, words


@settings(max_examples=40)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_holm_is_that_of_statsmodels(p_values):
    with patch("gc.collect"):  # it collects garbage at each call, which takes up to a second
        expected = multipletests(p_values, method="holm")[1]

    assert holm(p_values) == pytest.approx(expected)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_holm_keeps_the_order_and_never_makes_a_p_value_smaller(p_values):
    adjusted = holm(p_values)

    assert all(p <= found <= 1 for p, found in zip(p_values, adjusted, strict=True))
    assert [adjusted[i] for i in np.argsort(p_values, kind="stable")] == sorted(adjusted)


def test_holm_of_nothing_is_nothing():
    assert holm([]) == []


@pytest.mark.parametrize(
    ("difference", "p", "higher", "expected"),
    [
        (0.1, 0.04, True, "better"),
        (-0.1, 0.04, True, "worse"),
        (0.1, 0.04, False, "worse"),
        (-0.1, 0.05, False, "better"),
        (0.1, 0.051, True, "no evidence"),
        (0.0, 0.01, True, "no evidence"),
    ],
)
def test_a_verdict_is_of_b_against_a(difference, p, higher, expected):
    assert verdict(difference, p, higher) == expected


def made(difference, low, high, p, n=300, needed=100):
    return Difference(difference, low, high, p, n, "sign-flip", 0.05, needed)


def test_a_better_variant_is_called_better_in_plain_words():
    found = sentence(a="a", b="b", metric="f1", difference=made(0.041, 0.012, 0.07, 0.004), p_adjusted=0.004)

    assert found == "b is better than a: f1 +0.041 (95 % CI +0.012 to +0.070, adjusted p = 0.004, 300 questions)"


def test_no_evidence_says_how_many_questions_would_be_needed():
    difference = made(0.01, -0.02, 0.04, 0.5, needed=2140)

    found = sentence(a="繁體提示", b="三個範例", metric="f1", difference=difference, p_adjusted=1.0)

    assert found == (
        "no evidence of a difference between 繁體提示 and 三個範例 with 300 questions; 2,140 would be needed: "
        "f1 +0.010 (95 % CI -0.020 to +0.040, adjusted p = 1.000)"
    )


def test_less_latency_is_better_and_has_its_unit():
    difference = made(-0.4126, -0.5, -0.325, 0.0001)

    found = sentence(
        a="遠端模型",
        b="本機模型",
        metric="latency",
        difference=difference,
        p_adjusted=0.0002,
        higher_is_better=False,
        unit="s",
    )

    assert found == (
        "本機模型 is better than 遠端模型: latency -0.413 s "
        "(95 % CI -0.500 s to -0.325 s, adjusted p < 0.001, 300 questions)"
    )


def test_a_cost_of_millionths_is_not_rounded_to_nothing():
    difference = made(0.0000123, 0.0000101, 0.0000148, 0.0001)

    found = sentence(
        a="a", b="b", metric="cost", difference=difference, p_adjusted=0.02, higher_is_better=False, unit="USD"
    )

    assert found.startswith("b is worse than a: cost +0.000012 USD (95 % CI +0.000010 USD to +0.000015 USD")


def test_what_only_the_correction_hides_does_not_name_fewer_questions_than_were_asked():
    found = sentence(a="a", b="b", metric="f1", difference=made(0.04, 0.01, 0.07, 0.02, needed=280), p_adjusted=0.12)

    assert "with 300 questions; more would be needed for so many comparisons: f1 +0.040" in found


def test_equal_variants_need_no_number_of_questions():
    found = sentence(a="a", b="b", metric="f1", difference=made(0.0, -0.1, 0.1, 1.0, 30, None), p_adjusted=1.0)

    assert found == (
        "no evidence of a difference between a and b with 30 questions: "
        "f1 +0.000 (95 % CI -0.100 to +0.100, adjusted p = 1.000)"
    )


# ---- how often it is wrong: few rounds, with what chance allows them


def allowed(share, rounds):
    """The share plus three standard errors."""
    return share + 3 * math.sqrt(share * (1 - share) / rounds)


@pytest.mark.parametrize("name", simulated.SAME)
def test_comparisons_of_the_same_are_called_different_in_one_of_twenty(name):
    shares = [simulated.false_alarms(simulated.SAME[name], n, 250) for n in (30, 100)]

    assert np.mean(shares) <= allowed(0.05, 500)


def test_any_false_alarm_among_three_variants_comes_in_one_of_twenty():
    shares = [simulated.family_alarms(sample, 100, 150) for sample in simulated.THREE.values()]

    assert np.mean(shares) <= allowed(0.05, 300)


def test_intervals_of_means_hold_the_truth_in_nineteen_of_twenty():
    found = {(name, n): simulated.coverage(s, n, 500) for name, s in simulated.SAMPLES.items() for n in simulated.SIZES}

    assert 0.935 <= np.mean(list(found.values())) <= 0.965
    assert min(found.values()) >= 0.9, min(found, key=found.get)


def test_intervals_of_differences_hold_the_truth_in_nineteen_of_twenty():
    found = {name: simulated.paired_coverage(pairs, 100, 250) for name, pairs in simulated.PAIRS.items()}

    assert 0.935 <= np.mean(list(found.values())) <= 0.965
    assert min(found.values()) >= 0.89, min(found, key=found.get)


def test_what_is_called_detectable_is_found_in_four_of_five():
    found = [simulated.power(pairs, 100, 120) for pairs in simulated.SAME.values()]

    assert 1 - allowed(0.2, 600) <= np.mean(found) <= 0.95


# ---- the same with as many rounds as the claim is made for


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
def test_coverage_of_all_shapes_of_values(n):
    means = [simulated.coverage(sample, n, 4_000, seed=1) for sample in simulated.SAMPLES.values()]
    differences = [simulated.paired_coverage(pairs, n, 2_000, seed=1) for pairs in simulated.PAIRS.values()]

    assert 0.935 <= np.mean(means) <= 0.965
    assert 0.935 <= np.mean(differences) <= 0.965
    assert min(means + differences) >= 0.915


@pytest.mark.slow
@pytest.mark.parametrize("n", simulated.SIZES)
@pytest.mark.parametrize("name", simulated.SAME)
def test_power_at_the_detectable_difference(name, n):
    assert 1 - allowed(0.2, 1_000) <= simulated.power(simulated.SAME[name], n, 1_000, seed=1) <= 0.98
