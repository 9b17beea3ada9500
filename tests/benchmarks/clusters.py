"""How often the statistics of a comparison are wrong where the questions of one document hang together.

    python tests/benchmarks/clusters.py [ROUNDS] [PROCESSES]
    python tests/benchmarks/clusters.py ROUNDS PROCESSES few

The first prints, for 8 to 100 documents of 1 to 30 questions and shares of the variance between documents from 0 to .5:
how often two variants that are equally good on average over documents are called different, how often the 95 %
intervals of the difference and of a mean hold the truth, and the power at the number of documents that is said to be
needed. The first two columns show the same without clusters. The second looks closer at seconds on few documents: how
often variants that are equally fast are called different.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from potluck.statistics.clusters import Clusters, cluster_share, cluster_totals
from potluck.statistics.distributions import ALPHA
from potluck.statistics.intervals import mean_interval
from potluck.statistics.paired_tests import compare_paired
from potluck.statistics.sign_flips import subset_means

Array: TypeAlias = npt.NDArray[np.float64]
Places: TypeAlias = npt.NDArray[np.intp]
Generator: TypeAlias = np.random.Generator
Shape: TypeAlias = Callable[[Generator, Places, float], tuple[Array, Array]]
"""From the document of each question and the share of the variance between documents to the values of a and b."""


def _effects(rng: Generator, places: Places, share: float) -> Array:
    """Standard normal numbers, of whose variance that share is common to the questions of a document."""
    common = rng.normal(size=int(places.max()) + 1)
    found: Array = math.sqrt(share) * common[places] + math.sqrt(1 - share) * rng.normal(size=len(places))
    return found


def graded(rng: Generator, places: Places, share: float) -> tuple[Array, Array]:
    """As F1 is: a fifth quite wrong, a fifth quite right; a document suits the one or the other."""
    difficulty = rng.normal(size=len(places))
    a, b = (0.5 + 0.4 * (0.6 * difficulty + 0.8 * _effects(rng, places, share)) for _ in range(2))
    return np.clip(a, 0, 1), np.clip(b, 0, 1)


def right_or_wrong(rng: Generator, places: Places, share: float) -> tuple[Array, Array]:
    """0 or 1, half of them right."""
    difficulty = rng.normal(size=len(places))
    a, b = (0.7 * difficulty + _effects(rng, places, share) > 0.0 for _ in range(2))
    return a.astype(np.float64), b.astype(np.float64)


def skewed(rng: Generator, places: Places, share: float) -> tuple[Array, Array]:
    """Seconds: b takes as long as a on average, mostly a little less and sometimes far longer."""
    a = np.exp(0.3 * rng.normal(size=len(places)))
    return a, a * np.exp(0.5 * _effects(rng, places, share) - 0.125)


def few_differ(rng: Generator, places: Places, share: float) -> tuple[Array, Array]:
    """One question in ten differs; which ones, and which way, hangs on the document."""
    differ = _effects(rng, places, share) < -1.2816
    delta = np.where(differ, np.sign(_effects(rng, places, share)) * rng.beta(2, 2, len(places)), 0.0)
    return np.maximum(-delta, 0.0), np.maximum(delta, 0.0)


def broken(rng: Generator, places: Places, share: float) -> tuple[Array, Array]:
    """B gets one in five wrong that a gets right, with ``share`` whole documents of which it can read little."""
    a = rng.beta(4, 2, len(places))
    return a, np.where(_effects(rng, places, share) < -0.8416, 0.0, a)


EQUAL: Mapping[str, Shape] = {
    "graded": graded,
    "right or wrong": right_or_wrong,
    "skewed": skewed,
    "few differ": few_differ,
}
"""Variants that are equally good on average over documents."""

SHAPES: Mapping[str, Shape] = {**EQUAL, "broken": broken}
SHARES = (0.0, 0.1, 0.3, 0.5)
DOCUMENTS = (8, 10, 15, 20, 60, 100)
QUESTIONS = (1, 5, 15, 30)


@dataclass(frozen=True, slots=True)
class Cell:
    """``documents`` of ``questions`` each, or of as many on average where they are ``uneven``."""

    shape: str
    documents: int
    questions: int
    share: float
    uneven: bool = False

    @property
    def title(self) -> str:
        """Its shape, its documents and their questions, 28 characters wide."""
        size = f"{self.documents} x {'~' if self.uneven else ''}{self.questions}"
        return f"{self.shape:16}{size:>12}"

    def places(self, rng: Generator) -> Places:
        """The document of each question."""
        sizes = np.full(self.documents, self.questions)
        if self.uneven:
            sizes = np.maximum(1, rng.poisson(self.questions * rng.gamma(2, 0.5, self.documents)))
        return np.repeat(np.arange(self.documents), sizes)

    def sample(self, rng: Generator) -> tuple[Array, Array, Clusters]:
        """The values of a and of b, and the clusters of the questions."""
        places = self.places(rng)
        return *SHAPES[self.shape](rng, places, self.share), Clusters(places)


@cache
def true_means(shape: str) -> tuple[float, float]:
    """Of a, and of b minus a: from a million questions; 0 exactly for variants that are equally good."""
    a, b = SHAPES[shape](np.random.default_rng(99), np.arange(1_000_000), 0.0)
    return float(a.mean()), 0.0 if shape in EQUAL else float((b - a).mean())


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares of the rounds. ``called`` is how often a and b are called different, ``holds`` how often the interval of
    the difference holds the truth, ``mean_holds`` the same of the mean of a, ``single`` as if questions were single.
    """

    called: float
    holds: float
    mean_holds: float
    single_called: float
    single_holds: float
    between: float
    """The share of the variance of the differences between documents, on average."""
    wider: float
    """The width of the interval, in those of single questions."""


def simulate(cell: Cell, rounds: int, seed: int = 0) -> Rates:
    """What comes of a cell."""
    rng = np.random.default_rng([seed, cell.documents, cell.questions, int(100 * cell.share)])
    truth_a, truth = true_means(cell.shape)
    found = []
    for number in range(rounds):
        a, b, clusters = cell.sample(rng)
        together, single = compare_paired(a, b, number, clusters=clusters), compare_paired(a, b, number)
        mean = mean_interval(a, clusters=clusters)
        assert mean.low is not None
        assert mean.high is not None
        found.append(
            (
                together.p <= ALPHA,
                _holds(together.low, together.high, truth),
                _holds(mean.low, mean.high, truth_a),
                single.p <= ALPHA,
                _holds(single.low, single.high, truth),
                cluster_share(b - a, clusters) or 0.0,
                (together.high - together.low) / (single.high - single.low),
            )
        )
    return Rates(*map(float, np.mean(np.array(found, dtype=np.float64), axis=0)))


FEW = tuple(Cell("skewed", *size) for size in product((8, 10), (5, 15), (0.3, 0.5), (False, True)))


def called_different(cell: Cell, rounds: int, seed: int = 1) -> float:
    """``Rates.called`` alone, without the intervals that take most of the time."""
    rng = np.random.default_rng([seed, cell.documents, cell.questions, int(100 * cell.share)])
    found = 0
    for number in range(rounds):
        a, b, clusters = cell.sample(rng)
        found += subset_means(cluster_totals(b - a, clusters), number).p <= ALPHA
    return found / rounds


def _holds(low: float, high: float, truth: float) -> bool:
    return low - 1e-12 <= truth <= high + 1e-12


def cells() -> Iterator[Cell]:
    """All that are simulated."""
    for shape, documents, questions, share, uneven in product(SHAPES, DOCUMENTS, QUESTIONS, SHARES, (False, True)):
        if questions > 1 or not (share or uneven):
            yield Cell(shape, documents, questions, share, uneven)


def power_at_needed(cell: Cell, effect: float, rounds: int, seed: int = 0) -> tuple[float, float]:
    """How often a true difference is found with as many documents as a first sample says that it needs.

    The second figure is the median of those numbers. ``effect`` is added to each of b's values.
    """
    rng = np.random.default_rng([seed, cell.documents, cell.questions, int(100 * cell.share)])
    hits, needs = 0, []
    for number in range(rounds):
        a, b, clusters = cell.sample(rng)
        first = compare_paired(a, b + effect - float((b - a).mean()), number, clusters=clusters)
        needed = first.needed_clusters or first.needed_n or 0
        needs.append(needed)
        again = Cell(cell.shape, needed, cell.questions, cell.share, cell.uneven)
        a, b, clusters = again.sample(rng)
        second = compare_paired(a, b + effect, number, clusters=clusters)
        hits += second.p <= ALPHA and second.difference > 0
    return hits / rounds, float(np.median(needs))


POWERS = tuple(
    Cell(shape, documents, questions, share)
    for shape in ("graded", "skewed")
    for documents, questions in ((20, 15), (60, 5))
    for share in (0.0, 0.1, 0.3)
)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    processes = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    print(f"{rounds:,} simulated comparisons for each row")
    if sys.argv[3:] == ["few"]:
        with ProcessPoolExecutor(processes) as pool:
            for cell, share in zip(FEW, pool.map(called_different, FEW, [rounds] * len(FEW)), strict=True):
                print(f"{cell.title:28}{cell.share:7.1f}{100 * share:8.1f} %", flush=True)
        return
    titles = ("called", "holds", "mean holds", "single: called", "holds", "wider", "between")
    print(f"{'shape':16}{'documents':>12}{'share':>7}" + "".join(f"{title:>16}" for title in titles))
    with ProcessPoolExecutor(processes) as pool:
        todo = list(cells())
        for cell, one in zip(todo, pool.map(simulate, todo, [rounds] * len(todo)), strict=True):
            figures = (one.called, one.holds, one.mean_holds, one.single_called, one.single_holds)
            print(
                f"{cell.title:28}{cell.share:7.1f}"
                + "".join(f"{100 * figure:14.1f} %" for figure in figures)
                + f"{one.wider:16.2f}{one.between:16.2f}",
                flush=True,
            )
        print(f"\n{'power at the documents needed':36}{'power':>10}{'documents':>12}")
        effects = [0.06 if cell.shape == "graded" else 0.1 for cell in POWERS]
        for cell, (power, needed) in zip(
            POWERS, pool.map(power_at_needed, POWERS, effects, [max(rounds // 2, 10)] * len(POWERS)), strict=True
        ):
            name = f"{cell.shape}, {cell.documents} x {cell.questions}, share {cell.share}"
            print(f"{name:36}{100 * power:8.1f} %{needed:12.0f}", flush=True)


if __name__ == "__main__":
    main()
