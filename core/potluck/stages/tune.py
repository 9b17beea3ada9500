"""Tuning: from a recipe's model and examples to an artifact that a chat model answers with, trained once and kept."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from potluck import durations, plugins
from potluck.components.changes import causes_of_training, keep_training
from potluck.components.components import Components, identity
from potluck.contracts import Config, Estimate, TunedModel, Tuner, TuningProgress, TuningRequest
from potluck.datasets.prepare import PreparedDataset, prepare_dataset
from potluck.documents import Json
from potluck.durations import Duration
from potluck.errors import AdapterMismatch, PotluckError
from potluck.file_hashes import model_hash
from potluck.fingerprints import fingerprint
from potluck.json_values import as_json
from potluck.ledger import Amount, Ledger
from potluck.observation.stage import stage
from potluck.recipe.model import ComponentSpec
from potluck.reporting import Stage, inner_stage
from potluck.results.stages import TuneResult
from potluck.stages.training_resources import resource_problems
from potluck.stages.tuning_conclusion import conclude_training
from potluck.workspace import Workspace
from potluck.workspace.lock import lock_for_writing

if TYPE_CHECKING:
    from potluck.observation.observers import Observers

log = logging.getLogger("potluck")


@dataclass(slots=True)
class TuneReport:
    """The result of a tuning. ``adapter`` is the folder of the artifact; ``reused`` says that it was there already."""

    run: str
    adapter: Path
    tuned: TunedModel
    total_parameters: int
    reused: bool
    seconds: float
    notes: list[str] = field(default_factory=list)
    ledger: Ledger = field(default_factory=Ledger)

    @property
    def train_loss(self) -> float | None:
        """The mean loss of the last tenth of the steps, in nats per learned token."""
        last = self.tuned.losses[-max(1, len(self.tuned.losses) // 10) :]
        return sum(last) / len(last) if last else None

    @property
    def metrics(self) -> dict[str, float]:
        """The last evaluation on the validation examples; empty if there are none."""
        return dict(self.tuned.evaluations[-1]) if self.tuned.evaluations else {}

    @property
    def metric(self) -> str:
        """The measure of which the conclusion speaks first."""
        return next((name for name in ("answers", "loss") if name in self.measured), "train_loss")

    @property
    def measured(self) -> dict[str, float]:
        """On the validation examples, of what was kept; empty if there are none."""
        return {**self.metrics, **(self.tuned.after or {})}

    @property
    def conclusion(self) -> tuple[str, ...]:
        """The conclusion, in sentences."""
        return conclude_training(self.tuned)

    def as_json(self) -> dict[str, Json]:
        """As ``potluck tune --json`` prints it."""
        return as_json(self.result())

    def result(self) -> TuneResult:
        """The report for programs."""
        return TuneResult(
            run=self.run,
            adapter=str(self.adapter),
            trainable_parameters=self.tuned.trainable_parameters,
            total_parameters=self.total_parameters,
            tokens_per_second=round(self.tuned.tokens_per_second, 1),
            train_loss=self.train_loss,
            metrics=self.metrics,
            losses=tuple(self.tuned.losses),
            evaluations=tuple(self.tuned.evaluations),
            before=self.tuned.before,
            after=self.tuned.after,
            conclusion=self.conclusion,
            training_seconds=round(self.tuned.seconds, 3),
            seconds=round(self.seconds, 3),
            reused=self.reused,
            notes=tuple(self.notes),
            ledger=self.ledger.accounts(),
        )


@dataclass(frozen=True, slots=True)
class CompletedTraining:
    """A finished training. ``estimate`` is what it was expected to take; None if an earlier result is reused.

    ``notes`` say why the model was trained again, if the recipe was trained before.
    """

    prepared: PreparedDataset
    request: TuningRequest
    tuned: TunedModel
    estimate: Estimate | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TrainingInputs:
    """The examples of a training, read once, and the training itself."""

    prepared: PreparedDataset
    request: TuningRequest


def read_inputs(components: Components) -> TrainingInputs:
    """Read what a recipe's training learns from. Raises ``PotluckError`` for data that cannot be learned from."""
    with inner_stage("read dataset"):
        prepared = prepare_dataset(components.recipe)
    return TrainingInputs(prepared, _request(components, prepared))


def training_request(components: Components) -> TuningRequest:
    """The training that a recipe asks for; its folder is named after everything that decides the result.

    Raises ``PotluckError`` for data that cannot be learned from.
    """
    return read_inputs(components).request


def train_or_reuse(
    components: Components, observers: Observers | None = None, inputs: TrainingInputs | None = None
) -> CompletedTraining:
    """Train what the recipe asks for, unless that was done; an interrupted training is resumed.

    Of processes that train together the first one holds the lock and makes the artifact.

    Raises ``PotluckError`` for data that cannot be learned from, ``WorkspaceGone`` where the workspace was deleted
    meanwhile, and what the tuner raises.
    """
    from potluck.tuning.processes import is_main_process

    part, method = _spec_and_tuner(components)
    inputs = inputs or read_inputs(components)
    prepared, request = inputs.prepared, inputs.request
    decisive, folder = _deciding_inputs(components, prepared), components.workspace.folder
    components.workspace.check_in_place()  # before a part of it is made anew
    with lock_for_writing(request.folder) if is_main_process() else nullcontext():
        done, damage = load_result(request)
        if done is not None:
            if is_main_process():
                keep_training(components.recipe, decisive, folder)
            return CompletedTraining(prepared, request, done, None)
        why = causes_of_training(components.recipe, decisive, folder)
        again = (f"the model is trained again because {' and '.join(why)}",) if why else ()
        with inner_stage("estimate memory"):
            estimate = method.plan(request)
        if stops := resource_problems(estimate, request.folder):
            raise PotluckError(f"{components.recipe.path}: this training would not fit: {'; '.join(stops)}")
        if is_main_process():
            for note in (*again, *damage, *estimate.notes):
                log.warning(note)
            shutil.rmtree(request.folder / "result", ignore_errors=True)
        done = _train(method, request, components, observers)
        components.workspace.check_in_place()
        done = replace(done, notes=(*damage, *estimate.notes, *done.notes))
        if is_main_process():
            _seal_artifact(components, part, method, request, done)
            keep_training(components.recipe, decisive, folder)
    return CompletedTraining(prepared, request, done, estimate, again)


def load_result(request: TuningRequest) -> tuple[TunedModel | None, tuple[str, ...]]:
    """The result of a finished training, or None; and the problem with it if it was altered.

    An altered result counts as none: its checkpoints, or a new training, give the same result again.
    """
    from potluck.tuning import artifact

    try:
        return artifact.load_tuned_model(request.folder / "result"), ()
    except AdapterMismatch as error:
        return None, (f"{error}: this is being done now",)


def tune(components: Components, observers: Observers | None = None) -> TuneReport:
    """Call ``train_or_reuse`` and report what it did. Raises what that raises."""
    began = time.monotonic()
    found = train_or_reuse(components, observers)
    part, method = _spec_and_tuner(components)
    done, estimate = found.tuned, found.estimate or method.plan(found.request)
    report = TuneReport(
        run=found.request.folder.name,
        adapter=done.folder,
        tuned=done,
        total_parameters=estimate.total_parameters,
        reused=found.estimate is None,
        seconds=time.monotonic() - began,
        ledger=found.prepared.ledger,
    )
    examples = len(found.prepared.training) + len(found.prepared.validation)
    entry = report.ledger.open("tune", "examples")
    entry.came_in, entry.went_out = Amount(examples), Amount(examples - done.dropped)
    entry.dropped, entry.cut = Amount(done.dropped), Amount(done.cut)
    report.notes = [*found.notes, *found.prepared.notes, *done.notes, *_override_notes(part)]
    return report


def plan_training(components: Components, request: TuningRequest | None = None) -> Estimate:
    """Estimate what ``tune`` would take; the seconds from a few steps, if memory allows them.

    ``request`` is the recipe's training, if it has been read already.
    """
    request, method = request or training_request(components), components.tuner
    began = durations.now()
    with inner_stage("estimate memory"):
        estimate = method.plan(request)
    # A training begins with the same, for which large libraries are imported.
    beginning = Duration.per_unit([(durations.now() - began, 1)])
    if load_result(request)[0] is not None:
        return replace(estimate, seconds=0.0, seconds_low=0.0, seconds_high=0.0)
    if estimate.seconds is not None or resource_problems(estimate, components.workspace.folder):
        return estimate
    if (found := method.probe(request)) is None:
        return estimate
    found += beginning
    return replace(estimate, seconds=found.seconds, seconds_low=found.low, seconds_high=found.high)


def _spec_and_tuner(components: Components) -> tuple[ComponentSpec, Tuner]:
    part = components.recipe.tuner
    if part is None:
        known = plugins.capable_names("tuner", lambda one: True)
        raise PotluckError(
            f"{components.recipe.path}: the recipe names no tuner; add 'tuner: {{use: NAME}}' with one of: {known}"
        )
    return part, components.tuner


def _request(components: Components, prepared: PreparedDataset) -> TuningRequest:
    recipe = components.recipe
    return TuningRequest(
        model=components.base_model,
        task=recipe.tuning.task or "generation",
        training=prepared.training,
        validation=prepared.validation,
        folder=components.workspace.folder / "tuned" / fingerprint(*_deciding_inputs(components, prepared).values()),
        seed=recipe.training_seed,
        labels=prepared.labels,
    )


def _deciding_inputs(components: Components, prepared: PreparedDataset) -> dict[str, Json]:
    """Everything that decides the result."""
    part, method = _spec_and_tuner(components)
    recipe = components.recipe
    return {
        "tuner": identity(part, method),
        "examples": prepared.fingerprint,
        "model": model_hash(components.base_model),
        "task": recipe.tuning.task,
        "labels": list(prepared.labels),
        "seed": recipe.training_seed,
    }


def _override_notes(part: ComponentSpec) -> list[str]:
    """Settings without effect, because another key overrides them."""
    training = getattr(part.config, "training", None)
    written = training.model_fields_set if isinstance(training, Config) else set()
    pairs = (("max_steps", "num_train_epochs"), ("warmup_steps", "warmup_ratio"))
    return [f"training.{key} overrides training.{other}" for key, other in pairs if {key, other} <= written]


def _train(method: Tuner, request: TuningRequest, components: Components, observers: Observers | None) -> TunedModel:
    recipe, workspace = components.recipe, components.workspace
    told = (
        inner_stage("tune", "steps", component=recipe.tuner.name if recipe.tuner else "")
        if observers is None
        else stage(observers, "tune", "steps", None, recipe.tuner, recipe.tuning.model)
    )
    with told as running:
        return method.tune(request, _progress_reporter(running, workspace))


def _progress_reporter(running: Stage, workspace: Workspace) -> Callable[[TuningProgress], None]:
    def report(progress: TuningProgress) -> None:
        workspace.check_in_place()
        if progress.resumed and not running.event.resumed:
            running.warn(f"continuing from step {progress.resumed:,} of {progress.steps:,}")
        measures = {"loss": progress.loss, "tokens_per_second": progress.tokens_per_second}
        if progress.learning_rate is not None:
            measures["learning_rate"] = progress.learning_rate
        running.reach(progress.step, progress.steps, "", measures, progress.resumed, progress.saved)

    return report


def _seal_artifact(
    components: Components, part: ComponentSpec, method: Tuner, request: TuningRequest, done: TunedModel
) -> None:
    """Write beside the parameters what they belong to and how they answer: this makes the folder an artifact."""
    from potluck.models.loading import kind_of, load_model, load_tokenizer
    from potluck.models.tokenizer import set_end_token
    from potluck.stages.card_usage import usage_of
    from potluck.tuning import artifact
    from potluck.tuning.encode import encode_example
    from potluck.tuning.head import with_head

    recipe, kind = components.recipe, kind_of(request.model)
    base = artifact.Base.of(str(recipe.tuning.model), request.model, load_tokenizer(request.model))
    tokenizer = set_end_token(load_tokenizer(request.model), getattr(part.config, "end_token", None))
    if method.whole:
        tokenizer.save_pretrained(str(done.folder))
    rows = artifact.choose_probes([encode_example(example, tokenizer, kind).ids for example in request.training[:8]])
    model: Any = load_model(done.folder if method.whole else request.model, "float32", kind)
    attached = with_head(None if method.whole else method.attach(model, done.folder), done.folder, request.labels)
    settings = part.config.model_dump(mode="json", exclude=set(part.config.secrets()))
    tuner: dict[str, Json] = {"name": part.name, "package": part.plugin.package, "version": part.plugin.version}
    said: dict[str, Json] = {
        "task": request.task,
        "labels": list(request.labels),
        "examples": len(request.training),
        "seed": request.seed,
        "probes": list(artifact.record_probes(model, attached, rows)),
        "usage": usage_of(components, kind, tokenizer, len(request.validation)).as_json(),
    }
    artifact.seal_artifact(done.folder, {**tuner, "settings": settings}, base, done, said)
