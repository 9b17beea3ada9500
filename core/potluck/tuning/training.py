"""The training of a ``Method``: one loop for all methods.

It is a loop of our own and not transformers' ``Trainer`` because that one pads, computes logits for every token, and
keeps its checkpoints as pickles; ``tests/benchmarks/tuning.py`` compares both.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from potluck.contracts import TunedModel, TuningProgress, TuningRequest
from potluck.errors import TrainingFailed
from potluck.fingerprints import fingerprint
from potluck.models.loading import kind_of, load_model
from potluck.reporting import inner_stage
from potluck.tuning.checkpoint import load_parameters
from potluck.tuning.encode import Encoded
from potluck.tuning.forward import batches
from potluck.tuning.head import save_and_remove_head
from potluck.tuning.job import Job, peak_learning_rate, prepare_job, wrap_model
from potluck.tuning.method import Method
from potluck.tuning.packed_batches import PackedBatch
from potluck.tuning.padded_batches import PaddedBatch
from potluck.tuning.tokenizer_checks import tokenizer_of
from potluck.tuning.watchdog import Evaluation, LearningRates, Watchdog

if TYPE_CHECKING:
    import torch

    from potluck.tuning.forward import Forward

_REPORT_SECONDS = 1.0
_SAVE_SECONDS = 60.0
"""The longest time of work that a kill may cost, where a step does not take longer."""


def train(method: Method, request: TuningRequest, progress: Callable[[TuningProgress], None]) -> TunedModel:
    """Train, or resume where a killed process stopped. Raises ``TrainingFailed``, ``TooLong``, ``ModelError``s, and
    ``WorkspaceGone`` if the folder was deleted meanwhile.

    What is learned depends on the request, the settings and the seed alone: each step's examples and random numbers
    follow from its number.
    """
    job = prepare_job(method, request)
    rates = LearningRates(peak_learning_rate(method), method.default_learning_rate)
    patience = method.config.training.early_stopping_patience
    watch = Watchdog(job.history, request, job.schedule.steps, rates, job.ends, patience)
    _run_steps(job, watch, progress)
    with inner_stage("save what was learned"):
        return _save_result(job, watch)


def _save_result(job: Job, watch: Watchdog) -> TunedModel:
    method, request, patience = job.method, job.request, job.method.config.training.early_stopping_patience
    learned = _gather_model(job)
    if patience is not None and job.processes.first:  # the others may look before it has been written
        job.checkpoints.restore_best(learned, job.history)
    folder, trainable = request.folder / "result", sum(one.numel() for one in learned.parameters() if one.requires_grad)
    if job.processes.first:
        job.checkpoints.check_in_place()
        folder.mkdir(exist_ok=True)
        save_and_remove_head(method.base(learned), folder)
        method.save(learned, folder)
    job.processes.wait()
    history = job.history
    return TunedModel(
        folder=folder,
        trainable_parameters=trainable,
        losses=tuple(history.losses),
        seconds=history.seconds,
        tokens_per_second=history.tokens / history.seconds if history.seconds else 0.0,
        notes=(*job.training.notes, *job.validation.notes, *history.notes, *watch.conclusions),
        evaluations=tuple(history.evaluations),
        before=history.before,
        after=_kept_evaluation(job),
        dropped=len(job.training.dropped) + len(job.validation.dropped),
        cut=len(job.training.cut) + len(job.validation.cut),
    )


def _kept_evaluation(job: Job) -> dict[str, float] | None:
    """The evaluation of the weights that were kept: the best step if the training selects one, else the last."""
    history = job.history
    if job.method.config.training.early_stopping_patience is not None:
        return history.best
    return history.evaluations[-1] if history.evaluations else None


def _gather_model(job: Job) -> torch.nn.Module:
    """The model with its trained parameters in one piece, for the first process to save."""
    if not job.optimisation.is_spread:
        return job.model
    weights, request = job.optimisation.weights(), job.request
    base = load_model(request.model, "float32", kind_of(request.model))
    model = wrap_model(job.method, base, request, tokenizer_of(job.method, request))
    load_parameters(model, weights)
    return model


class _Reports:
    """The progress of a training: the mean loss over the steps since the last report."""

    def __init__(self, job: Job, progress: Callable[[TuningProgress], None]) -> None:
        self.saved = self._resumed = self._told = job.history.step
        self._job, self._progress, self._at = job, progress, 0.0
        self._saved_at = time.monotonic()

    def is_due(self) -> bool:
        """Whether something is to be told after this step."""
        step, every = self._job.history.step, self._job.method.config.training.logging_steps
        if step == self._job.schedule.steps:
            return True
        return step % every == 0 if every else time.monotonic() - self._at > _REPORT_SECONDS

    def is_checkpoint_due(self) -> bool:
        """Whether a checkpoint is to be written after this step: the same in all processes."""
        job, is_late = self._job, time.monotonic() - self._saved_at >= _SAVE_SECONDS
        if job.history.step - self.saved >= job.method.config.training.save_steps:
            return True
        return bool(job.processes.max_over_all(int(is_late)))

    def remember_checkpoint(self) -> None:
        """A checkpoint of this step has been written."""
        self.saved, self._saved_at = self._job.history.step, time.monotonic()

    def tell(self) -> None:
        """Say how far the training is; nothing if no step has been taken since."""
        history, schedule = self._job.history, self._job.schedule
        losses = history.losses[self._told : history.step]
        if not losses:
            return
        speed, rate = history.tokens / max(history.seconds, 1e-9), schedule.rate(history.step - 1)
        mean, peak = sum(losses) / len(losses), peak_learning_rate(self._job.method)
        self._told, self._at = history.step, time.monotonic()
        self._progress(
            TuningProgress(history.step, schedule.steps, mean, speed, peak * rate, self._resumed, self.saved)
        )


def _run_steps(job: Job, watch: Watchdog, progress: Callable[[TuningProgress], None]) -> None:
    reports = _Reports(job, progress)
    _evaluate_untrained(job)
    try:
        _take_steps(job, watch, reports)
    except KeyboardInterrupt:
        reports.tell()  # those who watch say what of it is kept
        raise


def _take_steps(job: Job, watch: Watchdog, reports: _Reports) -> None:
    history, schedule = job.history, job.schedule
    every = job.method.config.training.steps_between_evaluations(schedule.steps_per_epoch, schedule.steps)
    began, before = time.monotonic(), history.seconds
    while history.step < schedule.steps and not watch.stopped:
        loss, norm, tokens = take_step(job, history.step)
        if (problem := watch.record_step(loss, norm)) is not None:
            raise TrainingFailed(problem)
        history.losses.append(loss)
        watch.check_losses()
        history.step += 1
        history.tokens += tokens
        history.seconds = before + time.monotonic() - began
        last = history.step == schedule.steps
        if job.validation.examples and (last or history.step % every == 0):
            _evaluate(job, watch)
        if last or reports.is_checkpoint_due():
            _save_checkpoint(job, watch)
            reports.remember_checkpoint()
        if reports.is_due():
            reports.tell()


def _save_checkpoint(job: Job, watch: Watchdog) -> None:
    """Write a checkpoint. Raises ``TrainingFailed`` for weights that are no numbers."""
    weights = job.optimisation.weights()
    if (problem := watch.check_weights(weights.values())) is not None:
        raise TrainingFailed(problem)
    job.checkpoints.save(job.history, weights, job.optimisation.state())


def take_step(job: Job, step: int) -> tuple[float, float, int]:
    """One optimiser step: the mean loss over its learned tokens, the gradient's norm, the real tokens of it."""
    import torch

    batch = [job.training.examples[number] for number in job.schedule.batch(step)]
    total = sum(one.target_count for one in batch)
    job.model.train()
    torch.manual_seed(_seed(job.request.seed, step, job.processes.rank))
    loss, packs = torch.zeros((), device=job.processes.device), _batches_of_step(job, batch)
    for number, (pack, counted) in enumerate(packs, 1):
        found = job.optimisation(pack)
        part = torch.nn.functional.cross_entropy(found, pack.targets, reduction="sum") / total * counted
        job.optimisation.backward(part, last=number == len(packs))
        loss += part.detach()
    job.processes.sum_over_all([loss])
    norm = job.optimisation.step(peak_learning_rate(job.method) * job.schedule.rate(step))
    return float(loss), norm, sum(len(one.ids) for one in batch)


def _batches_of_step(job: Job, batch: Sequence[Encoded]) -> Sequence[tuple[PackedBatch | PaddedBatch, int]]:
    """This process's part of a step's examples, each time with 1.

    Where layers are spread, all processes have to compute them equally often: one that has less computes something
    that counts 0.
    """
    size = job.method.config.training.pack_tokens
    found = [(pack, 1) for pack in batches(job.method, job.model, job.processes.share(batch), size)]
    if job.optimisation.is_spread:
        lacking = job.processes.max_over_all(len(found)) - len(found)
        found += [(pack, 0) for pack in batches(job.method, job.model, batch[:1], size)] * lacking
    return found


def _evaluate_untrained(job: Job) -> None:
    """The evaluation of the model before its first step, made once."""
    history = job.history
    if history.step or history.before is not None or not job.validation.examples:
        return
    found = _validate(job)
    history.before = {"step": 0.0, "loss": found.loss, "answers": found.answers}
    history.right_before = list(found.right)


def _changes(before: Sequence[bool], after: Sequence[bool]) -> dict[str, float]:
    """How many examples have become right, and wrong; nothing if it is not known which were right."""
    if len(before) != len(after):
        return {}
    pairs = list(zip(before, after, strict=True))
    gained, lost = pairs.count((False, True)), pairs.count((True, False))
    return {"gained": float(gained), "lost": float(lost), "examples": float(len(after))}


def _evaluate(job: Job, watch: Watchdog) -> None:
    found = _validate(job)
    entry = {"step": float(job.history.step), "loss": found.loss, "answers": found.answers}
    job.history.evaluations.append(entry | _changes(job.history.right_before, found.right))
    patient = job.method.config.training.early_stopping_patience is not None
    if patient and job.history.evaluations_since_best == 0:
        job.checkpoints.save_best(job.history, job.optimisation.weights())
    watch.check_evaluation(found)


def _validate(job: Job) -> Evaluation:
    with inner_stage("validate"):
        return evaluate_model(job.method, job.model, job.validation.examples, job.optimisation, _label_tokens(job))


def _label_tokens(job: Job) -> list[int]:
    """The first tokens of the labels of a classification, where they tell them apart."""
    labels = job.request.labels
    starts = {one.first for one in (*job.training.examples, *job.validation.examples)} if labels else set()
    return sorted(starts) if len(starts) == len(labels) else []


def evaluate_model(
    method: Method,
    model: torch.nn.Module,
    examples: Sequence[Encoded],
    forward: Forward,
    choices: Sequence[int] = (),
) -> Evaluation:
    """Measure a wrapped model, whose logits ``forward`` computes, on examples, without training.

    ``choices`` are the first tokens that answers can have, if they are labels.
    """
    import torch

    model.eval()
    loss, chosen, right = 0.0, 0, list[bool]()
    first, last = list[tuple[int, int]](), list[tuple[int, int]]()
    with torch.no_grad():
        for pack in batches(method, model, examples, method.config.training.pack_tokens):
            found = forward(pack)
            loss += float(torch.nn.functional.cross_entropy(found, pack.targets, reduction="sum"))
            said, targets, owners = found.argmax(-1).tolist(), pack.targets.tolist(), pack.owners.tolist()
            wrong = {owner for owner, one, other in zip(owners, said, targets, strict=True) if one != other}
            right += [owner not in wrong for owner in dict.fromkeys(owners)]
            pairs = list(zip(said, targets, strict=True))
            for _, places in groupby(range(len(owners)), owners.__getitem__):
                start, *rest = places
                first.append(pairs[start])
                last.append(pairs[rest[-1] if rest else start])
                if choices:
                    chosen += choices[int(found[start, list(choices)].argmax())] == targets[start]
    learned = sum(one.target_count for one in examples)
    count = max(1, len(examples))
    said_right = sum(right) / count
    return Evaluation(
        loss / max(1, learned), said_right, tuple(first), tuple(last), chosen if choices else None, tuple(right)
    )


def _seed(*parts: int) -> int:
    """A seed of torch's from several numbers."""
    return int(fingerprint(*parts)[:15], 16)
