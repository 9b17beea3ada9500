"""Planning all that a recipe asks for: its run, and the comparison of its axes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from potluck.comparison.planning import plan_comparison
from potluck.evaluation.resources import SharedResources
from potluck.metrics.scorer import Scorer
from potluck.planning.measured import Measured
from potluck.planning.plan import PlanReport
from potluck.recipe.variants import Design, variants
from potluck.results.stages import TaskPlanResult, TuningPlanResult
from potluck.workloads import workload_of

if TYPE_CHECKING:
    from potluck.components.components import Components
    from potluck.observation.observers import Observers


def plan_recipe(
    components: Components,
    observers: Observers,
    swaps: Sequence[str] = (),
    design: Design = "grid",
    seeds: int | None = None,
) -> PlanReport | TuningPlanResult | TaskPlanResult:
    """Say what a run would take, and comparing the axes if there are some and nothing would stop the run.

    ``seeds`` says how often each tuned variant is trained, if not as the recipe says. What is measured for both is
    measured once. Raises what the workload's plan raises.
    """
    recipe, measured = components.recipe, Measured()
    with closing(SharedResources(components.workspace, components.models, observers)) as resources:
        workload = workload_of(recipe)(resources, Scorer(components.metrics, recipe.metrics))
        report = workload.plan(components, measured)
        if not (swaps or recipe.compare) or report.problems:
            return report
        begun = report.work if isinstance(report, PlanReport) else ()
        chosen = variants(recipe, swaps, design)
        often = seeds or recipe.decision.seeds
        return replace(report, comparison=plan_comparison(chosen, resources, workload, measured, begun, often))
