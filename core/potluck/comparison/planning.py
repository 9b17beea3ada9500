"""What a comparison would take: how much its variants would embed, train and answer, and for how long.

The time is measured: some texts are embedded and a few steps trained, and nothing of that is kept. Work that variants
share is counted once. Texts for a remote embedder are not sent, so its time is unknown, as is that of answers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from potluck.durations import NO_TIME, Duration
from potluck.evaluation.resources import SharedResources
from potluck.metrics.scorer import Scorer
from potluck.observation.stage import stage
from potluck.planning.plan import plan, remote_hosts
from potluck.planning.work import seconds_per_token
from potluck.recipe.model import RecipeModel
from potluck.recipe.variants import variants
from potluck.results.stages import ComparisonPlanResult
from potluck.stages.tune import plan_training, training_request
from potluck.workloads import workload_of

if TYPE_CHECKING:
    from potluck.components.components import Components


@dataclass(slots=True)
class _Sum:
    """What all variants so far would take together."""

    trainings: int = 0
    texts: int = 0
    answers: int = 0
    time: Duration = NO_TIME
    is_known: bool = True
    counted: set[str] = field(default_factory=set)

    def is_new(self, what: str) -> bool:
        """Whether no variant before does the same."""
        found = what not in self.counted
        self.counted.add(what)
        return found


def plan_comparison(recipe: RecipeModel, resources: SharedResources) -> ComparisonPlanResult:
    """Count and time what comparing the recipe's variants would take. Raises what reading and planning them raises."""
    chosen, total = variants(recipe), _Sum()
    with stage(resources.observers, "plan", "variants", len(chosen)) as running:
        for number, one in enumerate(chosen, 1):
            running.describe(f"variant {number} of {len(chosen)}: {one.name}")
            with resources.borrow(one.recipe) as components:
                _add_training(total, components)
                _add_embedding(total, components, resources)
                if one.recipe.questions is not None:
                    scorer = Scorer(components.metrics, one.recipe.metrics)
                    total.answers += len(workload_of(one.recipe)(resources, scorer).read(one.recipe).questions)
            running.advance(message=running.event.message)
    counts = (len(chosen), total.texts, total.trainings, total.answers)
    if not total.is_known:
        return ComparisonPlanResult(*counts, None, None, None)
    return ComparisonPlanResult(*counts, total.time.seconds, total.time.low, total.time.high)


def _add_training(total: _Sum, components: Components) -> None:
    if components.recipe.tuner is None:
        return
    request = training_request(components)
    if not total.is_new(request.folder.name):
        return
    estimate = plan_training(components, request)
    if estimate.seconds is None:
        total.is_known = False
    elif estimate.seconds:
        total.trainings += 1
        total.time += Duration.between(estimate.seconds, estimate.seconds_low, estimate.seconds_high)


def _add_embedding(total: _Sum, components: Components, resources: SharedResources) -> None:
    if components.recipe.documents is None:
        return
    if not total.is_new(f"{components.embedder_fingerprint} {components.splitter_fingerprint}"):
        return
    report = plan(components, resources.workspace, resources.observers)
    total.texts += report.texts_to_embed
    if "embedder" in remote_hosts(components.recipe):
        total.is_known = total.is_known and not report.texts_to_embed
    elif report.sample:
        total.time += seconds_per_token(components.embedder, report.sample) * report.tokens_to_embed
