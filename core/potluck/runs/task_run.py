"""Running a recipe that tunes or names a task: train, answer the examples, keep all that shows what came of it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from potluck.atomic_files import write_atomically
from potluck.components.components import Components
from potluck.documents import Json
from potluck.errors import MissingDependency
from potluck.report import plots
from potluck.report.task import write_task
from potluck.runs.recipe_run import beginning
from potluck.tasks.evaluate import TaskReport
from potluck.workspace.manifests import new_run_id, write_lines, write_manifest

if TYPE_CHECKING:
    from potluck.stages.tune import TuneReport
    from potluck.workspace import Workspace


@dataclass(frozen=True, slots=True)
class TaskRun:
    """What a run did. ``tuned`` is None for a recipe without a tuner, ``evaluation`` for one without questions.

    ``folder`` holds manifest.json, answers.jsonl, report.html, and the pictures loss.png and confusion.png.
    """

    id: str
    folder: Path
    tuned: TuneReport | None
    evaluation: TaskReport | None
    notes: tuple[str, ...]
    seconds: float

    def as_json(self) -> dict[str, Json]:
        """As ``potluck run --json`` prints it."""
        return {
            "run": self.id,
            "folder": str(self.folder),
            "tuning": self.tuned.as_json() if self.tuned else None,
            "evaluation": self.evaluation.as_json() if self.evaluation else None,
            "notes": list(self.notes),
            "seconds": round(self.seconds, 3),
        }


def keep_task(
    tuned: TuneReport | None,
    evaluation: TaskReport | None,
    components: Components,
    workspace: Workspace,
    started: float,
) -> TaskRun:
    """Write what is kept of a run that began at ``started`` (``time.time()``)."""
    run_id, recipe, notes = new_run_id(), components.recipe, list[str]()
    folder = workspace.run_folder(run_id)
    pictures: dict[str, str] = {}
    try:
        for name, figure in _figures(tuned, evaluation).items():
            write_atomically(folder / f"{name}.png", plots.png(figure))
            pictures[name] = plots.svg(figure)
    except MissingDependency as missing:
        notes.append(str(missing))
    if evaluation is not None:
        write_lines(folder / "answers.jsonl", (one.as_json() for one in evaluation.said))
    manifest: dict[str, Json] = {
        **beginning(run_id, recipe, components, started, time.time() - started),
        "command": "run",
        "tuning": _short(tuned),
        "metrics": dict(evaluation.metrics) if evaluation else None,
    }
    write_atomically(folder / "report.html", write_task(recipe.name, manifest, tuned, evaluation, pictures))
    write_manifest(folder, manifest)
    return TaskRun(run_id, folder, tuned, evaluation, tuple(notes), time.time() - started)


def _figures(tuned: TuneReport | None, evaluation: TaskReport | None) -> Mapping[str, object]:
    found: dict[str, object] = {}
    if tuned is not None and tuned.tuned.losses:
        found["loss"] = plots.loss(tuned.tuned.losses, tuned.tuned.evaluations)
    if evaluation is not None and evaluation.classes is not None:
        found["confusion"] = plots.confusion(evaluation.classes)
    return found


def _short(tuned: TuneReport | None) -> Json:
    """Without the course of the loss, which stands in the artifact."""
    if tuned is None:
        return None
    return {key: value for key, value in tuned.as_json().items() if key not in ("losses", "evaluations")}
