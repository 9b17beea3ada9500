"""How often the corrected rate of a judge, and its agreement with people, hold the truth: simulated verdicts.

    python tests/benchmarks/judge.py [ROUNDS]

prints, for judges that err in one direction, in both, rarely, or by whole documents, the coverage of the 95 % interval
of the corrected rate, how wide it is compared with that of the labels alone, and how often the judge's own interval
holds the truth; then the coverage of the intervals of agreement and of kappa.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from potluck.statistics.agreement import agreement
from potluck.statistics.clusters import Clusters
from potluck.statistics.intervals import mean_interval
from potluck.statistics.prediction_powered import corrected_mean

RATES = (0.03, 0.1, 0.3, 0.5, 0.7, 0.9)


@dataclass(frozen=True, slots=True)
class Judge:
    """What a judge gets wrong: ``losses`` is the share of losses that it calls wins, ``wins`` that of wins it calls
    losses, ``ties`` that of pairs that people call equal, half of which it gives to one of the two.

    With ``documents`` pairs hang together: 30 % of the variance of the truth, and of what the judge gets wrong, lies
    between them.
    """

    losses: float
    wins: float = 0.0
    ties: float = 0.0
    documents: int = 0

    def draw(
        self, rate: float, judged: int, generator: np.random.Generator
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], Clusters | None]:
        """The judge's verdicts, people's, and the clusters of the pairs."""
        places = generator.integers(0, max(1, self.documents), judged)
        truth = (generator.random(judged) < self._between(rate, generator)[places]).astype(np.float64)
        wrong = np.where(truth == 0, self._between(self.losses, generator)[places], self.wins)
        said = np.where(generator.random(judged) < wrong, 1 - truth, truth)
        tied = generator.random(judged) < self.ties
        truth[tied] = 0.5
        said[tied & (generator.random(judged) < 0.5)] = 0.5
        return said, truth, Clusters.from_labels([*places]) if self.documents else None

    def _between(self, rate: float, generator: np.random.Generator) -> npt.NDArray[np.float64]:
        """The rate of each document."""
        if not self.documents or not 0 < rate < 1:
            return np.full(max(1, self.documents), rate)
        spread = 1 / 0.3 - 1
        return generator.beta(rate * spread, (1 - rate) * spread, self.documents)


JUDGES = {
    "calls 15% of the losses wins": Judge(0.15),
    "calls 15% of both wrong": Judge(0.15, 0.15),
    "calls 2% of the losses wins": Judge(0.02),
    "makes no mistake": Judge(0.0),
    "calls 15% of the losses wins; 30% ties": Judge(0.15, ties=0.3),
    "calls 15% of the losses wins; 20 documents": Judge(0.15, documents=20),
}


@dataclass(frozen=True, slots=True)
class Coverage:
    """The share of rounds in which an interval holds the truth, and its mean width as a multiple of the labels'."""

    corrected: float
    width: float
    labels: float
    judge: float


def coverage(judge: Judge, rate: float, labels: int, rounds: int, judged: int = 1000, seed: int = 0) -> Coverage:
    """Judge so many pairs, label a random sample of them, and see which intervals hold the rate that people find."""
    generator, truth = np.random.default_rng(seed), rate * (1 - judge.ties) + 0.5 * judge.ties
    held, widths = np.zeros(3), np.zeros(2)
    for _ in range(rounds):
        said, true, clusters = judge.draw(rate, judged, generator)
        known = np.full(judged, np.nan)
        places = generator.choice(judged, labels, replace=False)
        known[places] = true[places]
        found = corrected_mean(said, known, clusters)
        intervals = (found.interval, found.labels_alone, mean_interval(said, True, clusters))
        ends = [(one.low, one.high) for one in intervals if one.low is not None and one.high is not None]
        held += [low <= truth <= high for low, high in ends]
        widths += [high - low for low, high in ends[:2]]
    corrected, alone, judging = held / rounds
    return Coverage(corrected, widths[0] / widths[1], alone, judging)


TABLES = {
    "two kinds, even": ([0.5, 0.5], 0.15),
    "two kinds, even, nearly all agree": ([0.5, 0.5], 0.02),
    "two kinds, one rare (10%)": ([0.9, 0.1], 0.15),
    "two kinds, one rare (10%), nearly all agree": ([0.9, 0.1], 0.05),
    "win, loss and tie": ([0.45, 0.35, 0.2], 0.15),
    "win, loss and tie, nearly all agree": ([0.45, 0.35, 0.2], 0.05),
}


def agreement_coverage(shares: list[float], wrong: float, n: int, rounds: int, seed: int = 0) -> tuple[float, float]:
    """How often the intervals of the agreement and of kappa hold the truth."""
    generator, margins = np.random.default_rng(seed), np.array(shares)
    others = margins * (1 - np.eye(len(margins)))
    cells = np.diag(margins * (1 - wrong)) + (margins * wrong)[:, None] * others / others.sum(axis=1, keepdims=True)
    agreeing, chance = float(np.trace(cells)), float(cells.sum(axis=0) @ cells.sum(axis=1))
    kappa, held, told = (agreeing - chance) / (1 - chance), np.zeros(2), np.zeros(2)
    for _ in range(rounds):
        drawn = generator.choice(cells.size, n, p=cells.ravel())
        found = agreement([*(drawn // len(margins))], [*(drawn % len(margins))])
        for number, (interval, truth) in enumerate(((found.share, agreeing), (found.kappa, kappa))):
            if interval is not None and interval.low is not None and interval.high is not None:
                told[number] += 1
                held[number] += interval.low <= truth <= interval.high
    share, corrected = held / told
    return float(share), float(corrected)


def rows(rounds: int) -> Iterator[str]:
    """The tables as Markdown."""
    for labels in (100, 30):
        yield f"\n{labels} labelled of 1,000\n\n| judge | " + " | ".join(f"{rate:.0%} wins" for rate in RATES) + " |"
        yield "| --- |" + " --- |" * len(RATES)
        for name, judge in JUDGES.items():
            found = [coverage(judge, rate, labels, rounds) for rate in RATES]
            cells = (f"{one.corrected:.1%} ({one.width:.2f}; {one.judge:.0%})" for one in found)
            yield f"| {name} | " + " | ".join(cells) + " |"
    yield "\n| verdicts | 30 labels | 100 labels |\n| --- | --- | --- |"
    for name, (shares, wrong) in TABLES.items():
        pairs = [agreement_coverage(shares, wrong, n, rounds) for n in (30, 100)]
        yield f"| {name} | " + " | ".join(f"{share:.1%}, {kappa:.1%}" for share, kappa in pairs) + " |"


def main(rounds: int) -> None:
    """Print the tables."""
    for row in rows(rounds):
        print(row, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
