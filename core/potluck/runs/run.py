"""Running: everything that a recipe asks for, with a manifest of its inputs and a report of its results."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from potluck.atomic_files import write_atomically
from potluck.components.components import Components
from potluck.documents import Json
from potluck.errors import MissingDependency
from potluck.evaluation.results import EvaluationReport
from potluck.evaluation.workload import Preparation, Workload
from potluck.indexing.report import IndexReport
from potluck.planning.plan import components_of
from potluck.recipe.model import RecipeModel
from potluck.report import plots, write_csv, write_page
from potluck.report.run import run_content
from potluck.report.strategy import strategy_content
from potluck.results.strategy import StrategyResult
from potluck.runs.diff import measured_facts
from potluck.runs.done import Done
from potluck.runs.pins import pins
from potluck.strategy.quality import METRIC
from potluck.workspace.manifests import new_run_id, surroundings, write_lines, write_manifest
from potluck.workspace.storage_errors import storage_errors

if TYPE_CHECKING:
    from potluck.stages.tune import TuneReport


@dataclass(frozen=True, slots=True)
class RunReport:
    """The result of a run. ``evaluation`` is None for a recipe without questions.

    ``folder`` holds manifest.json and report.html; answers.jsonl, answers.csv, loss.png and confusion.png where there
    are any.
    """

    id: str
    folder: Path
    preparation: Preparation
    evaluation: EvaluationReport | None
    notes: tuple[str, ...]
    """Why a file of the folder is missing."""
    seconds: float

    @property
    def index(self) -> IndexReport | None:
        """Of a recipe with documents."""
        return self.preparation.index

    @property
    def tuning(self) -> TuneReport | None:
        """Of a recipe with a tuner and without documents."""
        return self.preparation.tuning

    def as_json(self) -> dict[str, Json]:
        """As ``potluck run --json`` prints it."""
        return {
            "run": self.id,
            "folder": str(self.folder),
            "index": self.index.as_json() if self.index else None,
            "tuning": self.tuning.as_json() if self.tuning else None,
            "evaluation": self.evaluation.as_json() if self.evaluation else None,
            "notes": list(self.notes),
            "seconds": round(self.seconds, 3),
        }


def keep_run(
    done: Done,
    workload: Workload,
    preparation: Preparation,
    evaluation: EvaluationReport | None,
    components: Components,
) -> RunReport:
    """Write the folder of a run that is ending."""
    run_id, recipe, seconds = new_run_id(), components.recipe, time.time() - done.started
    if done.questions is not None:
        recipe = replace(recipe, questions=done.questions.absolute())
    folder = components.workspace.run_folder(run_id)
    notes = _write_pictures(folder, preparation, evaluation)
    if evaluation is not None:
        write_lines(folder / "answers.jsonl", (one.as_json() for one in evaluation.answered))
    manifest: dict[str, Json] = {
        **manifest_header(run_id, done.command, recipe, done.started, seconds),
        "questions": str(recipe.questions) if done.questions is not None else None,
        "limit": done.limit,
        "pins": {what: dict(things) for what, things in pins(recipe, components).items()},
        **workload.manifest(preparation, evaluation, components),
        **_collect_measures(preparation.tuning, evaluation),
        "tokens": evaluation.usage.as_json() if evaluation else None,
        "cost": evaluation.cost if evaluation else None,
    }
    content = run_content(done.command, recipe, manifest, preparation.tuning, evaluation, preparation.index)
    if evaluation is not None:
        write_atomically(folder / "answers.csv", write_csv(content).encode("utf-8-sig"))
    write_atomically(folder / "report.html", write_page(content))
    write_manifest(folder, manifest)
    return RunReport(run_id, folder, preparation, evaluation, notes, seconds)


def keep_strategy(result: StrategyResult, recipe: RecipeModel, data: Path, started: float) -> Path:
    """Write manifest, report and ``strategy.json`` of strategies for ``data`` into the workspace beside it.

    Returns the folder.
    """
    run_id, workspace = new_run_id(), Path(result.cache)
    folder = workspace / "runs" / run_id
    with storage_errors(workspace):
        write_atomically(folder / "strategy.json", json.dumps(result.as_json(), ensure_ascii=False).encode() + b"\n")
        rows: dict[str, Json] = {
            row.name: {name: one.mean for name, one in row.quality.items()} for row in result.rows if row.quality
        }
        header = manifest_header(run_id, "strategy", recipe, started, time.time() - started)
        page = write_page(strategy_content(result, run_id, str(header["started"]), data))
        write_atomically(folder / "report.html", page)
        write_manifest(folder, {**header, "metric": METRIC, "metrics": rows, "recommended": result.recommendation.row})
    return folder


def _collect_measures(tuned: TuneReport | None, evaluation: EvaluationReport | None) -> dict[str, Json]:
    """The measures of the answers; of a training without questions those of the training."""
    if evaluation is not None:
        metric = evaluation.chief.name if evaluation.chief is not None else None
        asked = measured_facts(evaluation.answered, evaluation.measures)
        return {"metric": metric, "metrics": dict(evaluation.metrics), **asked}
    if tuned is not None:
        return {"metric": tuned.metric, "metrics": {"train_loss": tuned.train_loss, **tuned.measured}}
    return {"metrics": None}


def manifest_header(run_id: str, command: str, recipe: RecipeModel, started: float, seconds: float) -> dict[str, Json]:
    """The beginning of every run's manifest."""
    return {
        "run": run_id,
        "command": command,
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(started)),
        "seconds": round(seconds, 3),
        **surroundings(),
        "recipe": recipe.as_mapping(),
        "plugins": [
            {"kind": p.kind, "name": p.name, "package": p.plugin.package, "version": p.plugin.version}
            for p in components_of(recipe)
        ],
        "seed": recipe.seed,
    }


def _write_pictures(folder: Path, preparation: Preparation, evaluation: EvaluationReport | None) -> tuple[str, ...]:
    """The pictures as PNG for other documents; why there are none."""
    try:
        for name, figure in _figures(preparation.tuning, evaluation).items():
            write_atomically(folder / f"{name}.png", plots.png(figure))
    except MissingDependency as missing:
        return (str(missing),)
    return ()


def _figures(tuned: TuneReport | None, evaluation: EvaluationReport | None) -> dict[str, object]:
    found: dict[str, object] = {}
    if tuned is not None and tuned.tuned.losses:
        found["loss"] = plots.loss(tuned.tuned.losses, tuned.tuned.evaluations)
    if evaluation is not None and evaluation.classes is not None:
        found["confusion"] = plots.confusion(evaluation.classes)
    return found
