"""Several comparisons at once: verdict and interval of each are corrected alike.

Modules: ``potluck.statistics.families``, ``potluck.statistics.evidence``.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.weightstats import ttost_paired

from benchmarks import significance as simulated
from benchmarks import verdicts as benchmark
from potluck.statistics.clusters import Clusters
from potluck.statistics.correction import holm, holm_levels
from potluck.statistics.families import PairedValues, compare_family, describe_family, explore_family
from potluck.statistics.paired_tests import PairedTest, compare_paired


@given(st.lists(st.integers(0, 1000).map(lambda value: value / 1000), max_size=12))
def test_a_p_value_is_at_most_its_level_exactly_where_holm_finds_something(p_values):
    levels = holm_levels(p_values)

    assert [p <= level for p, level in zip(p_values, levels, strict=True)] == [p <= 0.05 for p in holm(p_values)]
    assert all(0.05 / len(p_values) <= level <= 0.05 for level in levels)


def test_levels_go_from_the_strictest_to_that_at_which_the_method_stops():
    assert holm_levels([0.3, 0.001, 0.012, 0.04]) == [0.05 / 2, 0.05 / 4, 0.05 / 3, 0.05 / 2]
    assert holm_levels([0.01, 0.01]) == [0.05 / 2, 0.05 / 2]
    assert holm_levels([]) == []


VARIANTS = st.integers(0, 10**6).map(np.random.default_rng)


@settings(max_examples=40)
@given(VARIANTS, st.booleans(), st.integers(3, 6), st.sampled_from([8, 20, 60]))
def test_an_interval_holds_zero_exactly_where_the_corrected_test_finds_nothing(rng, graded, variants, n):
    skill = rng.random((n, 1)) + rng.normal(0, 0.15, variants)
    table = np.clip(skill + rng.normal(0, 0.2, (n, variants)), 0, 1)
    table = table if graded else np.round(table)
    found = compare_family([PairedValues(table[:, 0], table[:, other]) for other in range(1, variants)])

    for one in found:
        assert (one.difference.low > 0 or one.difference.high < 0) == (one.p_adjusted <= 0.05)
        assert 0.95 <= one.difference.confidence < 1


def test_a_single_pair_is_compared_as_it_is():
    a, b = [0.1, 0.4, 0.3, 0.2, 0.6, 0.1, 0.3], [0.3, 0.5, 0.4, 0.6, 0.6, 0.4, 0.9]
    (found,) = compare_family([PairedValues(a, b)])

    assert found.difference == compare_paired(a, b)
    assert found.p_adjusted == found.difference.p
    assert compare_family([]) == []


def test_comparisons_that_were_not_made_count_as_those_that_show_nothing():
    p_values = [0.0004, 0.02, 0.0009]

    assert holm(p_values, 10) == holm([*p_values, *[1.0] * 7])[:3] == pytest.approx([0.004, 0.16, 0.0081])
    assert holm_levels(p_values, 10) == holm_levels([*p_values, *[1.0] * 7])[:3] == [0.05 / 10, 0.05 / 8, 0.05 / 9]
    assert holm(p_values, 2) == holm(p_values), "no fewer than there are"
    assert holm_levels(p_values, 2) == holm_levels(p_values)


def test_a_pair_that_was_picked_from_many_has_the_interval_of_as_many():
    a, b, *others = np.random.default_rng(0).random((5, 100))
    (picked,) = compare_family([PairedValues(a, b)], comparisons=4)
    among = compare_family([PairedValues(a, other) for other in (b, *others)])[0]

    assert picked == among
    assert picked.difference.confidence == pytest.approx(1 - 0.05 / 4)
    assert picked.p_adjusted > picked.difference.p


def test_more_comparisons_widen_an_interval():
    rng = np.random.default_rng(0)
    a, b, *others = rng.random((5, 100))
    alone, among = (
        compare_family([PairedValues(a, other) for other in one])[0].difference for one in ([b], [b, *others])
    )

    assert among.low < alone.low < alone.high < among.high
    assert among.confidence == pytest.approx(1 - 0.05 / 4)


def test_corrected_intervals_hold_the_truth_and_those_that_exclude_zero_seldom_miss_it():
    names = ("0/1, 40% differ, +0.20", "F1, 50% differ, +0.15")
    found = [simulated.family_coverage(simulated.PAIRS[name], 60, 40) for name in names]

    assert min(one["each"] for one in found) >= 0.93
    assert max(one["found"] for one in found) <= 0.06


def test_the_benchmark_prints_both_figures_of_corrected_intervals_for_each_shape_and_their_range(capsys):
    simulated.tabulate_families(3)
    _, *rows, last = capsys.readouterr().out.strip().split("\n")

    assert [row[:24].strip() for row in rows] == list(simulated.FAMILIES)
    assert all(row.count("%") == 2 * len(simulated.FAMILY_SIZES) + row[:24].count("%") for row in rows)
    assert last.startswith("covered ")


NEAR = st.tuples(st.integers(0, 10**6).map(np.random.default_rng), st.booleans(), st.sampled_from([0.02, 0.1, 0.3]))


@settings(max_examples=60)
@given(NEAR, st.integers(2, 5), st.sampled_from([8, 20, 120]), st.booleans())
def test_an_interval_and_its_verdict_agree_where_small_differences_do_not_matter(made, variants, n, clustered):
    rng, graded, margin = made
    skill = rng.random((n, 1)) + rng.normal(0, 0.08, variants)
    table = np.clip(skill + rng.normal(0, 0.03, (n, variants)), 0, 1)
    table = table if graded else np.round(table)
    clusters = Clusters(np.arange(n) // 2) if clustered else None
    found = compare_family(
        [PairedValues(table[:, 0], table[:, i], clusters) for i in range(1, variants)], margin=margin
    )

    for one in found:
        low, high = one.difference.low, one.difference.high
        if one.p_equivalent <= 0.05:
            assert -margin < low <= high < margin
            assert one.difference.confidence + 1e-9 >= 0.9
        elif one.p_adjusted <= 0.05:
            assert low > 0 or high < 0
        else:
            assert low <= 0 <= high
            assert low <= -margin or high >= margin, "it would be as good"


def test_the_p_value_of_equivalence_is_that_of_two_one_sided_t_tests_where_these_hold():
    rng = np.random.default_rng(5)
    a = rng.normal(0, 1, 400)
    b = a + rng.normal(0.02, 0.5, 400)
    expected, *_ = ttost_paired(b, a, -0.08, 0.08)

    assert PairedTest.of(a, b).equivalence_p(0.08) == pytest.approx(expected, abs=0.012)
    assert PairedTest.of(a, a + 0.3).equivalence_p(0.08) == 1.0


def test_equivalence_is_the_same_from_both_sides_and_harder_to_show_of_a_smaller_margin():
    rng = np.random.default_rng(6)
    a, b = rng.random((2, 60))
    clusters = Clusters(np.repeat(np.arange(12), 5))
    one, other = PairedTest.of(a, b, clusters=clusters), PairedTest.of(b, a, clusters=clusters)
    found = [one.equivalence_p(margin) for margin in (0.05, 0.15, 0.25, 0.5)]

    assert other.equivalence_p(0.15) == pytest.approx(found[1])
    assert found == sorted(found, reverse=True)
    assert found[0] > 0.2 > 0.05 > found[-1]


def test_more_pairs_make_it_harder_to_show_that_two_are_as_good():
    rng = np.random.default_rng(7)
    a = rng.random(200)
    near, far = a + rng.normal(0, 0.1, 200), a + rng.normal(0, 0.4, 200)
    (alone,) = compare_family([PairedValues(a, near)], margin=0.04)
    among, *_ = compare_family([PairedValues(a, near), *[PairedValues(a, far)] * 3], margin=0.04)

    assert among.p_equivalent == pytest.approx(4 * alone.p_equivalent)
    assert among.difference.confidence > alone.difference.confidence


def test_questions_are_asked_for_to_show_what_matters_and_not_what_was_seen():
    rng = np.random.default_rng(8)
    a = rng.random(60)
    pair = PairedValues(a, a + rng.normal(0.001, 0.3, 60))
    seen, matters = compare_family([pair])[0], compare_family([pair], margin=0.1)[0]

    assert seen.difference.needed_n > 10 * matters.difference.needed_n
    assert 60 < matters.difference.needed_n < 400


def test_what_is_explored_has_one_level_and_what_is_described_none_but_95():
    rng = np.random.default_rng(9)
    a = rng.random(50)
    pairs = [PairedValues(a, a + rng.normal(mean, 0.2, 50)) for mean in (0.3, 0.2, 0.0, 0.0, 0.0)]
    explored, described = explore_family(pairs), describe_family(pairs)

    assert [one.p_adjusted <= 0.05 for one in explored] == [True, True, False, False, False]
    assert {round(one.difference.confidence, 9) for one in explored} == {round(1 - 0.05 * 2 / 5, 9)}
    assert [one.difference for one in described] == [compare_paired(one.a, one.b) for one in pairs]
    assert [one.p_adjusted for one in described] == [one.difference.p for one in described]


def test_variants_as_far_apart_as_matters_are_seldom_called_as_good_and_equal_ones_often():
    exact = benchmark.equivalence_rates(benchmark.right_or_wrong, 300, 150)
    clustered = benchmark.equivalence_rates(benchmark.graded, 60, 40, documents=10, pairs=3)

    assert exact.wrong <= 0.09
    assert exact.right >= 0.55
    assert clustered.wrong <= 0.1
    assert clustered.right >= 0.3


def test_of_the_differences_that_exploring_calls_real_few_are_false():
    share, any_false = benchmark.false_discoveries(1, 15, n=40, measures=4)

    assert share <= 0.1
    assert any_false <= 0.4


def test_the_benchmark_of_verdicts_prints_a_row_for_each_shape_and_size(monkeypatch, capsys):
    monkeypatch.setattr(benchmark, "SHAPES", {"right or wrong": benchmark.right_or_wrong})
    monkeypatch.setattr(benchmark, "MEASURES", 1)
    monkeypatch.setattr(benchmark.false_discoveries, "__defaults__", (20, 1))
    benchmark.tabulate(2)
    first, *rows = capsys.readouterr().out.splitlines()

    assert first.startswith("0.05 apart")
    assert [row.startswith("right or wrong, ") for row in rows[:4]] == [True] * 4
    assert "300 questions on 20 documents" in rows[3]
    assert rows[4].startswith("1 measures by 6 pairs")
    assert len(rows) == 8


def test_the_questions_that_are_needed_are_those_for_the_corrected_level():
    rng = np.random.default_rng(11)
    a = rng.random(60)
    pair = PairedValues(a, a + rng.normal(0.02, 0.3, 60))
    (alone,), among = compare_family([pair]), compare_family([pair, *[PairedValues(a, a[::-1])] * 14])

    assert among[0].difference.confidence > alone.difference.confidence
    # (2.94 + 0.84)^2 against (1.96 + 0.84)^2
    assert 1.5 < among[0].difference.needed_n / alone.difference.needed_n < 2.1
