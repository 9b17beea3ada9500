"""How often "as good as" is wrong, and how many of the differences that ``--explore`` calls real are not.

    python tests/benchmarks/verdicts.py [ROUNDS]

prints, for variants that are exactly as far apart as matters: how often they are called as good as each other, and how
often equal ones are; then the share of false discoveries, averaged over comparisons, among ten measures by the six
pairs of four variants.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from potluck.statistics.clusters import Clusters
from potluck.statistics.distributions import ALPHA
from potluck.statistics.families import PairedValues, compare_family, explore_family

Array: TypeAlias = npt.NDArray[np.float64]
Generator: TypeAlias = np.random.Generator
Shape: TypeAlias = Callable[[Generator, int, float], tuple[Array, Array]]
"""From the number of questions and the difference between b and a to the values of both."""

MARGIN = 0.05
VARIANTS = 4
MEASURES = 10


def graded(rng: Generator, n: int, difference: float) -> tuple[Array, Array]:
    """As F1 is: b moves each question a little, about ``difference`` on average."""
    a = rng.beta(4, 3, n) * 0.8
    return a, a + difference + 0.2 * (rng.beta(4, 4, n) - 0.5)


def right_or_wrong(rng: Generator, n: int, difference: float) -> tuple[Array, Array]:
    """0 or 1; one question in ten changes."""
    a, place = (rng.random(n) < 0.6).astype(float), rng.random(n)
    worse = (0.1 - difference) / 2
    # What changes is independent of what a has right, so that both marginal shares stay.
    b = np.where(place < worse, 0.0, np.where(place > 1 - (0.1 - worse), 1.0, a))
    a = np.where(place < worse, 1.0, np.where(place > 1 - (0.1 - worse), 0.0, a))
    return a, b


def waiting(rng: Generator, n: int, difference: float) -> tuple[Array, Array]:
    """Seconds, in which b varies by itself."""
    a = rng.lognormal(0, 0.3, n)
    return a, a + difference + rng.gamma(4, 0.05, n) - 0.2


SHAPES: Mapping[str, Shape] = {"graded": graded, "right or wrong": right_or_wrong, "seconds": waiting}


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares of comparisons: with a wrong "as good as", and of equal variants that are rightly called so."""

    wrong: float
    right: float


def equivalence_rates(shape: Shape, n: int, rounds: int, documents: int = 0, pairs: int = 1) -> Rates:
    """Of ``pairs`` pairs in one family, all of them ``MARGIN`` apart, or all of them equal."""
    rng = np.random.default_rng(n)

    def is_called(difference: float) -> list[bool]:
        clusters = Clusters(np.arange(n) % documents) if documents else None
        samples = [shape(rng, n, difference) for _ in range(pairs)]
        effects = 0.02 * rng.normal(size=(pairs, documents)) if documents else None
        values = [
            PairedValues(a, b if effects is None or clusters is None else b + effects[i][clusters.places], clusters)
            for i, (a, b) in enumerate(samples)
        ]
        found = compare_family(values, margin=MARGIN)
        return [one.p_equivalent is not None and one.p_equivalent <= ALPHA for one in found]

    wrong = sum(any(is_called(MARGIN)) for _ in range(rounds)) / rounds
    right = sum(sum(is_called(0.0)) for _ in range(rounds)) / (rounds * pairs)
    return Rates(wrong, right)


def false_discoveries(real: int, rounds: int, n: int = 100, measures: int = MEASURES) -> tuple[float, float]:
    """The mean share of false ones among those that are called real, and how often there is any false one.

    The measures of an answer hang together; the last variant is better by the first ``real`` of them.
    """
    rng = np.random.default_rng(real)
    shares, any_false = [], 0
    for _ in range(rounds):
        common = rng.normal(size=(VARIANTS, n, 1))
        values = np.sqrt(0.5) * common + np.sqrt(0.5) * rng.normal(size=(VARIANTS, n, measures))
        # Half of the measures go the other way, as seconds do.
        values[:, :, ::2] *= -1
        values[-1, :, :real] += 0.8
        pairs = [(i, j) for i in range(VARIANTS) for j in range(i + 1, VARIANTS)]
        places = [(i, j, measure) for measure in range(measures) for i, j in pairs]
        found = explore_family([PairedValues(values[i, :, m], values[j, :, m]) for i, j, m in places])
        called = [place for place, one in zip(places, found, strict=True) if one.p_adjusted <= ALPHA]
        false = [place for place in called if place[1] != VARIANTS - 1 or place[2] >= real]
        shares.append(len(false) / max(1, len(called)))
        any_false += bool(false)
    return float(np.mean(shares)), any_false / rounds


def tabulate(rounds: int) -> None:
    """Print both tables."""
    print(f"{MARGIN} apart: called as good as (equal ones that are); one pair, three pairs")
    for name, shape in SHAPES.items():
        for n, documents in ((30, 0), (100, 0), (300, 0), (300, 20)):
            cells = (equivalence_rates(shape, n, rounds, documents, pairs) for pairs in (1, 3))
            figures = "   ".join(f"{one.wrong:6.1%} ({one.right:6.1%})" for one in cells)
            print(f"{name}, {n} questions{f' on {documents} documents' if documents else '':16} {figures}", flush=True)
    print(f"{MEASURES} measures by {VARIANTS * (VARIANTS - 1) // 2} pairs: share of false discoveries (any false)")
    for real in (0, 1, 5):
        share, any_false = false_discoveries(real, max(1, rounds // 2))
        print(f"{real} measures by which one variant is better: {share:.1%} ({any_false:.1%})", flush=True)


if __name__ == "__main__":
    tabulate(int(sys.argv[1]) if len(sys.argv) > 1 else 400)
