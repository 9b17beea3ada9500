"""The kinds of recipe: questions about documents, or the examples of a task."""

from __future__ import annotations

from potluck.document_qa.workload import DocumentQA
from potluck.evaluation.workload import Workload
from potluck.recipe.model import RecipeModel
from potluck.tasks.workload import ExampleTask


def workload_of(recipe: RecipeModel) -> type[Workload]:
    """What the recipe does with a file of questions: one that names a task, or tunes, and no documents has examples."""
    names_task = recipe.tuning.task is not None or recipe.tuner is not None
    return ExampleTask if recipe.documents is None and names_task else DocumentQA
