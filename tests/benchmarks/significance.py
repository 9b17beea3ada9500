"""How often the statistics of a comparison are wrong, on simulated questions whose truth is known.

    python tests/benchmarks/significance.py [ROUNDS]

prints, each for 30, 100 and 300 questions: the share of A/A comparisons that are called different, coverage of the 95 %
intervals, power at the detectable difference that is stated, errors and length of the sequential gate. Intervals that
are corrected for three variants are simulated at 30 and 100 questions, in a fifth of the ROUNDS.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from potluck.statistics.correction import holm
from potluck.statistics.distributions import ALPHA
from potluck.statistics.families import PairedValues, compare_family
from potluck.statistics.intervals import mean_interval
from potluck.statistics.paired_tests import compare_paired
from potluck.statistics.sequential import SequentialGate, parse_gate

Array: TypeAlias = npt.NDArray[np.float64]
Generator: TypeAlias = np.random.Generator
Sample: TypeAlias = Callable[[Generator, int], tuple[Array, float]]
Pair: TypeAlias = Callable[[Generator, int], tuple[Array, Array]]
Shape = TypeVar("Shape")

SIZES = (30, 100, 300)


def coin(share: float) -> Sample:
    """Right or wrong."""
    return lambda rng, n: ((rng.random(n) < share).astype(float), share)


def graded(wrong: float, right: float, a: float, b: float) -> Sample:
    """As F1 is: some quite wrong (0), some quite right (1), the others between (beta)."""
    return lambda rng, n: (_grades(rng, n, wrong, right, a, b), right + (1 - wrong - right) * a / (a + b))


def waiting(sigma: float) -> Sample:
    """Seconds, lognormal."""
    return lambda rng, n: (rng.lognormal(0, sigma, n), math.exp(sigma**2 / 2))


def _grades(rng: Generator, n: int, wrong: float, right: float, a: float, b: float) -> Array:
    place = rng.random(n)
    return np.where(place < wrong, 0.0, np.where(place > 1 - right, 1.0, rng.beta(a, b, n)))


SAMPLES: Mapping[str, Sample] = {
    **{f"0/1, {share:.0%} right": coin(share) for share in (0.05, 0.1, 0.2, 0.5, 0.8, 0.9, 0.95)},
    "F1, most wrong": graded(0.6, 0.1, 2, 2),
    "F1, most right": graded(0.1, 0.7, 2, 2),
    "F1, even": graded(0.3, 0.4, 2, 3),
    "F1, nearly all right": graded(0.02, 0.9, 2, 2),
    "F1, nearly all wrong": graded(0.9, 0.02, 2, 2),
    "beta(2, 5)": graded(0, 0, 2, 5),
    "beta(8, 2)": graded(0, 0, 8, 2),
    "beta(.5, .5)": graded(0, 0, 0.5, 0.5),
    "latency, sigma .3": waiting(0.3),
    "latency, sigma .6": waiting(0.6),
}
"""What one variant's values look like."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """How two variants' values hang together: ``sample`` gives a and b, ``truth`` is the mean of b - a."""

    sample: Pair
    truth: float


def coins(differing: float, effect: float) -> Pairs:
    """Right or wrong; ``differing`` of the questions only one gets right."""

    def sample(rng: Generator, n: int) -> tuple[Array, Array]:
        place, a = rng.random(n), (rng.random(n) < 0.6).astype(float)
        more, fewer = place < (differing + effect) / 2, place > 1 - (differing - effect) / 2
        return np.where(more, 0.0, np.where(fewer, 1.0, a)), np.where(more, 1.0, np.where(fewer, 0.0, a))

    return Pairs(sample, effect)


def answers(same: float, effect: float, wrong: float = 0.3, right: float = 0.3) -> Pairs:
    """F1-like, ``same`` of the questions answered alike; of the others b gets more right and fewer wrong."""

    def sample(rng: Generator, n: int) -> tuple[Array, Array]:
        a = _grades(rng, n, wrong, right, 2, 2)
        b = _grades(rng, n, wrong - effect, right + effect, 2, 2)
        return a, np.where(rng.random(n) < same, a, b)

    return Pairs(sample, (1 - same) * effect)


def breaking(share: float) -> Pairs:
    """B is as a, but wrong on a share of the questions."""

    def sample(rng: Generator, n: int) -> tuple[Array, Array]:
        a = rng.beta(4, 2, n)
        return a, np.where(rng.random(n) < share, 0.0, a)

    return Pairs(sample, -share * 4 / 6)


def seconds(sigma: float, factor: float) -> Pairs:
    """Waiting times of questions that are short or long for both."""

    def sample(rng: Generator, n: int) -> tuple[Array, Array]:
        common = rng.normal(0, sigma, n)
        return np.exp(common + rng.normal(0, 0.2, n)), factor * np.exp(common + rng.normal(0, 0.2, n))

    return Pairs(sample, (factor - 1) * math.exp((sigma**2 + 0.04) / 2))


PAIRS: Mapping[str, Pairs] = {
    **{
        f"0/1, {differing:.0%} differ, {effect:+.2f}": coins(differing, effect)
        for differing, effect in (
            (0.1, 0.0),
            (0.1, 0.05),
            (0.2, 0.0),
            (0.2, 0.1),
            (0.4, 0.0),
            (0.4, 0.2),
            (0.5, 0.4),
        )
    },
    **{
        f"F1, {1 - same:.0%} differ, {effect:+.2f}": answers(same, effect)
        for same in (0.0, 0.5, 0.8)
        for effect in (0.0, 0.15)
    },
    "F1, 10% broken": breaking(0.1),
    "latency, as fast": seconds(0.4, 1.0),
    "latency, 1.3 times": seconds(0.4, 1.3),
}
"""What two variants' values look like."""

FAMILIES: Mapping[str, Pairs] = {
    name: PAIRS[name]
    for name in (
        "0/1, 20% differ, +0.10",
        "0/1, 40% differ, +0.20",
        "F1, 100% differ, +0.15",
        "F1, 50% differ, +0.15",
        "latency, 1.3 times",
    )
}
"""Pairs with a difference, from which three variants are made."""

FAMILY_SIZES = (30, 100)

HARD_SAMPLES: Mapping[str, Sample] = {
    "F1, 80% wrong, none right": graded(0.8, 0, 1, 4),
    "beta(.3, 2)": graded(0, 0, 0.3, 2),
    "latency, sigma 1": waiting(1.0),
}
"""Values so skewed that 30 of them say little; listed apart, and in no overall figure."""

HARD_PAIRS: Mapping[str, Pairs] = {
    "0/1, 5% differ, +0.00": coins(0.05, 0),
    "0/1, 10% differ, +0.10": coins(0.1, 0.1),
    "F1, 10% differ, +0.00": answers(0.9, 0),
    "F1, 10% differ, +0.15": answers(0.9, 0.15),
    "latency, sigma .6, twice": seconds(0.6, 2.0),
}
"""Pairs of which so few differ, or so unevenly, that 30 of them say little; listed apart, and in no overall figure."""

SAME = {
    "0/1, 10% differ": coins(0.1, 0),
    "0/1, 40% differ": coins(0.4, 0),
    "F1, 20% differ": answers(0.8, 0),
    "F1, all differ": answers(0, 0),
    "latency": seconds(0.4, 1),
}
"""Pairs without a difference."""

THREE = {"0/1, 70% right": coin(0.7), "F1, even": SAMPLES["F1, even"]}
"""What each of three variants' values look like that are all the same."""


def false_alarms(pairs: Pairs, n: int, rounds: int, seed: int = 0) -> float:
    """The share of A/A comparisons that are called different."""
    rng = np.random.default_rng([seed, n])
    return float(np.mean([compare_paired(*pairs.sample(rng, n), seed=i).p <= ALPHA for i in range(rounds)]))


def family_alarms(sample: Sample, n: int, rounds: int, seed: int = 0) -> float:
    """The share of comparisons of three variants that are all the same in which any pair is called different."""
    rng, alarms = np.random.default_rng([seed, n]), 0
    for i in range(rounds):
        a, b, c = (sample(rng, n)[0] for _ in range(3))
        alarms += min(holm([compare_paired(*two, seed=i).p for two in ((a, b), (a, c), (b, c))])) <= ALPHA
    return alarms / rounds


def family_coverage(pairs: Pairs, n: int, rounds: int, seed: int = 0) -> dict[str, float]:
    """How corrected intervals of three variants do: a, b, and one like b that has nothing in common with either.

    ``each``: how often an interval of a pair with a holds the true difference. ``found``: the share of a
    comparison's intervals that exclude 0 and miss it, among those that exclude 0; 0 where none does.
    """
    rng, each, shares = np.random.default_rng([seed, n]), 0, list[float]()
    for _ in range(rounds):
        a, b = pairs.sample(rng, n)
        c = pairs.sample(rng, n)[1]
        found = list[bool]()
        for one in compare_family([PairedValues(a, b), PairedValues(a, c), PairedValues(b, c)])[:2]:
            low, high = one.difference.low - 1e-12, one.difference.high + 1e-12
            holds = low <= pairs.truth <= high
            each += holds
            if one.p_adjusted <= ALPHA:
                found.append(not holds)
        shares.append(sum(found) / max(1, len(found)))
    return {"each": each / (2 * rounds), "found": float(np.mean(shares))}


def coverage(sample: Sample, n: int, rounds: int, seed: int = 0) -> float:
    """How often the interval of a mean holds the true mean."""
    rng, hits = np.random.default_rng([seed, n]), 0
    for _ in range(rounds):
        values, truth = sample(rng, n)
        found = mean_interval(values)
        assert found.low is not None
        assert found.high is not None
        hits += found.low - 1e-12 <= truth <= found.high + 1e-12
    return hits / rounds


def paired_coverage(pairs: Pairs, n: int, rounds: int, seed: int = 0) -> float:
    """How often the interval of a difference holds the true difference."""
    rng, hits = np.random.default_rng([seed, n]), 0
    for i in range(rounds):
        found = compare_paired(*pairs.sample(rng, n), seed=i)
        hits += found.low - 1e-12 <= pairs.truth <= found.high + 1e-12
    return hits / rounds


def power(pairs: Pairs, n: int, rounds: int, seed: int = 0) -> float:
    """How often a true difference is found that is as large as n questions without one say they could show.

    In 0/1 values as many questions as before differ if that can be; to others the difference is added, on each of them
    or, where the measure ends at 1, by getting so many more questions right.
    """
    rng, found = np.random.default_rng([seed, n]), 0
    for i in range(rounds):
        first = compare_paired(*pairs.sample(rng, n), seed=i)
        a, b = _raised(pairs, rng, n, first.detectable)
        again = compare_paired(a, b, seed=i)
        found += again.p <= ALPHA and again.difference > 0
    return found / rounds


def _raised(pairs: Pairs, rng: Generator, n: int, effect: float) -> tuple[Array, Array]:
    """A sample whose true difference is ``effect`` instead of 0."""
    a, b = pairs.sample(rng, n)
    if max(a.max(), b.max()) > 1:
        return a, b + effect
    many = pairs.sample(rng, 20_000)
    worse = many[1] < many[0]
    gain = float((many[0] - many[1])[worse].sum()) / len(worse)
    # Of the questions that b did worse on, it does as much better on some; with all of them turned, it repairs others.
    turned = (b < a) & (rng.random(n) < min(1.0, effect / (2 * gain)))
    a, b = np.where(turned, b, a), np.where(turned, a, b)
    if effect <= 2 * gain:
        return a, b
    left = effect - 2 * gain
    alike = float((many[1] == many[0]).mean())
    lifted = (a == b) & (rng.random(n) < left / alike)
    return np.where(lifted, 0.0, a), np.where(lifted, 1.0, b)


def gated(pairs: Pairs, condition: str, most: int, rounds: int, step: int = 1, seed: int = 0) -> dict[str, float]:
    """The shares of gates that passed and failed, looking every ``step`` questions, and how many they took."""
    rng, gate = np.random.default_rng(seed), parse_gate(condition, {})
    states, taken = [], []
    for _ in range(rounds):
        test = SequentialGate(gate)
        a, b = pairs.sample(rng, most)
        for start in range(0, most, step):
            if test.update(b[start : start + step], a[start : start + step]) != "undecided":
                break
        states.append(test.state)
        taken.append(test.n)
    shares = {state: states.count(state) / rounds for state in ("passed", "failed")}
    return {**shares, "mean": float(np.mean(taken)), "median": float(np.median(taken))}


GATES: Mapping[str, tuple[Pairs, str]] = {
    "exactly at the margin, 0/1": (coins(0.3, -0.1), "fact >= baseline - 0.1"),
    "exactly at the margin, F1": (answers(0.5, 0), "f1 >= baseline"),
    "identical answers": (answers(1, 0), "f1 >= baseline - 0.02"),
    "0.10 better": (coins(0.3, 0.1), "fact >= baseline - 0.02"),
    "0.20 better": (coins(0.3, 0.2), "fact >= baseline - 0.02"),
    "0.10 worse": (coins(0.3, -0.1), "fact >= baseline - 0.02"),
    "0.20 worse": (coins(0.3, -0.2), "fact >= baseline - 0.02"),
    "F1 0.15 worse": (answers(0, -0.15), "f1 >= baseline - 0.02"),
}


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    print(f"{rounds:,} simulated comparisons for each figure, 5 times as many for the coverage of a mean")
    _table("A/A flagged", SAME, lambda pairs, n, seed: false_alarms(pairs, n, rounds, seed))
    _table("any of 3 flagged, Holm", THREE, lambda sample, n, seed: family_alarms(sample, n, rounds, seed))
    _table("coverage of a mean", SAMPLES, lambda sample, n, seed: coverage(sample, n, 5 * rounds, seed))
    _table("coverage of a difference", PAIRS, lambda pairs, n, seed: paired_coverage(pairs, n, rounds, seed))
    _table("coverage of a mean, hard", HARD_SAMPLES, lambda sample, n, seed: coverage(sample, n, 5 * rounds, seed))
    _table("coverage of a difference, hard", HARD_PAIRS, lambda pairs, n, seed: paired_coverage(pairs, n, rounds, seed))
    _table("power at the detectable", SAME, lambda pairs, n, seed: power(pairs, n, rounds, seed))
    tabulate_families(max(rounds // 5, 10))
    print(f"\n{'gate, a look after each of 1,000':36} passed  failed  questions (mean, median)")
    for name, (pairs, condition) in GATES.items():
        found = gated(pairs, condition, 1_000, max(rounds // 5, 10))
        print(
            f"{name:36} {100 * found['passed']:5.1f}%  {100 * found['failed']:5.1f}%"
            f"  {found['mean']:8.0f} {found['median']:6.0f}",
            flush=True,
        )


def _table(title: str, rows: Mapping[str, Shape], measure: Callable[[Shape, int, int], float]) -> None:
    print(f"\n{title:36}" + "".join(f"  n = {n:<4}" for n in SIZES))
    found: list[float] = []
    for seed, (name, shape) in enumerate(rows.items()):
        row = [100 * measure(shape, n, seed) for n in SIZES]
        print(f"{name:36}" + "".join(f"{figure:7.1f} %" for figure in row), flush=True)
        found += row
    print(f"{'all (least, most)':36}{np.mean(found):7.1f} %  ({min(found):.1f}, {max(found):.1f})")


def tabulate_families(rounds: int) -> None:
    """Print coverage of corrected intervals, and how many of those that exclude 0 miss the truth."""
    print(f"\n{'corrected, 3 variants':24}" + "".join(f"  covered, missed at n = {n:<4}" for n in FAMILY_SIZES))
    covered, missed = list[float](), list[float]()
    for seed, (name, pairs) in enumerate(FAMILIES.items()):
        found = [family_coverage(pairs, n, rounds, seed) for n in FAMILY_SIZES]
        print(f"{name:24}" + "".join(f"{100 * one['each']:9.1f} %{100 * one['found']:14.1f} %   " for one in found))
        covered += [100 * one["each"] for one in found]
        missed += [100 * one["found"] for one in found]
    least, most = min(covered), max(covered)
    print(f"covered {least:.1f} to {most:.1f} %; of those that exclude 0, missed at most {max(missed):.1f} %")


if __name__ == "__main__":
    main()
