"""How often the interval of macro F1 holds the truth, on simulated labels whose truth is known.

    python tests/benchmarks/label_intervals.py [ROUNDS]

prints, for 20, 60 and 300 examples of several populations, the coverage of the 95 % interval and its mean length. The
truth is the macro F1 of the population over the labels that the examples have.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from potluck.metrics.label_intervals import label_intervals

SIZES = (20, 60, 300)


@dataclass(frozen=True, slots=True)
class Population:
    """How often each label is there, and how often it is recognised; mistakes fall on the others by their shares."""

    shares: Sequence[float]
    recognised: Sequence[float]

    @property
    def cells(self) -> npt.NDArray[np.float64]:
        """The probability of each actual label with each predicted one."""
        shares, right = np.array(self.shares), np.array(self.recognised)
        wrong = shares * (1 - np.eye(len(shares)))
        cells = (shares * (1 - right))[:, None] * wrong / wrong.sum(axis=1, keepdims=True)
        return np.asarray(cells + np.diag(shares * right))

    @property
    def scores(self) -> npt.NDArray[np.float64]:
        """The F1 of each label."""
        return np.asarray(2 * np.diag(self.cells) / (self.cells.sum(axis=0) + self.cells.sum(axis=1)))


POPULATIONS: Mapping[str, Population] = {
    "2 even, 70% right": Population([0.5, 0.5], [0.7, 0.7]),
    "2 even, 95% right": Population([0.5, 0.5], [0.95, 0.95]),
    "2, one rare (10%)": Population([0.9, 0.1], [0.98, 0.7]),
    "2, one rare (5%)": Population([0.95, 0.05], [0.99, 0.5]),
    "2, nearly all right": Population([0.8, 0.2], [0.995, 0.97]),
    "3, uneven": Population([0.6, 0.3, 0.1], [0.8, 0.6, 0.4]),
    "5 even, 80% right": Population([0.2] * 5, [0.8] * 5),
    "8 even, 60% right": Population([0.125] * 8, [0.6] * 8),
}


def coverage(population: Population, n: int, rounds: int, seed: int = 0) -> tuple[float, float]:
    """The share of intervals that hold the truth, and their mean length."""
    generator, count = np.random.default_rng(seed), len(population.shares)
    held, length = 0, 0.0
    for number in range(rounds):
        drawn = generator.choice(count * count, size=n, p=population.cells.ravel())
        gold, said = drawn // count, drawn % count
        found = label_intervals([*map(str, gold)], [*map(str, said)], str(gold[0]), seed=number)["f1_macro"]
        truth = float(population.scores[np.union1d(gold, said)].mean())
        assert found.low is not None
        assert found.high is not None
        held += found.low <= truth <= found.high
        length += found.high - found.low
    return held / rounds, length / rounds


def main(rounds: int) -> None:
    """Print a row per population."""
    print("| labels | " + " | ".join(f"{n} examples" for n in SIZES) + " |")
    print("| --- |" + " --- |" * len(SIZES))
    for name, population in POPULATIONS.items():
        cells = (coverage(population, n, rounds) for n in SIZES)
        print(f"| {name} | " + " | ".join(f"{held:.3f} (length {length:.2f})" for held, length in cells) + " |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
