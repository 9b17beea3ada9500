"""What a comparison would take: how much its variants would load, embed, train and answer, and for how long.

The time is measured: some texts are embedded, a few steps trained and a few questions answered. What variants share is
counted once. Nothing is sent to another machine, so that what one would take there is known from earlier runs alone.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from potluck.comparison.variant_run import Rounds, training_key, with_sample_seed
from potluck.comparison.wording import variant_place
from potluck.contracts import Estimate, TuningRequest
from potluck.document_qa.planned_work import plan_embedding
from potluck.durations import NO_TIME, Duration
from potluck.evaluation.resources import SharedResources
from potluck.evaluation.workload import Workload
from potluck.observation.stage import stage
from potluck.planning.measured import Measured
from potluck.planning.work import duration_of, estimated_work, unknown_work
from potluck.recipe.model import RecipeModel
from potluck.recipe.swaps import Variant
from potluck.results.stages import Action, ComparisonPlanResult, PlannedWork
from potluck.stages.tune import load_result, plan_training, training_request

if TYPE_CHECKING:
    from potluck.components.components import Components

_ORDER: Sequence[Action] = ("load", "split", "embed", "train", "answer")


@dataclass(slots=True)
class _Sum:
    """What all variants so far would take together."""

    parts: list[PlannedWork] = field(default_factory=list)
    answers: int = 0
    counted: set[str] = field(default_factory=set)
    estimates: dict[str, Estimate] = field(default_factory=dict)
    """Of whole trainings, by what decides them but the seed."""

    def is_new(self, what: str) -> bool:
        """Whether no variant before does the same."""
        found = what not in self.counted
        self.counted.add(what)
        return found

    def work(self) -> Iterator[PlannedWork]:
        """All parts of one action together, in the order in which they are done."""
        for action in _ORDER:
            for is_done in (True, False):
                some = [part for part in self.parts if part.action == action and part.is_done == is_done]
                if some:
                    yield _together(action, some)


def plan_comparison(
    chosen: Sequence[Variant],
    resources: SharedResources,
    workload: Workload,
    measured: Measured,
    begun: Sequence[PlannedWork] = (),
    seeds: int = 1,
) -> ComparisonPlanResult:
    """Count and time what comparing the variants would take. Raises what reading and planning them raises.

    ``measured`` is what the plan of the recipe itself has measured, ``begun`` what it has loaded and split; ``seeds``
    says how often each tuned variant is trained.
    """
    total = _Sum([part for part in begun if part.action in ("load", "split")])
    with stage(resources.observers, "plan", "variants", len(chosen)) as running:
        for number, one in enumerate(chosen, 1):
            running.describe(variant_place(number, len(chosen), one.name))
            with resources.borrow(one.recipe) as components:
                _add_documents(total, components, resources, measured)
            _add_models(total, one.recipe, Rounds(1, seeds), resources, workload, measured)
            running.advance(message=running.event.message)
    work = tuple(total.work())
    embedded, trained = (sum(part.count for part in work if part.action == name) for name in ("embed", "train"))
    counts, todo = (len(chosen), embedded, trained, total.answers), [part for part in work if not part.is_done]
    if any(part.seconds is None for part in todo):
        return ComparisonPlanResult(*counts, work, None, None, None)
    span = sum(map(duration_of, todo), NO_TIME)
    return ComparisonPlanResult(*counts, work, span.seconds, span.low, span.high)


def _together(action: Action, parts: Sequence[PlannedWork]) -> PlannedWork:
    count, reasons = sum(part.count for part in parts), dict.fromkeys(part.unknown for part in parts if part.unknown)
    if reasons:
        return unknown_work(action, count, "; ".join(reasons))
    return estimated_work(action, count, sum(map(duration_of, parts), NO_TIME), parts[0].is_done)


def _add_models(
    total: _Sum,
    recipe: RecipeModel,
    rounds: Rounds,
    resources: SharedResources,
    workload: Workload,
    measured: Measured,
) -> None:
    """Add the trainings of a variant, and what its models would answer in all rounds."""
    count = rounds.rounds_of(recipe, workload.samples(recipe))
    for number, sample in itertools.product(range(rounds.trainings_of(recipe)), range(count)):
        with resources.borrow(with_sample_seed(replace(recipe, training=number), sample)) as components:
            request = _add_training(total, components, measured)
            if recipe.questions is not None:
                total.answers += len(workload.read(recipe).questions)
                total.parts += workload.plan_answers(components, measured, request, sample)


def _add_training(total: _Sum, components: Components, measured: Measured) -> TuningRequest | None:
    """Add the variant's training, unless one before has the same. The training; None for a variant that has none."""
    recipe = components.recipe
    if recipe.tuner is None or (recipe.documents is not None and not isinstance(recipe.tuning.adapter, str)):
        return None
    request = training_request(components)
    if not total.is_new(request.folder.name):
        return request
    estimate = _estimate(total, components, request, measured)
    if estimate.seconds is None:
        total.parts.append(unknown_work("train", 1, "the tuner does not say it, or the memory does not suffice"))
    elif estimate.seconds:
        span = Duration.between(estimate.seconds, estimate.seconds_low, estimate.seconds_high)
        total.parts.append(estimated_work("train", 1, span))
    return request


def _estimate(total: _Sum, components: Components, request: TuningRequest, measured: Measured) -> Estimate:
    """What a training takes; with another seed as much as one that is to be done from its beginning."""
    name, method = request.folder.name, training_key(replace(components.recipe, training=0))
    if name not in measured.trainings:
        like = total.estimates.get(method)
        is_alike = like is not None and load_result(request)[0] is None
        measured.trainings[name] = like if like is not None and is_alike else plan_training(components, request)
    found = measured.trainings[name]
    if found.seconds != 0 and not found.resumed:
        total.estimates[method] = found
    return found


def _add_documents(total: _Sum, components: Components, resources: SharedResources, measured: Measured) -> None:
    if components.recipe.documents is None:
        return
    is_known = components.index_id in measured.reports
    report = measured.report_of(components, resources.observers)
    if not is_known:
        total.parts += report.work
    if report.texts_to_embed and total.is_new(f"{components.embedder_fingerprint} {components.splitter_fingerprint}"):
        total.parts.append(plan_embedding(report, components, measured))
