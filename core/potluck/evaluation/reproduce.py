"""Doing a run again from its manifest, with nothing kept from before, and saying what differs."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from potluck.documents import Json
from potluck.errors import PotluckError
from potluck.evaluation.evaluate import EvaluationReport, evaluate
from potluck.evaluation.pins import Difference, differences, pins
from potluck.recipe.model import Origin, RecipeModel
from potluck.recipe.reading import read
from potluck.sources import Sources
from potluck.stages.ask import retriever
from potluck.stages.components import Components
from potluck.stages.index import index
from potluck.workspace import Workspace
from potluck.workspace.runs import surroundings

if TYPE_CHECKING:
    import pluggy

__all__ = ["Reproduction", "find", "recipe_of", "reproduce"]

_CLOSE = 1e-9
"""Measures that differ by less are the same: sums in another order."""


@dataclass(slots=True)
class Reproduction:
    """What differs between a run and its repetition: what went in, the measures, and the answers."""

    run: str
    inputs: list[Difference] = field(default_factory=list)
    metrics: list[Difference] = field(default_factory=list)
    answers: list[Difference] = field(default_factory=list)
    questions: int = 0

    @property
    def same(self) -> bool:
        """Whether everything that was measured came out again."""
        return not (self.metrics or self.answers)

    def as_json(self) -> dict[str, Json]:
        """As ``potluck reproduce --json`` prints it."""
        return {
            "run": self.run,
            "same": self.same,
            "questions": self.questions,
            "inputs": [one.as_json() for one in self.inputs],
            "metrics": [one.as_json() for one in self.metrics],
            "answers": [one.as_json() for one in self.answers],
        }


def find(run: Path) -> Path:
    """The folder of a run: named itself, by its manifest, or by its number from the folder of the recipe."""
    for folder in (run, run.parent if run.name == "manifest.json" else run, Path(".potluck/runs") / run):
        if (folder / "manifest.json").is_file():
            return folder.resolve()
    known = sorted(path.name for path in Path(".potluck/runs").glob("*/") if (path / "manifest.json").is_file())
    hint = f"; the runs here are: {', '.join(known[-5:])}" if known else "; name the run's folder"
    raise PotluckError(f"there is no run {str(run)!r}{hint}")


def recipe_of(folder: Path) -> RecipeModel:
    """The recipe of a run, as it was. Relative paths start where they did then: beside ``.potluck``."""
    manifest = _manifest(folder)
    base = folder.parents[2]
    text = json.dumps(manifest["recipe"], ensure_ascii=False)
    return read(base / f"manifest of {folder.name}", Origin(text))


def reproduce(folder: Path, observers: pluggy.PluginManager) -> Reproduction:
    """Index and answer again in an empty workspace, which is removed afterwards.

    Raises ``PotluckError`` for a run that answered no questions, and what the run itself would raise.
    """
    manifest, recipe = _manifest(folder), recipe_of(folder)
    answered = folder / "answers.jsonl"
    if not answered.is_file():
        raise PotluckError(f"{folder} holds no answers: only a run that answered questions can be reproduced")
    before = [json.loads(line) for line in answered.read_text(encoding="utf-8").splitlines()]
    scratch = Path(tempfile.mkdtemp(dir=recipe.folder / ".potluck", prefix="reproduce-"))
    try:
        report, found = _again(recipe, scratch, observers, len(before))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    result = Reproduction(str(manifest["run"]), questions=len(before))
    result.inputs = list(differences(_inputs(manifest), {"version": surroundings(), **found}))
    result.metrics = list(_metrics(manifest["metrics"] or {}, report.metrics))
    result.answers = list(_answers(before, report))
    return result


def _again(
    recipe: RecipeModel, scratch: Path, observers: pluggy.PluginManager, limit: int
) -> tuple[EvaluationReport, dict[str, Any]]:
    workspace, components = Workspace(scratch), None
    try:
        components = Components(recipe, workspace, Sources(recipe.folder))
        index(components, workspace, observers)
        assert recipe.questions is not None, "a run with answers had questions"
        search = retriever(components, workspace)
        report = evaluate(recipe.questions, components, search, workspace.calls, observers, limit)
        return report, pins(recipe, components)
    finally:
        if components is not None:
            components.close()
        workspace.close()


def _inputs(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What went into a run, in the form of ``pins``."""
    versions = {key: manifest.get(key) for key in surroundings()}
    return {"version": versions, **manifest["pins"]}


def _metrics(then: Mapping[str, Any], now: Mapping[str, float | None]) -> Iterator[Difference]:
    for name in dict.fromkeys([*then, *now]):
        old, new = then.get(name), now.get(name)
        if old is None or new is None:
            if old is not new:
                yield Difference("measure", name, old, new)
        elif abs(old - new) > _CLOSE:
            yield Difference("measure", name, old, new)


def _answers(then: Sequence[Mapping[str, Any]], report: EvaluationReport) -> Iterator[Difference]:
    now = {one.question.id: one.report.answer.text for one in report.answered}
    for row in then:
        name = str(row["question_id"])
        if now.get(name) != row["answer"]:
            yield Difference("answer", name, row["answer"], now.get(name))


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / "manifest.json"
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PotluckError(f"{path} cannot be read: {error}") from error
    if "pins" not in manifest or "recipe" not in manifest:
        raise PotluckError(
            f"{path} is no manifest of 'potluck run' that can be repeated (a comparison, or an older one)"
        )
    return manifest
