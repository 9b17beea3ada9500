"""Several comparisons at once: verdict and interval of each are corrected alike.

Modules: ``potluck.statistics.families``, ``potluck.statistics.correction``.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import significance as simulated
from potluck.statistics.correction import holm, holm_levels
from potluck.statistics.families import PairedValues, compare_family
from potluck.statistics.paired_tests import compare_paired


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
