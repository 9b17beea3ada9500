"""``potluck compare`` from the recipe to the files: run the variants, conclude, keep what was found."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from potluck.comparison.causes import causes
from potluck.comparison.document import Setting, comparison_result
from potluck.comparison.engine import Engine, VariantRun, reason
from potluck.comparison.measured import common_chief, measure_tables
from potluck.contracts import Measure
from potluck.errors import PotluckError
from potluck.evaluation.resources import SharedResources
from potluck.metrics.chief import Chief
from potluck.metrics.scorer import Scorer
from potluck.observation.stage import stage
from potluck.recipe.model import RecipeModel
from potluck.recipe.recipe_loader import reread_recipe
from potluck.recipe.swaps import Variant
from potluck.recipe.variants import Design, variants
from potluck.recipe.yaml_reader import parse_value
from potluck.results.comparison import Cause, ComparisonResult, JudgedPair, JudgeResult
from potluck.statistics.distributions import check_distributions
from potluck.workspace.manifests import new_run_id


@dataclass(frozen=True, slots=True)
class Plan:
    """The request: ``swaps`` instead of the recipe's own axes, ``metric`` and ``baseline`` instead of the first."""

    swaps: Sequence[str] = ()
    design: Design = "grid"
    questions: Path | None = None
    limit: int | None = None
    baseline: str | None = None
    metric: str | None = None
    repeats: int = 1
    causes: bool = True
    perplexity: bool = False
    judge: str | None = None
    """A chat model as a recipe writes it: ``{use: openai, model: gpt-5}``."""


@dataclass(frozen=True, slots=True)
class Compared:
    """The outcome of a comparison: its document, and the variants with their answers."""

    setting: Setting
    result: ComparisonResult
    runs: Sequence[VariantRun]
    measures: Mapping[str, Measure]


def compare(recipe: RecipeModel, plan: Plan, resources: SharedResources) -> Compared:
    """Run every variant on the same questions, and say what differs, whether it is real, and why."""
    check_distributions()
    with resources.borrow(recipe) as components:
        scorer = Scorer(components.metrics, recipe.metrics)
        named = plan.metric or recipe.decision.decide_by
        if named is not None:
            check_measure(named, scorer)
        judge = judge_of(recipe, plan.judge) if plan.judge else None
        started = time.time()
        chosen = variants(recipe, plan.swaps, plan.design)
        baseline = base_of(chosen, plan.baseline)
        engine = Engine([one.recipe for one in (baseline, *chosen)], scorer, resources, plan.questions, plan.limit)
        runs = engine.run(chosen, plan.repeats, plan.perplexity)
        chief = Chief(named) if named else common_chief(runs, engine.questions, scorer)
        _check_metric(chief.name, runs, scorer)
        found = _causes(engine, runs, baseline.name, chief.name) if plan.causes else []
        judged, failure = _judge_pairs(engine, runs, baseline.name, judge) if judge is not None else (None, ())
        path = str(engine.workload.questions_file(baseline.recipe))
        remarks = (*engine.file.notes, *failure)
        setting = Setting(
            new_run_id(),
            recipe.name,
            str(recipe.path),
            path,
            plan.design,
            baseline.name,
            started,
            remarks,
            recipe.decision.is_about_these,
        )
        result = comparison_result(setting, runs, engine.questions, found, chief, scorer, judged)
        return Compared(setting, result, runs, scorer.measures)


def base_of(chosen: Sequence[Variant], name: str | None) -> Variant:
    """The variant with which the others are compared: the first, or the one of that name."""
    if name is None:
        return chosen[0]
    found = next((variant for variant in chosen if variant.name == name), None)
    if found is None:
        raise PotluckError(f"no variant is called {name!r}; there are: {', '.join(v.name for v in chosen)}")
    return found


def judge_of(recipe: RecipeModel, written: str) -> RecipeModel:
    """The recipe with the judge as its chat model. Raises ``RecipeError``, also where private documents would leave."""
    label = f"--judge {written}"
    return reread_recipe(reread_recipe(recipe, {"compare": None}), {"chat": parse_value(written, label).plain()}, label)


def _judge_pairs(
    engine: Engine, runs: Sequence[VariantRun], baseline: str, judge: RecipeModel
) -> tuple[JudgeResult | None, tuple[str, ...]]:
    """The baseline against each of the others; None and a note why where the judge fails."""
    base = next(run for run in runs if run.variant.name == baseline)
    others = [run for run in runs if run is not base and run.error is None and base.error is None]
    pairs = list[JudgedPair]()
    try:
        with stage(engine.resources.observers, "judge", "variants", len(others), judge.chat) as running:
            for run in others:
                pairs.append(engine.judge(judge, base, run).summarise(baseline, run.variant.name))
                running.advance(message=run.variant.name)
    except Exception as error:  # whatever the judge raises, the comparison is kept
        return None, (f"the judge failed: {reason(error)}",)
    return JudgeResult(judge.chat.name, tuple(pairs)), ()


def check_measure(metric: str, scorer: Scorer) -> None:
    """Raise ``PotluckError`` for a measure that no metric has."""
    if metric not in scorer.measures:
        raise PotluckError(f"no question has the measure {metric!r}; there are: {', '.join(scorer.measures)}")


def _check_metric(metric: str, runs: Sequence[VariantRun], scorer: Scorer) -> None:
    known = dict.fromkeys(name for run in runs if run.error is None for name in measure_tables(run, scorer))
    if known and metric not in known:
        raise PotluckError(f"no question has the measure {metric!r}; there are: {', '.join(known)}")


def _causes(engine: Engine, runs: Sequence[VariantRun], baseline: str, metric: str) -> list[Cause]:
    """Of the baseline against each of the others."""
    base, found = next(run for run in runs if run.variant.name == baseline), list[Cause]()
    others = [run for run in runs if run is not base]
    with stage(engine.resources.observers, "find causes", "variants", len(others)) as running:
        for run in others:
            running.describe(run.variant.name)
            found += causes(engine, base, run, metric)
            running.advance()
    return found
