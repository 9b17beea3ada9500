"""When to stop asking an expensive row: once it is unlikely to be preferred to a cheaper one.

Stochastic curtailment: Lan, Simon and Halperin (1982), *Stochastically Curtailed Tests in Long-Term Clinical Trials*;
as a predictive probability, Spiegelhalter, Freedman and Blackburn (1986), *Monitoring Clinical Trials*.

Messages of a group rise and fall together. Few groups say less than as many messages, and what is still to come of a
group is like what was asked of it: the outcomes of a group are drawn from a Dirichlet distribution around those of all
groups (Mosimann, Biometrika 1962), as narrow as the share of the variance between the groups says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from potluck.statistics.clusters import Clusters, cluster_degrees, cluster_share
from potluck.statistics.distributions import ALPHA, student_quantile
from potluck.statistics.intervals import wilson_limits
from potluck.statistics.power import Z

if TYPE_CHECKING:
    import numpy as np

    from potluck.statistics.clusters import Places
    from potluck.statistics.observations import Array

LEAST_PROBABILITY = 0.10
"""A row that is preferred with a smaller probability than this is asked no more. Usual limits are 5 to 20 %."""

_PRIOR = 0.25
"""Perks' prior: the four outcomes of a message together weigh as much as one message."""
_DRAWS = 4000
_GROUP_DRAWS = 1000
"""Fewer where groups are drawn: each of them has outcomes of its own."""
_GROUP_CELLS = 4_000_000
"""As many outcomes of groups are held at once."""
_FLIPS = 1000
"""Random sets of groups whose signs are flipped."""
_LARGEST_SHARE = 0.99
"""Messages of a group are never quite alike."""


def probability_of_being_chosen(
    expensive: Sequence[float], cheap: Sequence[float], clusters: Clusters, seed: int = 0
) -> float:
    """The probability that after all messages the expensive row is taken before the cheap one.

    ``expensive`` and ``cheap`` are 1 for each message that the row got right, else 0; both are of the same messages,
    the first of those whose ``clusters`` are given. The expensive row is taken if the cheap one then lies below its
    95 % interval, or a paired test shows the cheap one to be worse: the rule of ``advice``. Outcomes of the remaining
    messages are drawn from the posterior of the four outcomes of a message.
    """
    import numpy as np

    pairs = np.array([expensive, cheap], dtype=np.intp)
    cells = 3 - 2 * pairs[0] - pairs[1]
    chances = np.random.default_rng(seed)
    if clusters.population == "clusters":
        return _of_groups(cells, clusters, chances)
    return _of_messages(cells, len(clusters.places), chances)


def _of_messages(cells: Places, total: int, chances: np.random.Generator) -> float:
    """Where each message stands for itself: Wilson's interval, and McNemar's exact test.

    ``cells`` are the outcomes so far: 0 where both rows are right, 1 the expensive one, 2 the cheap one, 3 neither.
    """
    import numpy as np
    from scipy.stats import binom

    seen = np.bincount(cells, minlength=4)
    likely = chances.dirichlet(seen + _PRIOR, size=_DRAWS)
    both, won, lost, _ = (seen + chances.multinomial(total - len(cells), likely)).T
    low, _ = wilson_limits((both + won) / total, Z**2 / total)
    worse = (won > lost) & (2 * binom.cdf(lost, won + lost, 0.5) <= ALPHA)
    return float(np.mean(((both + lost) / total < low) | worse))


def _of_groups(cells: Places, clusters: Clusters, chances: np.random.Generator) -> float:
    """Where messages form groups: the score interval of their totals, and the test that flips their signs."""
    import numpy as np

    sizes = np.bincount(clusters.places).astype(np.float64)
    places = clusters.places[: len(cells)]
    share = _share(cells, places)
    seen = np.zeros((len(sizes), 4))
    np.add.at(seen, (places, cells), 1.0)
    both, won, lost, _ = np.moveaxis(_draw_groups(seen, sizes, share, chances), -1, 0)
    low = _score_low(both + won, sizes, student_quantile(cluster_degrees(sizes, share)))
    cheap = (both + lost).sum(axis=1) / sizes.sum()
    return float(np.mean((cheap < low) | _is_worse(won - lost, chances)))


def _share(cells: Places, places: Places) -> float:
    """The share of the variance between groups: of the difference, or of the expensive row where that is larger."""
    import numpy as np

    asked = Clusters(np.unique(places, return_inverse=True)[1], "group")
    values = (np.isin(cells, (0, 1)).astype(np.float64), (cells == 1) - (cells == 2).astype(np.float64))
    return min(_LARGEST_SHARE, max(cluster_share(one, asked) or 0.0 for one in values))


def _draw_groups(seen: Array, sizes: Array, share: float, chances: np.random.Generator) -> Array:
    """The outcomes of all messages of each group, shape ``(draws, groups, 4)``; ``seen`` are those so far."""
    import numpy as np

    asked = seen.sum(axis=1)
    draws = max(1, min(_GROUP_DRAWS, _GROUP_CELLS // seen.size))
    # As many independent messages say as much about all groups (Kish 1965).
    effect = 1 + share * (float((asked**2).sum()) / asked.sum() - 1)
    overall = chances.dirichlet(seen.sum(axis=0) / effect + _PRIOR, size=draws)[:, None, :]
    if share:
        narrow = (1 - share) / share
        drawn = chances.standard_gamma(narrow * overall + seen) + 1e-9 * overall
        likely = drawn / drawn.sum(axis=-1, keepdims=True)
    else:
        likely = np.broadcast_to(overall, (draws, *seen.shape))
    more = chances.multinomial((sizes - asked).astype(np.intp), likely)
    return seen + more.astype(np.float64)


def _score_low(sums: Array, sizes: Array, quantile: float) -> Array:
    """The lower end of the interval of a mean from the sums of groups, shape ``(draws, groups)``: see ``intervals``."""
    import numpy as np

    count, total = len(sizes), sizes.sum()
    means = sums.sum(axis=1) / total
    leverage = (1 - 1 / count) / (1 - sizes / total)
    values = (sums - means[:, None] * sizes) * leverage * (count / total)
    room = means * (1 - means)
    least = count / total**2
    dispersion = np.divide(values.var(axis=1, ddof=1), room, out=np.ones_like(room), where=room > 0)
    return wilson_limits(means, np.maximum(dispersion, least) * quantile**2 / count)[0]


def _is_worse(sums: Array, chances: np.random.Generator) -> Array:
    """Whether groups that were won and lost by as much, shape ``(draws, groups)``, show that the cheap row is worse."""
    import numpy as np

    flipped = chances.integers(0, 2, (_FLIPS, sums.shape[1])).astype(np.float64)
    found: Array = 2 * np.mean(flipped @ sums.T <= 0, axis=0) <= ALPHA
    return found
