"""Is a difference real? Intervals, tests and verdicts for the values that questions have under one or two variants.

Everything is of questions: a question is one observation, and repeats of it are averaged before anything is concluded.
Where both variants answered the same questions, they are compared question by question. What is random (the bootstrap,
the flipped signs) is seeded, so the same values always give the same figures, in whatever order they come.

How often these methods are wrong is measured by ``tests/benchmarks/significance.py``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from potluck.documents import Json
from potluck.errors import MissingDependency

if TYPE_CHECKING:
    import numpy.typing as npt

    Array: TypeAlias = npt.NDArray[np.float64]
    Values: TypeAlias = Sequence[float] | Sequence[Sequence[float]] | npt.NDArray[np.floating]

Verdict: TypeAlias = Literal["better", "worse", "no evidence"]

ALPHA = 0.05
"""A difference counts as real if chance alone shows one as large at most this often."""

_Z = 1.959964
"""What a standard normal number exceeds, upwards or downwards, in 5 % of the cases."""

_Z_POWER = 0.841621
"""What a standard normal number stays below in 80 % of the cases."""

_FEWEST = 6
"""With fewer questions that differ neither test can reach 5 %: 2 of 2^6 ways to flip the signs are 3 %."""

_EXACT = 14
_FLIPS = 10_000


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean of ``n`` questions with its 95 % confidence interval. ``low`` and ``high`` are None where n < 2."""

    mean: float
    low: float | None
    high: float | None
    n: int

    def as_json(self) -> dict[str, Json]:
        """As ``potluck compare --json`` lists it."""
        return {"mean": self.mean, "low": self.low, "high": self.high, "n": self.n}


@dataclass(frozen=True, slots=True)
class Difference:
    """How much more b has than a on the same ``n`` questions, with its 95 % confidence interval and ``p``.

    ``test`` is ``mcnemar`` (exact, both right or wrong) or ``sign-flip``. ``detectable`` is the smallest true
    difference that n such questions show with 80 % power (two-sided, 5 %), ``needed_n`` how many questions show the
    difference that was seen with 80 % power; None where it is 0. Where both have repeats, ``between`` is the variance
    of the difference between questions and ``within`` that from one repeat of a question to the next.
    """

    difference: float
    low: float
    high: float
    p: float
    n: int
    test: str
    detectable: float
    needed_n: int | None
    between: float | None = None
    within: float | None = None


def interval(values: Values, bounded: bool | None = None) -> Interval:
    """The mean of the questions' values, shape ``(n,)`` or ``(n, repeats)``, with its 95 % confidence interval.

    ``bounded`` says that the measure lies in [0, 1]; by default it is taken to if all values do. Raises ``ValueError``
    if there is no value, or a question has none.
    """
    table = _table(values)
    means = _means(table)
    n = len(means)
    mean = float(means.mean())
    if n < 2:
        return Interval(mean, None, None, n)
    if bounded is None:
        bounded = bool(means.min() >= 0 and means.max() <= 1)
    low, high = _score_interval(means) if bounded else _skewed_interval(means)
    return Interval(mean, min(low, mean), max(high, mean), n)


def paired(a: Values, b: Values, seed: int = 0) -> Difference:
    """Compare two variants on the same questions, b minus a.

    ``a`` and ``b`` hold one row a question, in the same order: shape ``(n,)`` or ``(n, repeats)``; a repeat that gave
    no value is NaN. Raises ``ValueError`` for fewer than two questions, another number of them in a than in b, or a
    question without a value; ``MissingDependency`` without scipy.
    """
    tables = _table(a), _table(b)
    if len(tables[0]) != len(tables[1]):
        raise ValueError(f"a has {len(tables[0])} questions and b {len(tables[1])}: compare the same questions")
    before, after = map(_means, tables)
    if len(before) < 2:
        raise ValueError("one question cannot be told from chance: compare at least two")
    deltas = np.sort(after - before)
    binary = _is_binary(before) and _is_binary(after)
    bounded = min(before.min(), after.min()) >= 0 and max(before.max(), after.max()) <= 1
    scale = 1.0 if bounded else float(np.abs([before, after]).max())
    difference, n = math.fsum(deltas) / len(deltas), len(deltas)
    low, high = _difference_interval(deltas, bounded, seed)
    between, within = _components(tables, deltas)
    return Difference(
        difference,
        min(low, difference),
        max(high, difference),
        _mcnemar(deltas) if binary else _sign_flip(deltas, seed),
        n,
        "mcnemar" if binary else "sign-flip",
        _detectable(deltas, n, binary, scale),
        _needed(deltas, difference, binary, scale),
        between,
        within,
    )


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values adjusted so that 5 % is the risk of a single false alarm among all of them (Holm 1979)."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    adjusted, largest = [0.0] * len(order), 0.0
    for rank, i in enumerate(order):
        largest = max(largest, min(1.0, (len(order) - rank) * p_values[i]))
        adjusted[i] = largest
    return adjusted


def verdict(difference: float, p_adjusted: float, higher_is_better: bool = True) -> Verdict:
    """What is to be said of b against a, b having ``difference`` more."""
    if p_adjusted > ALPHA or difference == 0:
        return "no evidence"
    return "better" if (difference > 0) == higher_is_better else "worse"


def sentence(
    *,
    a: str,
    b: str,
    metric: str,
    difference: Difference,
    p_adjusted: float,
    higher_is_better: bool = True,
    unit: str = "",
) -> str:
    """The verdict in words, of b against a."""
    found = verdict(difference.difference, p_adjusted, higher_is_better)
    n = f"{difference.n:,} questions"
    low, high = (_signed(value, unit) for value in (difference.low, difference.high))
    figures = f"{metric} {_signed(difference.difference, unit)} (95 % CI {low} to {high}, adjusted p {_p(p_adjusted)}"
    if found != "no evidence":
        return f"{b} is {found} than {a}: {figures}, {n})"
    more = f"; {difference.needed_n:,} would be needed" if difference.needed_n else ""
    return f"no evidence of a difference between {a} and {b} with {n}{more}: {figures})"


def _signed(value: float, unit: str) -> str:
    return f"{value:+.3f}" + (f" {unit}" if unit else "")


def _p(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"= {p:.3f}"


def _table(values: Values) -> Array:
    """One row a question, one column a repeat."""
    table = np.asarray(values, dtype=np.float64)
    if table.ndim == 1:
        table = table[:, None]
    if table.ndim != 2 or not table.size:
        raise ValueError("there must be at least one question, in one dimension or as (questions, repeats)")
    if np.isinf(table).any():
        raise ValueError("a value is infinite")
    empty = np.flatnonzero(np.isnan(table).all(axis=1))
    if len(empty):
        raise ValueError(f"question {empty[0] + 1} of {len(table)} has no value (NaN): leave it out of both variants")
    return table


def _means(table: Array) -> Array:
    return np.nanmean(table, axis=1)


def _is_binary(values: Array) -> bool:
    return bool(np.isin(values, (0.0, 1.0)).all())


def _score_interval(values: Array) -> tuple[float, float]:
    """Wilson's score interval, for graded values too: their variance is the 0/1 one's times a dispersion."""
    n, mean = len(values), float(values.mean())
    largest = mean * (1 - mean)
    dispersion, quantile = 1.0, _Z
    if not _is_binary(values):
        dispersion, quantile = max(float(values.var(ddof=1)) / largest, 1 / n), _student(n - 1)
    k = dispersion * quantile**2 / n
    centre, half = (mean + k / 2) / (1 + k), math.sqrt(k * largest + k * k / 4) / (1 + k)
    return max(0.0, centre - half), min(1.0, centre + half)


def _skewed_interval(values: Array) -> tuple[float, float]:
    """Student's interval with Hall's correction for skewness (1992), as waiting times need it."""
    n, mean, deviation = len(values), float(values.mean()), float(values.std(ddof=1))
    if deviation == 0:
        return mean, mean
    skewness = float(((values - mean) ** 3).mean()) / deviation**3
    quantile, root = _student(n - 1), math.sqrt(n)

    def corrected(t: float) -> float:
        shifted, a = t - skewness / (6 * root), skewness / 3
        return shifted if abs(a) < 1e-6 else float(np.cbrt(1 + 3 * a * shifted / root) - 1) / a * root

    step = deviation / root
    return mean - corrected(quantile) * step, mean - corrected(-quantile) * step


def _difference_interval(deltas: Array, bounded: bool, seed: int) -> tuple[float, float]:
    if not bounded:
        return _skewed_interval(deltas)
    n = len(deltas)
    half = _student(n - 1) * float(deltas.std(ddof=1)) / math.sqrt(n)
    mean = float(deltas.mean())
    return max(-1.0, mean - half), min(1.0, mean + half)


def _mcnemar(deltas: Array) -> float:
    """Exact: of the questions that only one got right, how unlikely is the split if it is a toss of a coin?"""
    binomtest = _scipy_stats().binomtest
    more, fewer = int((deltas > 0).sum()), int((deltas < 0).sum())
    return float(binomtest(more, more + fewer, 0.5).pvalue) if more + fewer else 1.0


def _sign_flip(deltas: Array, seed: int) -> float:
    """How often the sum is as far from 0 if each question's difference might as well have the other sign."""
    sizes = np.sort(np.abs(deltas[deltas != 0]))
    if not len(sizes):
        return 1.0
    signs = _all_signs(len(sizes)) if len(sizes) <= _EXACT else _random_signs(len(sizes), seed)
    # Sums that are equal on paper differ in the last bits.
    reached = abs(math.fsum(deltas)) - 1e-9 * math.fsum(sizes)
    hits = int((np.abs(signs @ sizes) >= reached).sum())
    return hits / len(signs) if len(sizes) <= _EXACT else (hits + 1) / (len(signs) + 1)


@lru_cache(maxsize=4)
def _all_signs(n: int) -> Array:
    bits = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
    return 1.0 - 2.0 * bits


@lru_cache(maxsize=4)
def _random_signs(n: int, seed: int) -> Array:
    return 1.0 - 2.0 * np.random.default_rng(seed).integers(0, 2, size=(_FLIPS, n))


def _detectable(deltas: Array, n: int, binary: bool, scale: float) -> float:
    spread = float((deltas**2).mean()) if binary else float(deltas.var(ddof=1))
    return _smallest(lambda effect: _shown(effect, n, spread, binary, scale), 2 * scale)


def _needed(deltas: Array, difference: float, binary: bool, scale: float) -> int | None:
    if abs(difference) <= 1e-12 * scale:
        return None
    spread = float((deltas**2).mean()) if binary else float(deltas.var(ddof=1))
    return math.ceil(_smallest(lambda n: n >= _FEWEST and _shown(abs(difference), n, spread, binary, scale), 1e12))


def _shown(effect: float, n: float, spread: float, binary: bool, scale: float) -> bool:
    """Whether n questions show a difference of that size with 80 % power."""
    second = max(spread, effect**2 if not binary else effect) if binary else spread + effect**2
    return math.sqrt(n) * effect - _Z * math.sqrt(second) >= _Z_POWER * math.sqrt(max(second - effect**2, 0))


def _smallest(holds: Callable[[float], bool], largest: float) -> float:
    low, high = 0.0, largest
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def _components(tables: tuple[Array, Array], deltas: Array) -> tuple[float | None, float | None]:
    """The variances of one-way random effects, between questions and within: those of a and b add up."""
    if min(table.shape[1] for table in tables) < 2:
        return None, None
    within = sum(float(np.nanvar(table, axis=1, ddof=1).mean()) for table in tables)
    noise = sum(float(np.nanvar(table, axis=1, ddof=1).mean()) / table.shape[1] for table in tables)
    return max(0.0, float(deltas.var(ddof=1)) - noise), within


def _student(df: int) -> float:
    return float(_scipy_stats().t.ppf(1 - ALPHA / 2, df))


def _scipy_stats():  # type: ignore[no-untyped-def]
    try:
        from scipy import stats
    except ImportError:
        raise MissingDependency("comparing needs scipy. Run: pip install 'potluck[compare]'") from None
    return stats
