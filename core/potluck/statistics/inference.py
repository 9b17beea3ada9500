"""Is a difference real? Intervals, tests and verdicts for the values that questions have under one or two variants.

Everything is of questions: a question is one observation, and repeats of it are averaged before anything is concluded.
Where both variants answered the same questions, they are compared question by question. What is random (the bootstrap,
the flipped signs) is seeded, so the same values always give the same figures, in whatever order they come.

How often these methods are wrong is measured by ``tests/benchmarks/significance.py``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from potluck.documents import Json
from potluck.errors import MissingDependency
from potluck.statistics.power import Spread, Z, boundary, spread

if TYPE_CHECKING:
    import numpy.typing as npt

    Array: TypeAlias = npt.NDArray[np.float64]
    Values: TypeAlias = Sequence[float] | Sequence[Sequence[float]] | npt.NDArray[np.floating]

Verdict: TypeAlias = Literal["better", "worse", "no evidence"]

ALPHA = 0.05
"""A difference counts as real if chance alone shows one as large at most this often."""

_EXACT = 14
"""Up to so many differing questions all ways to flip their signs are counted, above that ``_FLIPS`` random ones."""

_FLIPS = 10_000
_RESAMPLES = 2_000


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
    if len(tables[0]) < 2:
        raise ValueError("one question cannot be told from chance: compare at least two")
    pairs = _pairs(*map(_means, tables))
    low, high = _tango(pairs) if pairs.binary else _bootstrap(pairs, seed)
    p = _mcnemar(pairs) if pairs.binary else _sign_flip(pairs, seed)
    needed = pairs.spread.needed(pairs.mean)
    if needed is not None and p > ALPHA:
        needed = max(needed, pairs.n + 1)
    between, within = _components(tables, pairs)
    return Difference(
        difference=pairs.mean,
        low=min(low, pairs.mean),
        high=max(high, pairs.mean),
        p=p,
        n=pairs.n,
        test="mcnemar" if pairs.binary else "sign-flip",
        detectable=pairs.spread.detectable(pairs.n),
        needed_n=needed,
        between=between,
        within=within,
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
    """The verdict in words, of b against a. ``unit`` is that of the measure, such as ``s``."""
    found = verdict(difference.difference, p_adjusted, higher_is_better)
    seen, low, high = _signed([difference.difference, difference.low, difference.high], unit)
    p = "< 0.001" if p_adjusted < 0.001 else f"= {p_adjusted:.3f}"
    figures = f"{metric} {seen} (95 % CI {low} to {high}, adjusted p {p}"
    if found != "no evidence":
        return f"{b} is {found} than {a}: {figures}, {difference.n:,} questions)"
    needed = difference.needed_n
    if needed is None:
        more = ""
    elif needed > difference.n:
        more = f"; {needed:,} would be needed"
    else:
        more = "; more would be needed for so many comparisons"
    return f"no evidence of a difference between {a} and {b} with {difference.n:,} questions{more}: {figures})"


def _signed(values: Sequence[float], unit: str) -> list[str]:
    """With at least three decimals, and as many as show two digits of the largest: a cost may be 0.00001 USD."""
    largest = max(map(abs, values))
    decimals = max(3, 1 - math.floor(math.log10(largest))) if largest > 0 else 3
    return [f"{value + 0.0:+.{decimals}f}" + (f" {unit}" if unit else "") for value in values]


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
        raise ValueError(f"question {empty[0] + 1} of {len(table)} has no value (NaN): leave it out")
    return table


def _means(table: Array) -> Array:
    means: Array = np.nanmean(table, axis=1)
    return means


def _is_binary(values: Array) -> bool:
    return bool(np.isin(values, (0.0, 1.0)).all())


def _score_interval(values: Array) -> tuple[float, float]:
    """Wilson's score interval, for graded values too: their variance is that of 0/1 ones times a dispersion."""
    n, mean = len(values), float(values.mean())
    dispersion, quantile = 1.0, Z
    if not _is_binary(values):
        # Values without any spread still leave room for one question in n to be quite different.
        dispersion, quantile = max(float(values.var(ddof=1)) / (mean * (1 - mean)), 1 / n), _student(n - 1)
    low, high = wilson(mean, dispersion * quantile**2 / n)
    return max(0.0, float(low)), min(1.0, float(high))


def wilson(share: Any, k: float) -> tuple[Any, Any]:
    """The limits of Wilson's interval of shares (a number or an array of them) for ``k`` = quantile squared / n."""
    import numpy as np

    centre, half = (share + k / 2) / (1 + k), np.sqrt(k * (share * (1 - share)) + k * k / 4) / (1 + k)
    return centre - half, centre + half


def _skewed_interval(values: Array) -> tuple[float, float]:
    """Student's interval with Hall's correction for skewness (1992), as waiting times need it."""
    n, mean, deviation = len(values), float(values.mean()), float(values.std(ddof=1))
    if deviation <= 1e-12 * abs(mean):
        return mean, mean
    skewness = float((((values - mean) / deviation) ** 3).mean())
    quantile, root = _student(n - 1), math.sqrt(n)

    def corrected(t: float) -> float:
        shifted, a = t - skewness / (6 * root), skewness / 3
        return shifted if abs(a) < 1e-6 else float(np.cbrt(1 + 3 * a * shifted / root) - 1) / a * root

    step = deviation / root
    return mean - corrected(quantile) * step, mean - corrected(-quantile) * step


@dataclass(frozen=True, slots=True)
class _Pairs:
    """The differences of ``n`` questions, ascending, and what follows from them.

    ``binary`` says that all values are 0 or 1, ``bounded`` that they lie in [0, 1].
    """

    deltas: Array
    mean: float
    binary: bool
    bounded: bool
    spread: Spread

    @property
    def n(self) -> int:
        return len(self.deltas)


def _pairs(before: Array, after: Array) -> _Pairs:
    deltas, values = np.sort(after - before), np.append(before, after)
    binary, bounded = _is_binary(values), bool(values.min() >= 0 and values.max() <= 1)
    scale = 1.0 if bounded else float(np.abs(values).max())
    return _Pairs(deltas, math.fsum(deltas) / len(deltas), binary, bounded, spread(deltas, binary, scale))


def _bootstrap(pairs: _Pairs, seed: int) -> tuple[float, float]:
    """The percentile interval of the paired bootstrap, widened as Student's is for few questions.

    One more question than were asked stands in the urn, half of the times better and half of the times worse by as
    much as questions differ: where few do, the bare bootstrap covers the truth in 70 to 90 % instead of 95.
    """
    n, size = pairs.n, pairs.spread.size
    urn = np.sort(np.concatenate([pairs.deltas, pairs.deltas, [-size, size]]))
    means = np.sort(np.concatenate(list(_resampled(urn, n, seed))))
    outside = round(ALPHA / 2 * len(means))
    widened = _student(n - 1) / Z * math.sqrt(n / (n - 1))
    # The urn's mean from the sorted differences' exact sum, so that b against a mirrors a against b.
    centre = pairs.mean * n / (n + 1)
    low, high = (centre + widened * (float(means[place]) - centre) for place in (outside, -1 - outside))
    return (max(-1.0, low), min(1.0, high)) if pairs.bounded else (low, high)


def _resampled(urn: Array, n: int, seed: int) -> Iterator[Array]:
    """Means of ``n`` drawn from the urn; each draw is used with its mirror image, which keeps signs symmetric."""
    generator, mirrored = np.random.default_rng(seed), urn[::-1].copy()
    rows = max(1, 2**20 // n)  # at once, so that many questions do not fill the memory
    for start in range(0, _RESAMPLES // 2, rows):
        drawn = generator.integers(0, len(urn), size=(min(rows, _RESAMPLES // 2 - start), n), dtype=np.int32)
        yield urn[drawn].mean(axis=1)
        yield mirrored[drawn].mean(axis=1)


def _tango(pairs: _Pairs) -> tuple[float, float]:
    """Tango's score interval for the difference of two paired shares (Statistics in Medicine 1998)."""
    more, fewer, n = int((pairs.deltas > 0).sum()), int((pairs.deltas < 0).sum()), pairs.n

    def inside(difference: float) -> bool:
        b = (2 * n - more + fewer) * difference - more - fewer
        root = math.sqrt(max(b * b + 8 * n * fewer * difference * (1 - difference), 0.0))
        variance = n * ((root - b) / (2 * n) + difference * (1 - difference))
        return (more - fewer - n * difference) ** 2 <= Z**2 * variance

    high = boundary(lambda x: not inside(x), pairs.mean, 1.0)
    low = boundary(lambda x: not inside(x), pairs.mean, -1.0)
    return low, high


def _mcnemar(pairs: _Pairs) -> float:
    """Exact: of the questions that only one got right, how unlikely is the split if it is a toss of a coin?"""
    more, fewer = int((pairs.deltas > 0).sum()), int((pairs.deltas < 0).sum())
    return min(1.0, 2 * float(_scipy_special().bdtr(min(more, fewer), more + fewer, 0.5)))


def _sign_flip(pairs: _Pairs, seed: int) -> float:
    """How often the sum is as far from 0 if each question's difference might as well have the other sign."""
    sizes = np.sort(np.abs(pairs.deltas[pairs.deltas != 0]))
    if not len(sizes):
        return 1.0
    # Sums that are equal on paper differ in the last bits.
    reached = abs(math.fsum(pairs.deltas)) - 1e-9 * math.fsum(sizes)
    exact = len(sizes) <= _EXACT
    sums = _all_flipped(sizes) if exact else _randomly_flipped(sizes, seed)
    hits = int(np.count_nonzero(np.abs(sums) >= reached))
    return hits / len(sums) if exact else (hits + 1) / (len(sums) + 1)


def _all_flipped(sizes: Array) -> Array:
    """The sums with all ways to set the signs, shape ``(2^n,)``; of each row if there are rows, ``(rows, 2^n)``."""
    n = sizes.shape[-1]
    signs = 1.0 - 2.0 * ((np.arange(2**n) >> np.arange(n)[:, None]) & 1)
    sums: Array = sizes @ signs
    return sums


def _randomly_flipped(sizes: Array, seed: int) -> Array:
    """The sums of ``_FLIPS`` random ways to set the signs, eight of them looked up at a time."""
    eights = _all_flipped(np.append(sizes, np.zeros(-len(sizes) % 8)).reshape(-1, 8))
    generator, sums = np.random.default_rng(seed), np.zeros(_FLIPS)
    for row in eights:
        sums += row[generator.integers(0, 256, _FLIPS, dtype=np.uint8)]
    return sums


def _components(tables: tuple[Array, Array], pairs: _Pairs) -> tuple[float | None, float | None]:
    """The variances of one-way random effects: those of a and b within a question add up to the difference's."""
    within = noise = 0.0
    for table in tables:
        counts = (~np.isnan(table)).sum(axis=1)
        if counts.max() < 2:
            return None, None
        squares = np.nansum((table - _means(table)[:, None]) ** 2)
        variance = float(squares / (counts - 1).sum())
        within += variance
        noise += variance * float((1 / counts).mean())
    return max(0.0, float(pairs.deltas.var(ddof=1)) - noise), within


def _student(degrees: int) -> float:
    """What a number of Student's distribution exceeds, upwards or downwards, in 5 % of the cases."""
    return float(_scipy_special().stdtrit(degrees, 1 - ALPHA / 2))


def _scipy_special() -> Any:
    try:
        from scipy import special
    except ImportError:
        raise MissingDependency("comparing needs the package 'scipy'. Run: pip install 'potluck[compare]'") from None
    return special
