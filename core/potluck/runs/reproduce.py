"""Doing a run again from its manifest, without anything kept from before, and saying what differs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from potluck.comparison.engine import Engine
from potluck.comparison.measured import mean_values
from potluck.comparison.variant_run import VariantRun
from potluck.documents import Json
from potluck.errors import PotluckError, RunUnreadable
from potluck.evaluation.resources import SharedResources
from potluck.json_values import as_json
from potluck.metrics.scorer import Scorer
from potluck.model_sources.model_store import ModelStore
from potluck.recipe.model import Origin, RecipeModel
from potluck.recipe.recipe_loader import read_recipe
from potluck.recipe.swaps import Variant
from potluck.results.runs import DifferenceResult, ReproductionResult
from potluck.runs.manifest import RunManifest, read_run_manifest
from potluck.runs.pins import Difference, differences, pins
from potluck.temporary import working_folder
from potluck.workspace import Workspace
from potluck.workspace.location import folder_beside
from potluck.workspace.manifests import surroundings

if TYPE_CHECKING:
    from potluck.observation.observers import Observers

__all__ = ["Reproduction", "recipes_of", "reproduce"]

_BREAKS = re.compile("[\x85\u2028\u2029]")
_CLOSE = 1e-9
"""Measures that differ by less count as equal: sums in another order differ in their last digits."""


@dataclass(slots=True)
class Reproduction:
    """The differences between a run and its repetition: inputs, measures and answers."""

    run: str
    inputs: list[Difference] = field(default_factory=list)
    metrics: list[Difference] = field(default_factory=list)
    answers: list[Difference] = field(default_factory=list)
    questions: int = 0

    @property
    def same(self) -> bool:
        """Whether every measure and answer came out the same."""
        return not (self.metrics or self.answers)

    def as_json(self) -> dict[str, Json]:
        """As ``potluck reproduce --json`` prints it."""
        return as_json(
            ReproductionResult(
                run=self.run,
                same=self.same,
                questions=self.questions,
                inputs=_differences(self.inputs),
                metrics=_differences(self.metrics),
                answers=_differences(self.answers),
            )
        )


def _differences(found: Sequence[Difference]) -> tuple[DifferenceResult, ...]:
    return tuple(DifferenceResult(one.what, one.name, one.then, one.now) for one in found)


def recipes_of(folder: Path) -> dict[str, RecipeModel]:
    """The recipe of a run as it was, or those of a comparison by the variants' names.

    Relative paths start where they did then: beside ``.potluck``. Raises ``PotluckError`` for a folder that lies
    elsewhere, and for a comparison of which every variant failed.
    """
    manifest = read_run_manifest(folder)
    if len(folder.parents) < 3 or folder.parent.name != "runs":
        raise PotluckError(f"{folder}: a run is reproduced where it was made, in .potluck/runs beside its recipe")
    if not manifest.recipes:
        raise PotluckError(f"{folder}: every variant failed, so there is nothing to reproduce")
    path = folder_beside(folder.parents[1]) / f"manifest of {folder.name}"
    return {name: read_recipe(path, Origin(_write_recipe(recipe))) for name, recipe in manifest.recipes.items()}


def _write_recipe(recipe: Mapping[str, object]) -> str:
    """A recipe as JSON that YAML reads as the same: it would fold the breaks of lines that JSON does not know."""
    text = json.dumps(recipe, ensure_ascii=False)
    return _BREAKS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def reproduce(folder: Path, observers: Observers) -> Reproduction:
    """Do everything again in an empty workspace, which is removed afterwards.

    Raises ``PotluckError`` for a run that answered no questions, and what the run itself would raise.
    """
    manifest, recipes, before = read_run_manifest(folder), recipes_of(folder), _answers_of(folder)
    result = Reproduction(manifest.run, questions=len(before))
    base = next(iter(recipes.values())).folder
    asked = frozenset(question for _, question in before)
    with (
        working_folder(folder.parents[1], "reproduce") as scratch,
        closing(Workspace(scratch)) as workspace,
        closing(SharedResources(workspace, ModelStore(base), observers)) as resources,
    ):
        for again in _again(manifest, recipes, asked, resources):
            name = again.name
            then = differences(manifest.pins[name], again.pins)
            result.inputs += [one for one in then if one not in result.inputs]
            result.metrics += _metrics(name, _metrics_of(manifest, name, again.metrics), again.metrics)
            result.answers += _answers(name, before, again.answers)
    result.inputs = [*differences({"version": manifest.versions}, {"version": surroundings()}), *result.inputs]
    return result


@dataclass(frozen=True, slots=True)
class _Again:
    """The new result of one recipe; the run's own has no name."""

    name: str
    metrics: Mapping[str, float | None]
    answers: Mapping[str, str]
    pins: Mapping[str, Mapping[str, Json]]


def _again(
    manifest: RunManifest, recipes: Mapping[str, RecipeModel], asked: frozenset[str], resources: SharedResources
) -> Iterator[_Again]:
    """Ask every recipe the same questions again, in the same number of rounds."""
    recipe = next(iter(recipes.values()))
    with resources.borrow(recipe) as components:
        scorer = Scorer(components.metrics, recipe.metrics)
        engine = Engine([*recipes.values()], scorer, resources, manifest.questions, manifest.limit, asked)
        again = [Variant(name, {}, one) for name, one in recipes.items()]
        runs = engine.run(again, manifest.repeats, seeds=manifest.seeds)
        for run in runs:
            if run.error is not None:
                raise PotluckError(f"{run.variant.name or 'the run'} could not be repeated: {run.error}")
            answers = {one.question.id: one.answer.text for one in run.first}
            with resources.borrow(run.variant.recipe) as own:
                found = pins(run.variant.recipe, own)
            yield _Again(run.variant.name, _measures(engine, run), answers, found)


def _measures(engine: Engine, run: VariantRun) -> Mapping[str, float | None]:
    """The measures of a run, or a variant's means over its rounds, without those of what answering took."""
    if not run.variant.name:
        return engine.workload.report(run.variant.recipe, run.first, (), 0.0).metrics
    found = mean_values(run, engine.scorer)
    return {name: value for name, value in found.items() if name in engine.scorer.of_answers}


def _answers_of(folder: Path) -> dict[tuple[str, str], str]:
    """The answers of a run by variant and question; the variant of a run of one recipe has no name."""
    answered, compared = folder / "answers.jsonl", folder / "comparison.json"
    path = answered if answered.is_file() else compared
    try:
        if path == answered:
            # Not splitlines: texts may hold separators of lines that JSON does not escape, such as U+2028.
            rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
            return {("", str(row["question_id"])): str(row["answer"]) for row in rows}
        if compared.is_file():
            questions = json.loads(path.read_text(encoding="utf-8"))["questions"]
            return {(name, str(q["id"])): str(one["text"]) for q in questions for name, one in q["answers"].items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise RunUnreadable(f"{path} is not what a run has written ({error}): run again") from error
    raise PotluckError(f"{folder} holds no answers: only a run that answered questions can be reproduced")


def _metrics_of(manifest: RunManifest, name: str, again: Mapping[str, float | None]) -> dict[str, float | None]:
    """The measures of a run or variant; those that only a comparison has, such as the time, are left out."""
    return {metric: mean for metric, mean in manifest.metrics[name].items() if not name or metric in again}


def _metrics(variant: str, then: Mapping[str, float | None], now: Mapping[str, float | None]) -> Iterator[Difference]:
    for name, old in then.items():
        new = now.get(name)
        if (old is None) != (new is None) or (old is not None and new is not None and abs(old - new) > _CLOSE):
            yield Difference("measure", _within(variant, name), old, new)


def _answers(variant: str, then: Mapping[tuple[str, str], str], now: Mapping[str, str]) -> Iterator[Difference]:
    for (name, question), old in then.items():
        if name == variant and now.get(question) != old:
            yield Difference("answer", _within(variant, question), old, now.get(question))


def _within(variant: str, name: str) -> str:
    return f"{name} of {variant}" if variant else name
