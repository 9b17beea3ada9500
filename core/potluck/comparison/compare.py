"""``potluck compare`` from the recipe to the files: run the variants, conclude, keep what was found."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from potluck.comparison.causes import causes
from potluck.comparison.document import Setting, comparison_result
from potluck.comparison.engine import Engine
from potluck.comparison.findings import measure_intervals
from potluck.comparison.held_out import hold_out
from potluck.comparison.judging import NOT_JUDGED, Judging, judge_answers, judge_of, judges_of
from potluck.comparison.label_sheet import Labels, read_labels
from potluck.comparison.measured import common_chief, measure_tables
from potluck.comparison.trainings import trainings_of
from potluck.comparison.variant_run import VariantRun
from potluck.contracts import Measure
from potluck.errors import PotluckError
from potluck.evaluation.resources import SharedResources
from potluck.metrics.chief import Chief
from potluck.metrics.scorer import Scorer
from potluck.observation.stage import stage
from potluck.questions.clusters import clusters_of
from potluck.questions.question_file import Question
from potluck.recipe.model import RecipeModel
from potluck.recipe.swaps import Variant
from potluck.recipe.variants import Design, variants
from potluck.results.comparison import Cause, ComparisonResult
from potluck.statistics.distributions import check_distributions
from potluck.statistics.intervals import Interval
from potluck.suggestions import did_you_mean
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
    seeds: int | None = None
    """How often to train each tuned variant; None for what the recipe says."""
    causes: bool = True
    perplexity: bool = False
    explores: bool = False
    """Whether verdicts by the measures that do not decide are asked for."""
    judges: Sequence[str] = ()
    """Chat models as a recipe writes them: ``{use: openai, model: gpt-5}``."""
    labels: Path | None = None
    """The sheet in which people have said which answers are better."""
    choose: bool = False
    """Whether to choose on one half of the questions and to report on the other."""


@dataclass(frozen=True, slots=True)
class Compared:
    """The outcome of a comparison: its document, and the variants with their answers."""

    setting: Setting
    result: ComparisonResult
    runs: Sequence[VariantRun]
    measures: Mapping[str, Measure]
    judging: Judging
    metrics: Mapping[str, Mapping[str, Interval]]
    """Of each variant over all questions; the result has those of the questions that were not held out."""


def compare(recipe: RecipeModel, plan: Plan, resources: SharedResources) -> Compared:
    """Run every variant on the same questions, and say what differs, whether it is real, and why."""
    check_distributions()
    with resources.borrow(recipe) as components:
        scorer = Scorer(components.metrics, recipe.metrics)
        named = plan.metric or recipe.decision.decide_by
        if named is not None:
            check_measure(named, scorer)
        judges, labels = judges_of(recipe, plan.judges), _labels_of(plan)
        started = time.time()
        chosen = variants(recipe, plan.swaps, plan.design)
        baseline = base_of(chosen, plan.baseline)
        engine = Engine([one.recipe for one in (baseline, *chosen)], scorer, resources, plan.questions, plan.limit)
        about_these = recipe.decision.is_about_these
        held_out = hold_out(engine.questions, about_these, recipe.seed) if plan.choose else None
        seeds = plan.seeds or recipe.decision.seeds
        runs = engine.run(chosen, plan.repeats, plan.perplexity, seeds)
        chief = Chief(named) if named else common_chief(runs, engine.questions, scorer)
        _check_metric(chief.name, runs, scorer)
        found = _causes(engine, runs, baseline.name, chief.name) if plan.causes else []
        judging = judge_answers(engine, judges, runs, baseline.name, labels, about_these) if judges else NOT_JUDGED
        path = str(engine.workload.questions_file(baseline.recipe))
        remarks = (*engine.file.notes, *_other_measure(plan, recipe), *_futile_seeds(seeds, runs), *judging.notes)
        setting = Setting(
            new_run_id(),
            recipe.name,
            str(recipe.path),
            path,
            plan.design,
            baseline.name,
            started,
            remarks,
            about_these,
            recipe.decision.at_least,
            has_baseline=plan.baseline is not None,
            explores=plan.explores,
            seeds=seeds,
        )
        result = comparison_result(setting, runs, engine.questions, found, chief, scorer, judging, held_out)
        metrics = _metrics_of(runs, engine.questions, scorer, about_these)
        return Compared(setting, result, runs, scorer.measures, judging, metrics)


def _metrics_of(
    runs: Sequence[VariantRun], questions: Sequence[Question], scorer: Scorer, about_these: bool
) -> dict[str, dict[str, Interval]]:
    """The measures of each variant over all questions; of one that failed none."""
    clusters, trainings = clusters_of(questions, about_these), trainings_of(runs)
    return {
        run.variant.name: {}
        if run.error is not None
        else measure_intervals(measure_tables(run, scorer), scorer.measures, clusters, trainings.get(run.variant.name))
        for run in runs
    }


def compared_recipes(recipe: RecipeModel, plan: Plan) -> list[RecipeModel]:
    """The recipes that a comparison runs: those of its variants, or the recipe itself, and those of its judges."""
    chosen = variants(recipe, plan.swaps, plan.design) if plan.swaps or recipe.compare else []
    return [*([one.recipe for one in chosen] or [recipe]), *(judge_of(recipe, one) for one in plan.judges)]


def _futile_seeds(seeds: int, runs: Sequence[VariantRun]) -> Iterator[str]:
    if seeds > 1 and all(len(list(run.rounds)) == 1 for run in runs if run.error is None):
        yield f"seeds: {seeds} changes nothing: no variant is trained or samples, so each is answered once"


def base_of(chosen: Sequence[Variant], name: str | None) -> Variant:
    """The variant with which the others are compared: the first, or the one of that name."""
    if name is None:
        return chosen[0]
    found = next((variant for variant in chosen if variant.name == name), None)
    if found is None:
        raise PotluckError(f"no variant is called {name!r}; there are: {', '.join(v.name for v in chosen)}")
    return found


def _labels_of(plan: Plan) -> Labels:
    """The labels that are given. Raises what ``read_labels`` raises, and ``PotluckError`` without a judge."""
    if plan.labels is None:
        return Labels()
    if not plan.judges:
        raise PotluckError("--labels says how far a judge is right: name the judge with --judge")
    return read_labels(plan.labels)


def _other_measure(plan: Plan, recipe: RecipeModel) -> Iterator[str]:
    """That another measure was named than the recipe names."""
    own = recipe.decision.decide_by
    if plan.metric is not None and own is not None and plan.metric != own:
        yield f"the recipe says that {own} decides; --metric {plan.metric} was named instead of it"


def check_measure(metric: str, scorer: Scorer) -> None:
    """Raise ``PotluckError`` for a measure that no metric has."""
    if metric not in scorer.measures:
        raise PotluckError(
            f"no question has the measure {metric!r}{did_you_mean(metric, scorer.measures)}; "
            f"there are: {', '.join(scorer.measures)}"
        )


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
