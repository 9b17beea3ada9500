"""Holm's correction is that of statsmodels."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from potluck.statistics.correction import holm


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
