"""When to stop asking an expensive row: once it is unlikely to be preferred to a cheaper one.

Stochastic curtailment: Lan, Simon and Halperin (1982), *Stochastically Curtailed Tests in Long-Term Clinical Trials*;
as a predictive probability, Spiegelhalter, Freedman and Blackburn (1986), *Monitoring Clinical Trials*.
"""

from __future__ import annotations

from collections.abc import Sequence

from potluck.statistics.distributions import ALPHA
from potluck.statistics.intervals import wilson_limits
from potluck.statistics.power import Z

LEAST_PROBABILITY = 0.10
"""A row that is preferred with a smaller probability than this is asked no more. Usual limits are 5 to 20 %."""

_PRIOR = 0.25
"""Perks' prior: the four outcomes of a message together weigh as much as one message."""
_DRAWS = 4000


def probability_of_being_chosen(expensive: Sequence[float], cheap: Sequence[float], total: int, seed: int = 0) -> float:
    """The probability that after ``total`` messages the expensive row is taken before the cheap one.

    ``expensive`` and ``cheap`` are 1 for each message that the row got right, else 0; both are of the same messages.
    The expensive row is taken if the cheap one then lies below its 95 % interval (Wilson), or an exact McNemar test
    shows the cheap one to be worse: the rule of ``advice``. Outcomes of the remaining messages are drawn from the
    posterior of the four outcomes of a message.
    """
    import numpy as np
    from scipy.stats import binom

    pairs = list(zip(expensive, cheap, strict=True))
    seen = np.array([sum(pair == cell for pair in pairs) for cell in ((1, 1), (1, 0), (0, 1), (0, 0))])
    chances = np.random.default_rng(seed)
    likely = chances.dirichlet(seen + _PRIOR, size=_DRAWS)
    both, won, lost, _ = (seen + chances.multinomial(total - len(pairs), likely)).T
    low, _ = wilson_limits((both + won) / total, Z**2 / total)
    worse = (won > lost) & (2 * binom.cdf(lost, won + lost, 0.5) <= ALPHA)
    return float(np.mean(((both + lost) / total < low) | worse))
