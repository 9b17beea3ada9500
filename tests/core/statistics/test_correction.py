"""Holm's correction and that of false discoveries are those of statsmodels.

Modules: ``potluck.statistics.correction``.
"""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from potluck.statistics.correction import false_discovery, false_discovery_level, holm


@pytest.mark.parametrize(("method", "ours"), [("holm", holm), ("fdr_bh", false_discovery)])
@settings(max_examples=40)
@given(p_values=st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_a_correction_is_that_of_statsmodels(method, ours, p_values):
    with patch("gc.collect"):  # it collects garbage at each call, which takes up to a second
        expected = multipletests(p_values, method=method)[1]

    assert ours(p_values) == pytest.approx(expected)


@given(st.lists(st.integers(0, 1000).map(lambda value: value / 1000), min_size=1, max_size=30))
def test_a_p_value_is_at_most_the_level_exactly_where_it_is_a_discovery(p_values):
    level = false_discovery_level(p_values)

    assert [p <= level for p in p_values] == [p <= 0.05 for p in false_discovery(p_values)]
    assert 0.05 / len(p_values) <= level <= 0.05


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_holm_keeps_the_order_and_never_makes_a_p_value_smaller(p_values):
    adjusted = holm(p_values)

    assert all(p <= found <= 1 for p, found in zip(p_values, adjusted, strict=True))
    assert [adjusted[i] for i in np.argsort(p_values, kind="stable")] == sorted(adjusted)


def test_holm_of_nothing_is_nothing():
    assert holm([]) == [] == false_discovery([])
    assert false_discovery_level([]) == 0.05
