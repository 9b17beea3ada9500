"""A gate that decides as soon as the questions so far allow it, however often one looks.

``f1 >= baseline - 0.02`` is a condition on the mean over all questions that might be asked, of which those asked are a
random sample. Looking after each question and stopping at the first good moment would make ordinary tests wrong far
more often than they say. The confidence sequence here (Waudby-Smith and Ramdas, Estimating means of bounded random
variables by betting, 2023) covers the true mean at all times together with 95 % probability: a gate passes or fails
wrongly in at most 5 % of the cases.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from potluck.errors import PotluckError

State = Literal["passed", "failed", "undecided"]

UNBOUNDED = ("latency", "cost", "perplexity")
"""Measures without a largest value: without one no mean can be tested at every look."""

_EXAMPLE = "for example 'f1 >= baseline - 0.02' or 'recall@2 >= 0.9'"

_CONDITION = re.compile(
    r"\s*(?P<metric>[^\s<>=!+*/]+)\s*(?P<operator>>=|>|<=|<|==|=)\s*"
    r"(?P<base>baseline)?\s*(?P<margin>[+-]?\s*(?:\d+\.?\d*|\.\d+))?\s*"
)


class GateError(PotluckError):
    """The condition of a gate cannot be read or tested."""


@dataclass(frozen=True, slots=True)
class Gate:
    """A condition: the mean of ``metric`` is at least ``margin``, above the baseline's if ``against_baseline``."""

    metric: str
    margin: float
    against_baseline: bool = True
    strict: bool = False


def parse_gate(condition: str) -> Gate:
    """Read ``f1 >= baseline - 0.02`` or ``recall@2 >= 0.9``. Raises ``GateError``."""
    found = _CONDITION.fullmatch(condition)
    if found is None or not (found["base"] or found["margin"]):
        raise GateError(f"the gate {condition!r} cannot be read; write {_EXAMPLE}")
    if found["operator"] not in (">=", ">"):
        raise GateError(f"the gate {condition!r} must say >= or >; write {_EXAMPLE}")
    if found["metric"] in UNBOUNDED:
        raise GateError(f"the gate {condition!r}: {found['metric']} has no largest value; write {_EXAMPLE}")
    margin = float(re.sub(r"\s", "", found["margin"] or "0"))
    return Gate(found["metric"], margin, found["base"] is not None, found["operator"] == ">")


class SequentialGate:
    """The test of one candidate against a gate. Feed it questions in random order, as many at a time as you like."""

    def __init__(self, gate: Gate, alpha: float = 0.05) -> None:
        self.gate = gate
        self.n = 0
        self._low, self._high = (-1.0, 1.0) if gate.against_baseline else (0.0, 1.0)
        self.low, self.high = self._low, self._high
        self.state: State = "undecided"
        self._alpha = alpha
        self._grid = np.linspace(0, 1, 1001)
        self._up = np.zeros(1001)
        self._down = np.zeros(1001)
        self._sum, self._squares, self._total = 0.5, 0.25, 0.0

    def update(self, candidate: Sequence[float], baseline: Sequence[float] | None = None) -> State:
        """Take in the values of more questions, and say what is decided."""
        values = np.asarray(candidate, dtype=np.float64)
        if self.gate.against_baseline:
            values = values - np.asarray(baseline, dtype=np.float64)
        for value in (values - self._low) / (self._high - self._low):
            self._bet(float(value))
        self._look()
        return self.state

    def _bet(self, x: float) -> None:
        n = self.n + 1
        variance = self._squares / n
        bet = math.sqrt(2 * math.log(2 / self._alpha) / (variance * n * math.log(n + 1)))
        with np.errstate(divide="ignore"):
            self._up += np.log1p(np.minimum(bet, 0.5 / self._grid) * (x - self._grid))
            self._down += np.log1p(-np.minimum(bet, 0.5 / (1 - self._grid)) * (x - self._grid))
        self.n = n
        self._sum += x
        self._total += x
        self._squares += (x - self._sum / (n + 1)) ** 2

    def _look(self) -> None:
        inside = np.flatnonzero(np.maximum(self._up, self._down) < math.log(2 / self._alpha))
        if not len(inside):
            return
        width = self._high - self._low
        self.low = max(self.low, self._low + width * (float(self._grid[inside[0]]) - 0.001))
        self.high = min(self.high, self._low + width * (float(self._grid[inside[-1]]) + 0.001))
        if self.state == "undecided":
            margin = self.gate.margin
            if self.low > margin or (self.low == margin and not self.gate.strict):
                self.state = "passed"
            elif self.high < margin or (self.high == margin and self.gate.strict):
                self.state = "failed"

    def sentence(self) -> str:
        """Where the mean lies after the questions so far."""
        what = f"{self.gate.metric} minus the baseline's" if self.gate.against_baseline else self.gate.metric
        return f"{what} lies between {self.low:+.3f} and {self.high:+.3f} after {self.n:,} questions"
