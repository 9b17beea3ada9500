"""Watches a training and says in words what goes wrong and what helps.

Each sign has a limit that was set on planned bad and good trainings (``tests/core/tuning/test_watchdog.py``).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
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
    """Looks at the course of a training, and writes what it finds into its notes: sentences, each once."""

    def __init__(self, course: Course, request: TuningRequest, steps: int, patience: int | None = None) -> None:
        """Watch a training of so many steps, which may have begun before."""
        self._course, self._steps, self._patience = course, steps, patience
        self._norms: list[float] = []
        self._imbalance(request)

    @property
    def stopped(self) -> bool:
        """Whether no further step is of use: so many evaluations have brought nothing better."""
        return self._patience is not None and self._course.since_best >= self._patience

    def step(self, loss: float, norm: float) -> str | None:
        """Take note of a step, before it is counted; what to say if the training cannot go on."""
        if not (math.isfinite(loss) and math.isfinite(norm)):
            return _lost(self._course.step + 1, "loss" if not math.isfinite(loss) else "gradient")
        self._norms.append(norm)
        return None

    def stepped(self) -> None:
        """Look at the losses now and then, and at the end."""
        done = len(self._course.losses)
        if done == self._steps or (done >= 5 * _FIRST and done % _FIRST == 0):
            self._look()

    def weights(self, parameters: Iterable[torch.Tensor]) -> str | None:
        """What to say if trained parameters are no numbers any more, before they become a checkpoint."""
        broken = any(not bool(one.isfinite().all()) for one in parameters)
        return _lost(self._course.step, "trained parameters") if broken else None

    def evaluated(self, first: Sequence[tuple[int, int]]) -> None:
        """Look at an evaluation; ``first`` are the first tokens that were likeliest, and those that were right."""
        course = self._course
        best, last = course.best, course.evaluations[-1]
        assert best is not None, "an evaluation was made"
        if course.since_best >= 1 and last["loss"] > _RISE * best["loss"]:
            self._say(
                f"over-fitting: the validation loss was {best['loss']:.3g} after step {best['step']:.0f}, and is "
                f"{last['loss']:.3g} now. Train for fewer epochs, or set "
                "training.early_stopping_patience: the best weights are taken then"
            )
        said, right = Counter(a for a, _ in first), Counter(b for _, b in first)
        if len(first) >= 2 * _FIRST and len(said) == 1 < len(right) and 2 * course.step >= self._steps:
            self._say(
                "collapsed predictions: the same answer is likeliest for every validation example. Train longer, raise "
                "training.learning_rate, or balance the classes"
            )

    def _look(self) -> None:
        losses = self._course.losses
        size = max(_FIRST, len(losses) // 5)
        if len(losses) < 2 * size:
            return
        begin, end = sum(losses[:size]) / size, sum(losses[-size:]) / size
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

    def _imbalance(self, request: TuningRequest) -> None:
        if request.task != "classification" or not request.training:
            return
        counts = Counter(example.target for example in request.training).most_common()
        (common, most), (rare, least) = counts[0], counts[-1]
        if most > _IMBALANCE * least:
            self._say(
                f"label imbalance: {common!r} stands {most:,} times in the training examples and {rare!r} {least:,} "
                "times. Judge by f1_macro or f1_minority, not by accuracy; add examples of the rare classes"
            )

    def _say(self, sentence: str) -> None:
        kind = sentence.split(":")[0]
        if all(not said.startswith(f"{kind}:") for said in self._course.notes):
            self._course.notes.append(sentence)


def _lost(step: int, what: str) -> str:
    return (
        f"at step {step} the {what} is no number any more; the checkpoints before it are kept. Lower "
        "training.learning_rate, raise training.warmup_steps, or compute in float32 (training.dtype)"
    )
