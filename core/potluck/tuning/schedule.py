"""The schedule from the settings and the number of examples: steps, the order of the data, the learning rate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from potluck.tuning.training_settings import Training

_EPOCHS = 3
_LEAST_STEPS = 200


@dataclass(frozen=True, slots=True)
class Schedule:
    """A training of ``steps`` optimiser steps of up to ``size`` examples each, ``steps_per_epoch`` in an epoch."""

    examples: int
    size: int
    steps_per_epoch: int
    steps: int
    warmup: int
    kind: str
    seed: int

    @classmethod
    def of(cls, training: Training, examples: int, seed: int, processes: int = 1) -> Schedule:
        """As transformers' trainer counts: the last batch of an epoch may be smaller, the last step too."""
        size = training.per_device_train_batch_size * training.gradient_accumulation_steps * processes
        per_epoch = math.ceil(examples / size)
        steps = training.max_steps if training.max_steps > 0 else _steps(training.num_train_epochs, per_epoch)
        warmup = training.warmup_steps or math.ceil(training.warmup_ratio * steps)
        return cls(examples, size, per_epoch, steps, warmup, training.lr_scheduler_type, seed)

    def batch(self, step: int) -> Sequence[int]:
        """The numbers of the examples of a step (from 0); each epoch is a new random order of all."""
        import numpy as np

        epoch, place = divmod(step, self.steps_per_epoch)
        order = np.random.default_rng([self.seed, epoch]).permutation(self.examples)
        return [int(number) for number in order[place * self.size : (place + 1) * self.size]]

    def rate(self, step: int) -> float:
        """The part of the largest learning rate that a step (from 0) uses."""
        if step < self.warmup and self.kind != "constant":
            return step / max(1, self.warmup)
        if self.kind in ("constant", "constant_with_warmup"):
            return 1.0
        done = (step - self.warmup) / max(1, self.steps - self.warmup)
        return 0.5 * (1 + math.cos(math.pi * done)) if self.kind == "cosine" else 1 - done


def _steps(epochs: float | None, per_epoch: int) -> int:
    """Three epochs of a hundred examples are too few steps for any method to leave its beginning."""
    return max(_EPOCHS * per_epoch, _LEAST_STEPS) if epochs is None else math.ceil(epochs * per_epoch)
