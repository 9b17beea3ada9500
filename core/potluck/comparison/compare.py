"""``potluck compare`` from the recipe to the files: run the variants, conclude, keep what was found."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from potluck.atomic_files import write_atomically
from potluck.comparison.causes import causes
from potluck.comparison.document import Setting, comparison_result, main_measure
from potluck.comparison.engine import Engine, VariantRun
from potluck.comparison.measured import measured
from potluck.comparison.tasks import run_tasks
from potluck.components.components import Components
from potluck.contracts import ModelSources
from potluck.documents import Json
from potluck.errors import MissingDependency, PotluckError
from potluck.json_values import as_json
from potluck.metrics.scorer import Scorer
from potluck.questions.question_file import QuestionFile, read_question_file
from potluck.recipe.model import RecipeModel
from potluck.recipe.recipe_loader import reread_recipe
from potluck.recipe.swaps import Variant
from potluck.recipe.variants import Design, variants
from potluck.recipe.yaml_reader import parse_value
from potluck.report import plots, write_csv, write_html
from potluck.results.comparison import Cause, ComparisonResult, JudgeResult
from potluck.runs.pins import pins
from potluck.workspace import Workspace
from potluck.workspace.manifests import new_run_id, surroundings, write_manifest
from potluck.workspace.storage_errors import storage_errors

if TYPE_CHECKING:
    import pluggy


@dataclass(frozen=True, slots=True)
class Plan:
    """What to compare: ``swaps`` instead of the recipe's own axes, ``metric`` and ``baseline`` instead of the first."""

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
class Comparison:
    """A comparison that was run. ``folder`` holds comparison.json, report.html, answers.csv and manifest.json."""

    result: ComparisonResult
    folder: Path

    @property
    def document(self) -> dict[str, Json]:
        """The result as ``potluck compare --json`` prints it."""
        return self.result.as_json()

    @property
    def notes(self) -> list[str]:
        """What people should know of the questions, then of the answers, variant by variant."""
        return [*self.result.notes]

    @property
    def failed(self) -> dict[str, str]:
        """Why a variant has no answers, by its name."""
        return {variant.name: variant.error for variant in self.result.variants if variant.error is not None}


def compare(
    recipe: RecipeModel, plan: Plan, workspace: Workspace, models: ModelSources, observers: pluggy.PluginManager
) -> Comparison:
    """Run every variant on the same questions, and say what differs, whether it is real, and why."""
    components = Components(recipe, workspace, models)
    try:
        return _compare(
            recipe, plan, Scorer(components.metrics, components.recipe.metrics), workspace, models, observers
        )
    finally:
        components.close()


def _compare(
    recipe: RecipeModel,
    plan: Plan,
    scorer: Scorer,
    workspace: Workspace,
    models: ModelSources,
    observers: pluggy.PluginManager,
) -> Comparison:
    started = time.time()
    chosen, path = variants(recipe, plan.swaps, plan.design), questions_file(recipe, plan)
    baseline = base_of(chosen, plan.baseline)
    if recipe.is_task:
        questions, runs = run_tasks(chosen, path, plan.limit, workspace, models, observers)
        file = QuestionFile(tuple(questions))
    else:
        file = read_question_file(path, plan.limit)
        if not file.questions:
            raise PotluckError(f"{path}: there are no questions in it")
    engine = Engine(file.questions, scorer, workspace, models, observers)
    try:
        if not recipe.is_task:
            runs = engine.run(chosen, plan.repeats, plan.perplexity)
        metric = plan.metric or main_measure(runs, file.questions, scorer)
        _check_metric(metric, runs, scorer)
        found = _causes(engine, runs, baseline.name, metric) if plan.causes and not recipe.is_task else []
        judged = _judged(engine, runs, baseline.name, judge_of(recipe, plan.judge)) if plan.judge else None
    finally:
        engine.close()
    setting = Setting(
        new_run_id(), recipe.name, str(recipe.path), str(path), plan.design, baseline.name, started, file.notes
    )
    result = comparison_result(setting, runs, file.questions, found, metric, scorer, judged)
    with storage_errors(workspace.folder):
        folder = _keep(result, runs, recipe, workspace, models, setting)
    return Comparison(result, folder)


def questions_file(recipe: RecipeModel, plan: Plan) -> Path:
    """The file of the questions. Raises ``PotluckError`` where neither the command nor the recipe names one."""
    path = plan.questions or recipe.questions
    if path is None:
        raise PotluckError(f"{recipe.path}: the recipe names no questions; add 'questions: FILE.jsonl' or name a file")
    return path


def base_of(chosen: Sequence[Variant], name: str | None) -> Variant:
    """The variant against which the others are held: the first, or the one of that name."""
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


def _judged(engine: Engine, runs: Sequence[VariantRun], baseline: str, judge: RecipeModel) -> JudgeResult:
    """The baseline against each of the others."""
    base = next(run for run in runs if run.variant.name == baseline)
    others = [run for run in runs if run is not base and run.error is None and base.error is None]
    pairs = tuple(engine.judge(judge, base, run).summarise(baseline, run.variant.name) for run in others)
    return JudgeResult(judge.chat.name, pairs)


def _check_metric(metric: str, runs: Sequence[VariantRun], scorer: Scorer) -> None:
    known = dict.fromkeys(name for run in runs if run.error is None for name in measured(run, scorer))
    if known and metric not in known:
        raise PotluckError(f"no question has the measure {metric!r}; there are: {', '.join(known)}")


def _causes(engine: Engine, runs: Sequence[VariantRun], baseline: str, metric: str) -> list[Cause]:
    """Of the baseline against each of the others."""
    base = next(run for run in runs if run.variant.name == baseline)
    return [cause for run in runs if run is not base for cause in causes(engine, base, run, metric)]


def _keep(
    result: ComparisonResult,
    runs: Sequence[VariantRun],
    recipe: RecipeModel,
    workspace: Workspace,
    models: ModelSources,
    setting: Setting,
) -> Path:
    folder = workspace.run_folder(setting.run)
    write_atomically(folder / "comparison.json", json.dumps(result.as_json(), ensure_ascii=False).encode() + b"\n")
    write_atomically(folder / "answers.csv", write_csv(result).encode("utf-8-sig"))
    write_atomically(folder / "report.html", write_html(result))
    with suppress(MissingDependency):  # the report draws the curves itself
        if (picture := plots.of_curves(result)) is not None:
            write_atomically(folder / "curves.png", picture)
    manifest: dict[str, Json] = {
        "run": setting.run,
        "command": "compare",
        "started": result.started,
        **surroundings(),
        "recipe": recipe.as_mapping(),
        "design": setting.design,
        "baseline": setting.baseline,
        "questions": setting.questions_file,
        "variants": {run.variant.name: run.variant.recipe.as_mapping() for run in runs if run.error is None},
        "pins": {run.variant.name: _pins(run, workspace, models) for run in runs if run.error is None},
        "metrics": {variant.name: as_json(variant)["metrics"] for variant in result.variants},
    }
    write_manifest(folder, manifest)
    return folder


def _pins(run: VariantRun, workspace: Workspace, models: ModelSources) -> Json:
    components = Components(run.variant.recipe, workspace, models)
    try:
        return {what: dict(things) for what, things in pins(run.variant.recipe, components).items()}
    finally:
        components.close()
