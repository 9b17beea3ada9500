"""Running: all that a recipe asks for, with a manifest of what it was made of."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from potluck.components.components import Components
from potluck.document_qa.evaluate import EvaluationReport
from potluck.documents import Json
from potluck.indexing.report import IndexReport
from potluck.planning.plan import components_of
from potluck.recipe.model import RecipeModel
from potluck.runs.pins import pins
from potluck.workspace import Workspace
from potluck.workspace.manifests import new_run_id, surroundings, write_lines, write_manifest


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run did; ``evaluation`` is None for a recipe without questions. ``folder`` holds the manifest."""

    id: str
    folder: Path
    index: IndexReport
    evaluation: EvaluationReport | None
    seconds: float

    def as_json(self) -> dict[str, Json]:
        """As ``potluck run --json`` prints it."""
        return {
            "run": self.id,
            "folder": str(self.folder),
            "index": self.index.as_json(),
            "evaluation": self.evaluation.as_json() if self.evaluation else None,
            "seconds": round(self.seconds, 3),
        }


def keep(
    index: IndexReport,
    evaluation: EvaluationReport | None,
    recipe: RecipeModel,
    components: Components,
    workspace: Workspace,
    started: float,
) -> RunReport:
    """Write the manifest and the answers of a run that began at ``started`` (``time.time()``)."""
    run_id = new_run_id()
    folder, seconds = workspace.run_folder(run_id), time.time() - started
    if evaluation is not None:
        write_lines(folder / "answers.jsonl", (one.as_json() for one in evaluation.answered))
    write_manifest(folder, _manifest(run_id, index, evaluation, recipe, components, workspace, started, seconds))
    return RunReport(run_id, folder, index, evaluation, seconds)


def _manifest(
    run_id: str,
    index: IndexReport,
    evaluation: EvaluationReport | None,
    recipe: RecipeModel,
    components: Components,
    workspace: Workspace,
    started: float,
    seconds: float,
) -> dict[str, Json]:
    state = workspace.catalogue.index(components.index_id)
    assert state is not None, "a run indexes first"
    loads = {source: workspace.catalogue.load(load_id) for source, load_id in state.loads.items()}
    return {
        **beginning(run_id, recipe, components, started, seconds),
        "fingerprints": {"splitter": state.splitter, "embedder": state.embedder, "index": state.id},
        "models": {"embedder": dict(components.embedder.identity()), "chat": dict(components.chat.identity())},
        "documents": {source: load.content for source, load in loads.items() if load is not None},
        "index": index.as_json(),
        "metrics": dict(evaluation.metrics) if evaluation else None,
        "tokens": evaluation.as_json()["tokens"] if evaluation else None,
        "cost": evaluation.cost if evaluation else None,
        "ledger": evaluation.ledger.as_json() if evaluation else None,
    }


def beginning(
    run_id: str, recipe: RecipeModel, components: Components, started: float, seconds: float
) -> dict[str, Json]:
    """What the manifest of every run of a recipe says."""
    return {
        "run": run_id,
        "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(started)),
        "seconds": round(seconds, 3),
        **surroundings(),
        "recipe": recipe.as_mapping(),
        "plugins": [
            {"kind": p.kind, "name": p.name, "package": p.plugin.package, "version": p.plugin.version}
            for p in components_of(recipe)
        ],
        "pins": {what: dict(things) for what, things in pins(recipe, components).items()},
        "seed": recipe.seed,
    }
