"""Which path a recipe takes: with documents it answers questions about them, without any it does a task.

Modules: ``potluck.workloads``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from potluck import Recipe
from potluck import recipe as recipes
from potluck.document_qa.workload import DocumentQA
from potluck.errors import PotluckError
from potluck.evaluation.workload import Workload
from potluck.results.stages import TuningPlanResult
from potluck.tasks.workload import ExampleTask
from potluck.workloads import workload_of
from support import tuning

home, model, one_thread = tuning.home, tuning.model, tuning.one_thread


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("documents: 手冊.md\n", DocumentQA),
        ("documents: 手冊.md\ntask: question-answering\n", DocumentQA),
        ("task: summarization\n", ExampleTask),
        ("model: base\ntask: classification\n", ExampleTask),
        ("chat: extractive\n", DocumentQA),
    ],
)
def test_a_recipe_without_documents_that_names_a_task_has_examples(
    tmp_path: Path, text: str, expected: type[Workload]
) -> None:
    assert workload_of(recipes.loads(text, tmp_path / "recipe.yaml", [])) is expected


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("chat: extractive\n", "the recipe names no documents; add for instance: documents: notes/"),
        ("task: generation\nchat: extractive\n", "the recipe names a task and no documents: this needs documents"),
    ],
)
def test_what_needs_documents_says_what_to_do_without(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "recipe.yaml").write_text(text, encoding="utf-8")
    with Recipe.load(tmp_path / "recipe.yaml") as recipe:
        for ask in (recipe.index, lambda: recipe.ask("?")):
            with pytest.raises(PotluckError, match=told):
                ask()


def test_the_plan_of_a_recipe_with_neither_documents_nor_a_task_says_what_to_add(tmp_path: Path) -> None:
    (tmp_path / "recipe.yaml").write_text("chat: extractive\n", encoding="utf-8")

    with Recipe.load(tmp_path / "recipe.yaml") as recipe, pytest.raises(PotluckError, match="names no documents"):
        recipe.plan()


def test_the_plan_of_a_tuning_counts_its_training(home: Path) -> None:
    pytest.importorskip("torch")
    with tuning.recipe(home) as recipe:
        found = recipe.plan()
        done = recipe.tune()

    assert isinstance(found, TuningPlanResult)
    assert found.trainable_parameters == done.tuned.trainable_parameters
    assert (found.steps, found.problems) == (len(done.tuned.losses), ())
