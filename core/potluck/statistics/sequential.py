"""A gate that decides as soon as the questions so far allow it, however often one looks.

``f1 >= baseline - 0.02`` is a condition on the mean over all questions that might be asked, of which those asked are a
random sample. Looking again after every question and stopping at the first good moment makes an ordinary test wrong far
more often than it says. Here somebody bets on every question against the mean being so low (or so high), starting with
1, at odds that are fair if it is: he comes to 20 at any time in at most 5 % of the cases. Means against which he has
won that much are ruled out (Waudby-Smith and Ramdas, Estimating means of bounded random variables by betting, JRSS B
2024; the stakes are their grid Kelly).

Questions that hang together are one bet: the sum of their values against what it would be at that mean, as a share of
the largest cluster, so that the odds are fair whatever the questions of a document have in common.

A gate that holds fails in at most 5 % of the cases, and one that does not hold passes in at most 5 %.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from potluck.amounts import many
from potluck.contracts import Measure
from potluck.errors import PotluckError
from potluck.statistics.clusters import ClusterKind

if TYPE_CHECKING:
    from potluck.statistics.observations import Array


State: TypeAlias = Literal["passed", "failed", "undecided"]

_RISK = 0.05

_FINE = 1e-6
"""How finely the bounds are told."""

_STAKES = np.append(np.geomspace(0.02, 0.7, 10), 0.98)
"""The shares of the fortune that are bet, all side by side: which is best depends on what is not known yet."""

_PURSES = np.append(np.full(10, 0.075), 0.25)
"""What each of them starts with. The boldest has most: it wins where candidate and baseline hardly ever differ."""

_FORM = re.compile(
    r"\s*(?P<metric>[^\s<>=!]+)\s*(?P<operator>[<>=!]+)\s*"
    r"(?:(?P<baseline>baseline)(?:\s*(?P<sign>[+-])\s*(?P<margin>[\d.]+))?|(?P<number>[\d.]+))\s*"
)

_EXAMPLE = "Write for example 'f1 >= baseline - 0.02' or 'recall@2 >= 0.9'"


@dataclass(frozen=True, slots=True)
class GateCondition:
    """A condition on the mean of ``metric``, a measure from 0 to 1 of which more is better.

    It is at least ``margin``, or, ``against_baseline``, at least ``margin`` above the baseline's. Where ``strict``, it
    is above that.
    """

    metric: str
    margin: float
    against_baseline: bool = True
    strict: bool = False

    def __str__(self) -> str:
        """The condition as one writes it."""
        operator = ">" if self.strict else ">="
        if not self.against_baseline:
            return f"{self.metric} {operator} {self.margin:g}"
        margin = f" {'-' if self.margin < 0 else '+'} {abs(self.margin):g}" if self.margin else ""
        return f"{self.metric} {operator} baseline{margin}"


def parse_gate(condition: str, measures: Mapping[str, Measure]) -> GateCondition:
    """Read a condition such as ``f1 >= baseline - 0.02`` or ``recall@2 >= 0.9`` on one of some measures.

    Raises ``PotluckError`` if it cannot be read, or cannot be tested after each question: without a largest value one
    question may yet come that outweighs all others, so nothing is ever sure.
    """
    metric = re.split(r"[\s<>=!]", condition.strip(), maxsplit=1)[0]
    measure = measures.get(metric)
    if measure is not None and measure.scale != "share":
        reason = f"{metric} has no largest value, so its mean cannot be sure at every look; compare it without --gate"
        raise _refusal(condition, reason)
    if measure is not None and not measure.higher_is_better:
        raise _refusal(condition, f"less of {metric} is better, and a gate asks for at least that much")
    found = _FORM.fullmatch(condition)
    if found is None:
        raise _refusal(condition, "it must be a measure, >= or >, and a number or 'baseline' with + or - a number")
    if found["operator"] not in (">=", ">"):
        raise _refusal(condition, f"{found['operator']!r} cannot be tested, only >= and > can")
    try:
        size = float(found["number"] or found["margin"] or "0")
    except ValueError:
        raise _refusal(condition, f"{found['number'] or found['margin']!r} is not a number") from None
    if not (size < 1 if found["baseline"] else 0 < size < 1):
        raise _refusal(condition, f"{size:g} decides it before anything is asked: measures go from 0 to 1")
    margin = -size if found["sign"] == "-" and size else size
    return GateCondition(found["metric"], margin, found["baseline"] is not None, found["operator"] == ">")


class SequentialGate:
    """The test of one candidate against a gate; feed it questions in random order, as many at a time as you like.

    ``n`` counts them; ``low`` and ``high`` bound the mean (or, against the baseline, how much more it is), each of them
    right at every look together with 95 % probability. What was decided once stays.
    """

    def __init__(self, gate: GateCondition, largest: int = 1, kind: ClusterKind | None = None) -> None:
        """``largest``: the most questions of one cluster; ``kind``: what a cluster is, None if each is a question."""
        self.gate, self.kind, self._largest = gate, kind, largest
        self.low, self.high = (-1.0, 1.0) if gate.against_baseline else (0.0, 1.0)
        self.state: State = "undecided"
        self._sums: Array = np.empty(0)
        self._sizes: Array = np.empty(0)

    @property
    def n(self) -> int:
        """How many questions were taken in."""
        return int(self._sizes.sum())

    def update(
        self,
        candidate: Sequence[float] | Array,
        baseline: Sequence[float] | Array | None = None,
        clusters: Sequence[int] | None = None,
    ) -> State:
        """Take in the values of more questions, of shape ``(n,)`` and from 0 to 1, and say what is decided.

        ``baseline`` holds the baseline's values of the same questions, and is None if the gate does not ask for it.
        ``clusters`` says which of the questions hang together; those of a cluster have to be taken in at once.
        Raises ``PotluckError`` for a value that is not from 0 to 1, ``ValueError`` for another number of them.
        """
        values = self._as_array(candidate)
        if self.gate.against_baseline:
            theirs = self._as_array([] if baseline is None else baseline)
            if len(theirs) != len(values):
                raise ValueError(f"{len(values)} values of the candidate and {len(theirs)} of the baseline")
            values = (1 + values - theirs) / 2
        if not len(values):
            return self.state
        places = np.arange(len(values)) if clusters is None else np.unique(clusters, return_inverse=True)[1]
        sizes = np.bincount(places).astype(np.float64)
        if sizes.max() > self._largest:
            raise ValueError(f"a cluster of {sizes.max():.0f} questions, and the largest has {self._largest}")
        self._sums = np.concatenate([self._sums, np.bincount(places, values)])
        self._sizes = np.concatenate([self._sizes, sizes])
        self._look()
        return self.state

    def sentence(self) -> str:
        """What is known after the questions so far."""
        what = f"{self.gate.metric} minus the baseline's" if self.gate.against_baseline else self.gate.metric
        sign = "+" if self.gate.against_baseline else ""
        known = f"{what} lies between {self.low:{sign}.3f} and {self.high:{sign}.3f} after {self._count_in_words()}"
        conclusion = {"passed": "holds", "failed": "does not hold", "undecided": "is undecided"}[self.state]
        return f"'{self.gate}' {conclusion}: {known}"

    def _count_in_words(self) -> str:
        words = many(self.n, "question")
        if self.kind is None:
            return words
        return f"{words} {'on' if self.kind == 'document' else 'in'} {many(len(self._sizes), self.kind)}"

    def _as_array(self, values: Sequence[float] | Array) -> Array:
        found = np.asarray(values, dtype=np.float64)
        wrong = found[~((found >= 0) & (found <= 1))]
        if len(wrong):
            raise PotluckError(
                f"the gate '{self.gate}' needs a measure from 0 to 1, and {self.gate.metric} is {wrong[0]}"
            )
        return found

    def _look(self) -> None:
        against = self.gate.against_baseline
        low, high = ((1 + self.low) / 2, (1 + self.high) / 2) if against else (self.low, self.high)
        sizes, missed = self._sizes, self._sizes - self._sums
        low, high = (
            _lower_bound(self._sums, sizes, self._largest, low),
            1 - _lower_bound(missed, sizes, self._largest, 1 - high),
        )
        self.low, self.high = (2 * low - 1, 2 * high - 1) if against else (low, high)
        if self.state == "undecided" and self.low >= self.gate.margin:
            self.state = "passed"
        elif self.state == "undecided" and self.high <= self.gate.margin:
            self.state = "failed"


def _lower_bound(sums: Array, sizes: Array, largest: int, low: float) -> float:
    """The largest mean that is ruled out from below, ``low`` being so already: the fortune falls as the mean rises."""
    wanted, high = math.log(1 / _RISK), 1.0
    middle = min(low + _FINE, high)
    while high - low > _FINE:
        low, high = (middle, high) if _fortune(sums, sizes, largest, middle) >= wanted else (low, middle)
        middle = (low + high) / 2
    return low


def _fortune(sums: Array, sizes: Array, largest: int, mean: float) -> float:
    """The logarithm of what 1 has become by betting that the clusters' values are above that mean."""
    fortunes = np.log1p(_STAKES[:, None] * (sums / mean - sizes) / largest).sum(axis=1)
    best = float(fortunes.max())
    return best + math.log(float(_PURSES @ np.exp(fortunes - best)))


def _refusal(condition: str, reason: str) -> PotluckError:
    return PotluckError(f"the gate {condition!r} cannot be used: {reason}. {_EXAMPLE}")
