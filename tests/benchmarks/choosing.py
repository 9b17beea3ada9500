"""How often a comparison of many variants is wrong: the best of them was picked by the answers that it is judged on.

    python tests/benchmarks/choosing.py [ROUNDS] [PROCESSES]

prints how often any of 24 variants of equal worth is called better or worse than another; then how far the mean of the
best of 6 or 24 is from its worth, and how often its interval holds that, as chosen and without the luck of the choice.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from potluck.comparison.differences import Deciding, families_to_test
from potluck.comparison.interactions import axis_interactions
from potluck.contracts import Measure
from potluck.results.comparison import VariantResult
from potluck.statistics.clusters import Clusters
from potluck.statistics.distributions import ALPHA
from potluck.statistics.families import PairedValues, compare_family
from potluck.statistics.intervals import mean_interval
from potluck.statistics.selection import mean_of_selected

Array: TypeAlias = npt.NDArray[np.float64]
Generator: TypeAlias = np.random.Generator


@dataclass(frozen=True, slots=True)
class Case:
    """``variants`` that answer ``questions``, whose values are graded, or right or wrong where ``binary``.

    Half of the variance of a value is the question's difficulty. Of the rest a share of .3 is common to the questions
    of one of ``documents``, if there are any, and a share ``alike`` to variants that belong together, four by four.
    ``gains`` are how much better the last variants are, in standard deviations; the others are of equal worth.
    """

    questions: int = 300
    documents: int = 0
    binary: bool = False
    alike: float = 0.0
    variants: int = 24
    gains: tuple[float, ...] = ()

    def __str__(self) -> str:
        """The case as a row of the table has it."""
        kind = "right or wrong" if self.binary else "graded"
        documents = f", {self.documents} documents" if self.documents else ""
        alike = ", four by four alike" if self.alike else ""
        gains = " and ".join(f"{gain:g}" for gain in self.gains)
        better = f", {len(self.gains)} better by {gains}" if self.gains else ""
        return f"{self.variants} {kind}, {self.questions} questions{documents}{alike}{better}"

    @property
    def clusters(self) -> Clusters | None:
        """The documents of the questions."""
        return Clusters(np.arange(self.questions) % self.documents) if self.documents else None

    def sample(self, rng: Generator) -> Array:
        """The values, shape ``(questions, variants)``."""
        groups = self._effects(rng, -(-self.variants // 4))
        own = math.sqrt(self.alike) * np.repeat(groups, 4, axis=1)[:, : self.variants]
        own += math.sqrt(1 - self.alike) * self._effects(rng, self.variants)
        skill = math.sqrt(0.5) * (rng.normal(size=(self.questions, 1)) + own)
        skill += np.pad(self.gains, (self.variants - len(self.gains), 0))
        return np.asarray(skill > -0.3, dtype=np.float64) if self.binary else np.clip(0.5 + 0.4 * skill, 0, 1)

    def _effects(self, rng: Generator, columns: int) -> Array:
        """Standard normal numbers, of whose variance a part is common to the questions of a document."""
        alone = rng.normal(size=(self.questions, columns))
        if (clusters := self.clusters) is None:
            return alone
        effects: Array = math.sqrt(0.3) * rng.normal(size=(self.documents, columns))[clusters.places]
        return effects + math.sqrt(0.7) * alone


@cache
def worth(case: Case) -> Array:
    """The means of all questions there might be, shape ``(variants,)``; equal for those that gain the same."""
    many = replace(case, questions=400_000, documents=0, alike=0.0, variants=1, gains=())
    of_gain = {
        gain: float(replace(many, gains=(gain,)).sample(np.random.default_rng(7)).mean()) for gain in {0.0, *case.gains}
    }
    gains = [0.0] * (case.variants - len(case.gains)) + [*case.gains]
    return np.array([of_gain[gain] for gain in gains])


def is_any_called(values: Array, clusters: Clusters | None, seed: int = 0) -> bool:
    """Whether any of the pairs that a comparison tests is called different; the first variant is the baseline.

    Of each family only the pairs that look clearest are tested, as Holm's method begins with them.
    """
    best = int(np.argmax(values.mean(axis=0)))
    names = [str(number) for number in range(values.shape[1])]
    for pairs, comparisons in families_to_test(names, Deciding("0", "f1"), str(best)):
        clearest = sorted(pairs, key=lambda pair: -_clearness(values, pair, clusters))[:2]
        tested = [PairedValues(values[:, int(a)], values[:, int(b)], clusters) for a, b in clearest]
        found = compare_family(tested, seed, comparisons=comparisons or len(pairs))
        if any(one.p_adjusted <= ALPHA for one in found):
            return True
    return False


def _clearness(values: Array, pair: tuple[str, str], clusters: Clusters | None) -> float:
    """The difference of two variants in its standard errors."""
    deltas = values[:, int(pair[1])] - values[:, int(pair[0])]
    sums = deltas if clusters is None else np.bincount(clusters.places, deltas)
    return abs(float(sums.sum())) / math.sqrt(float((sums**2).sum()) or 1.0)


def false_calls(case: Case, rounds: int, seed: int = 0) -> float:
    """How often any of the variants, which are of equal worth, is called better or worse than another."""
    rng = np.random.default_rng([seed, case.questions, case.documents, case.binary])
    return float(np.mean([is_any_called(case.sample(rng), case.clusters, number) for number in range(rounds)]))


def false_interactions(case: Case, rounds: int, seed: int = 0) -> float:
    """How often any of three axes, of 2, 3 and 4 values, is said to depend on another where none does anything."""
    rng = np.random.default_rng([seed, case.questions, case.documents, case.binary])
    swaps = [dict(zip("abc", values, strict=True)) for values in product("12", "123", "1234")]
    variants = [VariantResult(str(n), one, {}, None, 0.0, 1, None, {}, {}, None, 0, {}) for n, one in enumerate(swaps)]
    measure, calls = Measure("f1", "words in common"), 0
    for _ in range(rounds):
        values = case.sample(rng)
        tables = {one.name: {"f1": values[:, [n]]} for n, one in enumerate(variants)}
        calls += any(one.matters for one in axis_interactions(tables, variants, "0", measure, case.clusters))
    return calls / rounds


EQUAL = tuple(
    Case(questions, documents, binary, variants=variants)
    for variants, questions, documents, binary in product((7, 24), (30, 100, 300), (0, 20), (False, True))
)
EQUAL += tuple(replace(case, alike=0.8) for case in EQUAL if case.questions == 300 and case.variants == 24)


@dataclass(frozen=True, slots=True)
class Figures:
    """The mean of the best: how far it is from that variant's worth on average, and in how many rounds its interval
    holds that, ``as_chosen`` and ``without_luck``. ``spread`` is the standard deviation of the latter.
    """

    as_chosen: float
    without_luck: float
    spread: float
    as_chosen_holds: float
    without_luck_holds: float


def figures_of_best(case: Case, rounds: int, seed: int = 0) -> Figures:
    """What comes of a case."""
    rng, truth = np.random.default_rng([seed, case.questions, case.documents, case.binary]), worth(case)
    found = []
    for number in range(rounds):
        values, clusters = case.sample(rng), case.clusters
        best = int(np.argmax(values.mean(axis=0)))
        naive = mean_interval(values[:, best], bounded=True, clusters=clusters)
        fair = mean_of_selected(values, naive, clusters, number)
        # What all variants are off by is known here, and leaves less to chance.
        common = float((values.mean(axis=0) - truth).mean())
        held = [one.low - 1e-12 <= truth[best] <= one.high + 1e-12 for one in (naive, fair)]  # type: ignore[operator]
        found.append((*(one.mean - truth[best] - common for one in (naive, fair)), fair.mean - truth[best], *held))
    table = np.array(found, dtype=np.float64)
    naive_bias, bias, _, naive_holds, holds = map(float, table.mean(axis=0))
    return Figures(naive_bias, bias, float(table[:, 2].std()), naive_holds, holds)


def tabulate_false_calls(pool: Executor, rounds: int, cases: Sequence[Case] = EQUAL) -> None:
    """Print a row for each case."""
    print(f"{'variants of equal worth':64}{'any is called different':>24}")
    for case, found in zip(cases, pool.map(false_calls, cases, [rounds] * len(cases)), strict=True):
        print(f"{case!s:64}{100 * found:22.1f} %", flush=True)


GAINS = ((), (0.3,), (0.5,), (0.3, 0.3, 0.3), (0.2, 0.4, 0.6))
CHOSEN = tuple(
    Case(questions, documents, binary, alike, variants, gains)
    for variants, (questions, documents), binary, gains, alike in product(
        (6, 24), ((30, 0), (100, 0), (100, 20), (300, 0), (300, 20)), (False, True), GAINS, (0.0, 0.8)
    )
    if not (alike and gains)
)


def tabulate_figures(pool: Executor, rounds: int, cases: Sequence[Case] = CHOSEN) -> None:
    """Print a row for each case."""
    titles = ("as chosen", "holds", "without luck", "spread", "holds")
    print(f"{'the mean of the best less its worth':80}" + "".join(f"{title:>14}" for title in titles))
    for case, one in zip(cases, pool.map(figures_of_best, cases, [rounds] * len(cases)), strict=True):
        print(
            f"{case!s:80}{one.as_chosen:+14.4f}{100 * one.as_chosen_holds:12.1f} %{one.without_luck:+14.4f}"
            f"{one.spread:14.3f}{100 * one.without_luck_holds:12.1f} %",
            flush=True,
        )


FACTORIAL = tuple(
    Case(questions, documents, binary) for questions, documents, binary in product((100, 300), (0, 20), (False, True))
)


def tabulate_false_interactions(pool: Executor, rounds: int, cases: Sequence[Case] = FACTORIAL) -> None:
    """Print a row for each case."""
    print(f"{'2 x 3 x 4 variants of equal worth':64}{'an interaction is found':>24}")
    for case, found in zip(cases, pool.map(false_interactions, cases, [rounds] * len(cases)), strict=True):
        print(f"{case!s:64}{100 * found:22.1f} %", flush=True)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    processes = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    print(f"{rounds:,} simulated comparisons for each row")
    with ProcessPoolExecutor(processes) as pool:
        tabulate_false_calls(pool, rounds)
        tabulate_figures(pool, rounds)
        tabulate_false_interactions(pool, rounds)


if __name__ == "__main__":
    main()
