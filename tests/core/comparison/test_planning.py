"""What a comparison would take is counted over its variants, what they share once; nothing of it is kept.

Modules: ``potluck.comparison.planning``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from potluck import Recipe, recipe
from potluck.cli import potluck
from potluck.comparison.planning import plan_comparison
from potluck.evaluation.resources import SharedResources
from potluck.model_sources.model_store import ModelStore
from potluck.observation.observers import Observers
from potluck.results.stages import ComparisonPlanResult
from potluck.workspace import Workspace
from support.commands import invoke, potluck_json
from support.planted import plant

ITEMS = 14
AXES = {"retriever.k": {"一": 1, "二": 2}, "chat.max_tokens": {"short": 8, "long": 9}}


def write(home: Path, axes: Any) -> Path:
    path = plant(home, ITEMS)
    said = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**said, "compare": axes}), encoding="utf-8")
    return path


@pytest.fixture
def path(home: Path) -> Path:
    return write(home, AXES)


@pytest.fixture
def resources(home: Path) -> Iterator[SharedResources]:
    with (
        closing(Workspace(home / ".potluck")) as workspace,
        closing(SharedResources(workspace, ModelStore(home), Observers())) as shared,
    ):
        yield shared


def counts(plan: ComparisonPlanResult) -> tuple[int, int, int, int]:
    return plan.variants, plan.texts_to_embed, plan.trainings, plan.answers


def test_variants_that_share_an_index_embed_once_and_each_is_asked(path: Path, resources: SharedResources) -> None:
    plan = plan_comparison(recipe.load(path), resources)

    texts = plan.texts_to_embed
    assert texts > 0
    assert counts(plan) == (4, texts, 0, 4 * ITEMS)
    assert plan.seconds is not None
    assert plan.seconds_low is not None
    assert plan.seconds_high is not None
    assert 0 < plan.seconds_low <= plan.seconds <= plan.seconds_high


def test_the_command_says_so_and_keeps_nothing(home: Path, path: Path) -> None:
    done = invoke(potluck, "plan", str(path))

    assert done.exit_code == 0, done.output
    said = r"to compare 4 variants: embed \d+ texts, ask 56 times\n  about .+ \(.+ to .+\), and what the answers take"
    assert re.search(said, done.stdout), done.stdout
    assert not (home / ".potluck").exists()
    assert not (home.parent / "asked.log").exists(), "no question is asked"


def test_a_recipe_without_axes_has_no_comparison(home: Path) -> None:
    assert potluck_json("plan", str(write(home, None)))["comparison"] is None


def test_programs_get_the_figures(path: Path) -> None:
    found: Any = potluck_json("plan", str(path))["comparison"]

    assert (found["variants"], found["answers"], found["trainings"]) == (4, 4 * ITEMS, 0)
    assert isinstance(found["seconds"], float)


def plan_of(opened: Recipe) -> ComparisonPlanResult:
    with (
        opened.looking() as components,
        closing(SharedResources(components.workspace, components.models, Observers())) as shared,
    ):
        return plan_comparison(opened.model, shared)


def test_a_model_that_variants_share_is_trained_once_and_not_again_where_it_was_trained(tmp_path: Path) -> None:
    pytest.importorskip("peft")
    from support import tuning

    home = tuning.write_home(tmp_path, tuning.make_model(tmp_path / "tiny"))
    axes = {"chat.max_tokens": {"四": 4, "五": 5}}
    with tuning.recipe(home, task="generation", compare=axes, questions="test.jsonl") as opened:
        first = plan_of(opened)
        trained = opened.tune().adapter
        again = plan_of(opened)

    assert (first.variants, first.trainings, again.trainings) == (2, 1, 0)
    assert first.seconds
    assert again.seconds == 0
    assert trained.is_dir(), "the plan's copy of the workspace was thrown away, and what was trained was not"
