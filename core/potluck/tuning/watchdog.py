"""Watches a training and says in words what goes wrong and what helps.

Each sign has a limit that was set on planned bad and good trainings (``tests/core/tuning/test_watchdog.py``).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from potluck.contracts import TuningRequest
from potluck.tuning.checkpoint import Course

if TYPE_CHECKING:
    import torch

_FIRST = 10
"""Losses from which a training's beginning and end are told, at least."""
_FLAT = 0.02
"""A loss that has fallen by less than this part of its beginning is flat."""
_DEAD = 1e-7
"""A gradient's norm below which nothing is learned."""
_RISE = 1.25
"""So many times the lowest validation loss is over-fitting."""
_IMBALANCE = 10
"""A class so many times as common as another."""


class Watchdog:
    """``findings`` are sentences, each once; ``stopped`` says that no further step is of use."""

    def __init__(self, request: TuningRequest, steps: int) -> None:
        """Watch a training of so many steps."""
        self.findings: list[str] = []
        self.stopped = False
        self._request, self._steps = request, steps
        self._norms: list[float] = []
        self._losses: list[float] = []
        self._imbalance()

    @classmethod
    def of(cls, course: Course, request: TuningRequest, steps: int) -> Watchdog:
        """Of a training that may have begun before."""
        watch = cls(request, steps)
        watch._losses = list(course.losses)
        for note in course.notes:
            watch._say(note)
        return watch

    def step(self, step: int, loss: float, norm: float) -> str | None:
        """Take note of a step; what to say if the training cannot go on."""
        if not (math.isfinite(loss) and math.isfinite(norm)):
            return _lost(step + 1, "loss" if not math.isfinite(loss) else "gradient")
        self._losses.append(loss)
        self._norms.append(norm)
        if len(self._losses) == self._steps or (len(self._losses) >= 5 * _FIRST and len(self._losses) % _FIRST == 0):
            self._look()
        return None

    def weights(self, step: int, parameters: Sequence[torch.nn.Parameter]) -> str | None:
        """What to say if trained parameters are no numbers any more, before they become a checkpoint."""
        broken = any(not bool(one.isfinite().all()) for one in parameters)
        return _lost(step, "trained parameters") if broken else None

    def evaluated(self, course: Course, first: Sequence[tuple[int, int]], patience: int | None) -> None:
        """Take note of an evaluation; ``first`` are the first tokens that were likeliest, and those that were right."""
        losses = [one["loss"] for one in course.evaluations]
        best = min(losses)
        since = len(losses) - 1 - losses.index(best)
        if len(losses) > 1 and losses[-1] > _RISE * best and since >= 1:
            self._say(
                f"over-fitting: the validation loss was {best:.3g} after step {course.best_step}, and is "
                f"{losses[-1]:.3g} now. Train for fewer epochs, or set "
                "training.early_stopping_patience: the best weights are taken then"
            )
        said, right = Counter(a for a, _ in first), Counter(b for _, b in first)
        if len(first) >= 2 * _FIRST and len(said) == 1 < len(right) and 2 * course.step >= self._steps:
            self._say(
                "collapsed predictions: the same answer is likeliest for every validation example. Train longer, raise "
                "training.learning_rate, or balance the classes"
            )
        if patience is not None and since >= patience:
            self.stopped = True

    def _look(self) -> None:
        size = max(_FIRST, len(self._losses) // 5)
        if len(self._losses) < 2 * size:
            return
        begin, end = sum(self._losses[:size]) / size, sum(self._losses[-size:]) / size
        if self._norms and max(self._norms[-size:]) < _DEAD:
            self._say(
                f"dead parameters: the gradient's norm has been below {_DEAD:g} for {size} steps: nothing is "
                "learned. Choose another initialisation, or another method"
            )
        elif begin - end < _FLAT * begin and end > 0.05:
            self._say(
                f"flat loss: {begin:.3g} at the beginning and {end:.3g} now. Raise training.learning_rate (soft "
                "prompts need 10 to 1,000 times that of LoRA), or see whether the targets can be told from the prompts"
            )

    def _imbalance(self) -> None:
        if self._request.task != "classification" or not self._request.training:
            return
        counts = Counter(example.target for example in self._request.training).most_common()
        (common, most), (rare, least) = counts[0], counts[-1]
        if most > _IMBALANCE * least:
            self._say(
                f"label imbalance: {common!r} stands {most:,} times in the training examples and {rare!r} {least:,} "
                "times. Judge by f1_macro or f1_minority, not by accuracy; add examples of the rare classes"
            )

    def _say(self, sentence: str) -> None:
        kind = sentence.split(":")[0]
        if all(not said.startswith(f"{kind}:") for said in self.findings):
            self.findings.append(sentence)


def _lost(step: int, what: str) -> str:
    return (
        f"at step {step} the {what} is no number any more; the checkpoints before it are kept. Lower "
        "training.learning_rate, raise training.warmup_steps, or compute in float32 (training.dtype)"
    )
