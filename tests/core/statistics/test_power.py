"""How many questions a difference needs: never fewer than with which a test can show anything."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from potluck.statistics.distributions import ALPHA
from potluck.statistics.power import FEWEST, difference_spread


def test_the_fewest_questions_are_those_with_which_the_exact_test_reaches_five_percent() -> None:
    assert binomtest(FEWEST, FEWEST, 0.5).pvalue <= ALPHA < binomtest(FEWEST - 1, FEWEST - 1, 0.5).pvalue


@pytest.mark.parametrize("effect", [0.3, 0.7, 1.0])
def test_a_difference_that_never_varies_needs_the_fewest_questions_all_the_same(effect: float) -> None:
    needed = difference_spread(np.full(200, effect), False, 1.0).questions_needed(effect)
    assert needed is not None
    assert needed >= FEWEST
    assert binomtest(needed, needed, 0.5).pvalue <= ALPHA
