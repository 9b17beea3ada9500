"""Running a comparison and keeping it: the result, a manifest, a report, and the answers as a table."""

from __future__ import annotations

import json
import time
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from potluck.atomic_files import write_atomically
from potluck.comparison.compare import Compared, Plan, compare
from potluck.comparison.label_sheet import write_sheet
from potluck.contracts import ModelSources
from potluck.documents import Json
from potluck.errors import MissingDependency
from potluck.evaluation.resources import SharedResources
from potluck.recipe.model import RecipeModel
from potluck.releases import remember_code
from potluck.report import plots, write_csv, write_html
from potluck.results.comparison import ComparisonResult
from potluck.runs.diff import measured_facts
from potluck.runs.pins import pins
from potluck.workspace import Workspace
from potluck.workspace.manifests import surroundings, write_manifest
from potluck.workspace.storage_errors import storage_errors

if TYPE_CHECKING:
    from potluck.observation.observers import Observers

SHEET, SHEET_LINES = "labels.csv", "labels.jsonl"
"""The sheet that people label the judged answers in, as a table and as JSON Lines."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison that was run. ``folder`` holds comparison.json, report.html, answers.csv and manifest.json, and
    with a judge labels.csv and labels.jsonl."""

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
    def unlabelled(self) -> Path | None:
        """The sheet of the answers that were judged, where nobody has labelled any of them."""
        judges = [one for one in (self.result.judge, *self.result.further_judges) if one is not None]
        pairs = [pair for one in judges for pair in one.pairs if pair.n]
        return self.folder / SHEET if pairs and not any(pair.labels for pair in pairs) else None

    @property
    def failed(self) -> dict[str, str]:
        """Why a variant has no answers, by its name."""
        return {variant.name: variant.error for variant in self.result.variants if variant.error is not None}


@remember_code()
def run_comparison(
    recipe: RecipeModel, plan: Plan, workspace: Workspace, models: ModelSources, observers: Observers
) -> Comparison:
    """Compare, and write the result into a folder of its own."""
    with closing(SharedResources(workspace, models, observers)) as resources:
        found = compare(recipe, plan, resources)
        with storage_errors(workspace.folder):
            return Comparison(found.result, _keep(found, recipe, plan, resources))


def _keep(found: Compared, recipe: RecipeModel, plan: Plan, resources: SharedResources) -> Path:
    setting, result = found.setting, found.result
    folder = resources.workspace.run_folder(setting.run)
    write_atomically(folder / "comparison.json", json.dumps(result.as_json(), ensure_ascii=False).encode() + b"\n")
    write_atomically(folder / "answers.csv", write_csv(result).encode("utf-8-sig"))
    write_atomically(folder / "report.html", write_html(result))
    if found.judging.pairs:
        table, lines = write_sheet(found.judging.pairs, found.judging.labels)
        write_atomically(folder / SHEET, table.encode("utf-8-sig"))
        write_atomically(folder / SHEET_LINES, lines.encode())
    with suppress(MissingDependency):  # the report draws the curves itself
        if (picture := plots.of_curves(result)) is not None:
            write_atomically(folder / "curves.png", picture)
    asked = Path(setting.questions_file).absolute()
    answered = next((run.first for run in found.runs if run.models), ())
    recipes = {run.variant.name: replace(run.variant.recipe, questions=asked) for run in found.runs if not run.error}
    manifest: dict[str, Json] = {
        "run": setting.run,
        "command": "compare",
        "started": result.started,
        "seconds": round(time.time() - setting.started, 3),
        **surroundings(),
        "recipe": recipe.as_mapping(),
        "design": setting.design,
        "baseline": setting.baseline,
        "questions": str(asked),
        "limit": plan.limit,
        "repeats": plan.repeats,
        "seeds": setting.seeds,
        "variants": {name: one.as_mapping() for name, one in recipes.items()},
        "pins": {name: _pins(one, resources) for name, one in recipes.items()},
        "metric": result.metric,
        **measured_facts(answered, found.measures),
        "metrics": {
            name: {metric: mean.as_json() for metric, mean in metrics.items()}
            for name, metrics in found.metrics.items()
        },
    }
    write_manifest(folder, manifest)
    return folder


def _pins(recipe: RecipeModel, resources: SharedResources) -> Json:
    with resources.borrow(recipe) as components:
        return {what: dict(things) for what, things in pins(recipe, components).items()}
