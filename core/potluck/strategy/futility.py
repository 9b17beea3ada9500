"""When to stop asking a dear row: as soon as it has hardly a chance left of being preferred to a cheaper one.

Stochastic curtailment: Lan, Simon and Halperin (1982), *Stochastically Curtailed Tests in Long-Term Clinical Trials*;
as a predictive probability, Spiegelhalter, Freedman and Blackburn (1986), *Monitoring Clinical Trials*.
"""

from __future__ import annotations

from collections.abc import Sequence

from potluck.statistics.distributions import ALPHA
from potluck.statistics.intervals import wilson_limits
from potluck.statistics.power import Z

LEAST = 0.10
"""A row that is preferred with a smaller probability than this is asked no more. Usual limits are 5 to 20 %."""

_PRIOR = 0.25
"""Perks' prior: the four outcomes of a message together weigh as much as one message."""
_DRAWS = 4000


def chance(dear: Sequence[float], cheap: Sequence[float], total: int, seed: int = 0) -> float:
    """The probability that after ``total`` messages the dear row is taken before the cheap one.

    ``dear`` and ``cheap`` are 1 for a message got right, else 0, of the same messages. That is the case if then the
    cheap row lies below the dear one's 95 % interval (Wilson), or an exact McNemar test shows it to be worse: the rule
    of ``advice``. What is to come is drawn from the posterior of the four outcomes of a message.
    """
    import numpy as np
    from scipy.stats import binom

    pairs = list(zip(dear, cheap, strict=True))
    seen = np.array([sum(pair == cell for pair in pairs) for cell in ((1, 1), (1, 0), (0, 1), (0, 0))])
    chances = np.random.default_rng(seed)
    likely = chances.dirichlet(seen + _PRIOR, size=_DRAWS)
    both, won, lost, _ = (seen + chances.multinomial(total - len(pairs), likely)).T
    low, _ = wilson_limits((both + won) / total, Z**2 / total)
    worse = (won > lost) & (2 * binom.cdf(lost, won + lost, 0.5) <= ALPHA)
    return float(np.mean(((both + lost) / total < low) | worse))
