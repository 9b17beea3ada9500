"""Watching a training, and saying in words what goes wrong and what helps.

Each sign has a limit that was set on planned bad and good trainings (``tests/core/tuning/test_watchdog.py``).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from potluck import degenerate
from potluck.contracts import TuningRequest
from potluck.tuning.checkpoint import TrainingHistory

if TYPE_CHECKING:
    import torch

_LEAST_LOSSES = 10
"""The least number of losses from which the beginning and the end of a training are computed."""
_FLAT = 0.02
"""A loss that has fallen by less than this part of its beginning is flat."""
_DEAD = 1e-7
"""A gradient's norm below which nothing is learned."""
_THROWN = 1.2
"""A loss this many times its first value has diverged, unless it falls below that again."""
_EXCESSIVE = 1000
"""A learning rate this many times a method's own."""
_RISE = 1.25
"""A validation loss this many times the lowest one is over-fitting."""
_CHANCE = 0.005
"""The probability of taking a useful model for one that is no better than the commonest label: no warning is wanted for
trainings that have only begun to learn."""
_IMBALANCE = 10
"""How many times as common as another a class has to be to be told."""


@dataclass(frozen=True, slots=True)
class LearningRates:
    """The largest learning rate of a training, and the one that its method takes by itself."""

    used: float
    usual: float

    @property
    def lower(self) -> float:
        """The rate to try if ``used`` was too high: a tenth of it, at most the usual one."""
        return min(self.usual, self.used / 10)

    @property
    def advice(self) -> str:
        """The same as a sentence."""
        return f"training.learning_rate is {self.used:g}: take {self.lower:g} (this method's own is {self.usual:g})"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """``loss``: nats per learned token. ``answers``: the part of examples whose every token was the likeliest.

    ``first_tokens``: of each example the likeliest first token of the answer, and the right one; ``last_tokens``: the
    same of its last token. ``chosen``: how many have the right label if it is chosen among all; None if that is not
    told.
    """

    loss: float
    answers: float
    first_tokens: tuple[tuple[int, int], ...]
    last_tokens: tuple[tuple[int, int], ...]
    chosen: int | None
    right: tuple[bool, ...] = ()
    """Of each example, in the order in which they are computed, whether every token was the likeliest."""


class Watchdog:
    """Looks at the course of a training, and writes what it finds into its notes: sentences, each once."""

    def __init__(
        self,
        history: TrainingHistory,
        request: TuningRequest,
        steps: int,
        rates: LearningRates,
        ends: frozenset[int] = frozenset(),
        patience: int | None = None,
    ) -> None:
        """Watch a training of ``steps`` steps, which may have begun before; ``ends`` are tokens that end an answer."""
        self._history, self._steps, self._rates, self._ends, self._patience = history, steps, rates, ends, patience
        self._request = request
        self._norms: list[float] = []
        self._check_imbalance(request)

    @property
    def stopped(self) -> bool:
        """Whether further steps are of no use: ``patience`` evaluations have brought nothing better."""
        return self._patience is not None and self._history.evaluations_since_best >= self._patience

    def record_step(self, loss: float, norm: float) -> str | None:
        """Take note of a step, before it is counted; returns a message if the training cannot continue."""
        if not (math.isfinite(loss) and math.isfinite(norm)):
            return self._failure(self._history.step + 1, "loss" if not math.isfinite(loss) else "gradient")
        self._norms.append(norm)
        return None

    def check_losses(self) -> None:
        """Look at the losses now and then, and at the end."""
        done = len(self._history.losses)
        if done == self._steps or (done >= 5 * _LEAST_LOSSES and done % _LEAST_LOSSES == 0):
            self._check_trend()

    def check_weights(self, parameters: Iterable[torch.Tensor]) -> str | None:
        """The message if trained parameters are NaN or infinite, before they become a checkpoint."""
        broken = any(not bool(one.isfinite().all()) for one in parameters)
        return self._failure(self._history.step, "trained parameters") if broken else None

    def check_evaluation(self, found: Evaluation) -> None:
        """Look at an evaluation that was made."""
        history = self._history
        best, last = history.best, history.evaluations[-1]
        assert best is not None, "an evaluation was made"
        if history.evaluations_since_best >= 1 and last["loss"] > _RISE * best["loss"]:
            self._add_note(
                f"over-fitting: the validation loss was {best['loss']:.3g} after step {best['step']:.0f}, and is "
                f"{last['loss']:.3g} now. Train for fewer epochs, or set "
                "training.early_stopping_patience: the best weights are taken then"
            )
        history.findings.append(
            [*self._collapse_notes(found), *self._majority_notes(found), *self._unending_notes(found)]
        )

    @property
    def conclusions(self) -> list[str]:
        """The problems with the answers of the resulting weights: the best ones, or the last."""
        history = self._history
        if not history.findings:
            return []
        chosen = history.evaluations.index(history.best) if self._patience is not None and history.best else -1
        return history.findings[chosen]

    def _collapse_notes(self, found: Evaluation) -> Iterator[str]:
        said, right = {a for a, _ in found.first_tokens}, {b for _, b in found.first_tokens}
        missed = sum(a != b for a, b in found.first_tokens)
        count = len(found.first_tokens)
        enough = degenerate.is_collapse(missed) if self._request.labels else count >= 2 * _LEAST_LOSSES
        if len(said) == 1 < len(right) and enough:
            yield (
                f"collapsed predictions: the same answer is likeliest for all {count} validation examples, and "
                f"{missed} of them have another. Train longer, raise training.learning_rate, or balance the classes"
            )

    def _majority_notes(self, found: Evaluation) -> Iterator[str]:
        targets = [example.target for example in self._request.validation]
        if found.chosen is not None and len(found.first_tokens) == len(targets) > 0:
            yield from degenerate.no_better(targets, found.chosen, _CHANCE)

    def _unending_notes(self, found: Evaluation) -> Iterator[str]:
        ends = [said in self._ends for said, right in found.last_tokens if right in self._ends]
        missed = len(ends) - sum(ends)
        if self._request.labels:  # they are chosen, not written
            return
        if degenerate.is_unending(missed, len(ends)):
            yield (
                f"answers without an end: behind {missed} of {len(ends)} right answers something else is likelier than "
                "their end, so that the tuned model may write on up to chat.max_tokens. Train longer"
            )

    def _check_trend(self) -> None:
        losses = self._history.losses
        size = max(_LEAST_LOSSES, len(losses) // 5)
        if self._check_divergence() or len(losses) < 2 * size:
            return
        begin, end = sum(losses[:size]) / size, sum(losses[-size:]) / size
        if self._norms and max(self._norms[-size:]) < _DEAD:
            self._add_note(
                f"dead parameters: the gradient's norm has been below {_DEAD:g} for {size} steps: nothing is "
                "learned. Choose another initialisation, or another method"
            )
        elif begin - end < _FLAT * begin and end > 0.05:
            self._add_note(
                f"flat loss: {begin:.3g} at the beginning and {end:.3g} now. Raise training.learning_rate (soft "
                "prompts need 10 to 1,000 times that of LoRA), or see whether the targets can be told from the prompts"
            )

    def _check_divergence(self) -> bool:
        """Whether the weights were thrown far off and nothing has been learned since; if so, say it."""
        losses = self._history.losses
        first, last = losses[0], losses[-max(1, len(losses) // 5) :]
        end = sum(last) / len(last)
        thrown = max(losses) > _THROWN * first or self._rates.used > _EXCESSIVE * self._rates.usual
        if not thrown or end <= (1 - _FLAT) * first:
            return False
        self._add_note(
            f"diverging loss: {first:.3g} at the first step, {max(losses):.3g} at most and {end:.3g} now, no better "
            f"than the model was before. {self._rates.advice}, or raise training.warmup_steps"
        )
        return True

    def _check_imbalance(self, request: TuningRequest) -> None:
        if request.task != "classification" or not request.training:
            return
        counts = Counter(example.target for example in request.training).most_common()
        (common, most), (rare, least) = counts[0], counts[-1]
        if most > _IMBALANCE * least:
            self._add_note(
                f"label imbalance: {common!r} stands {most:,} times in the training examples and {rare!r} {least:,} "
                "times. Judge by f1_macro or f1_minority, not by accuracy; add examples of the rare classes"
            )

    def _add_note(self, sentence: str) -> None:
        kind = sentence.split(":")[0]
        if all(not said.startswith(f"{kind}:") for said in self._history.notes):
            self._history.notes.append(sentence)

    def _failure(self, step: int, what: str) -> str:
        return (
            f"at step {step} the {what} became NaN or infinite; the checkpoints before it are kept. "
            f"{self._rates.advice}, raise training.warmup_steps, or compute in float32 (training.dtype)"
        )
