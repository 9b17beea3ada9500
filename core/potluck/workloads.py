"""The kinds of recipe: questions about documents, or the examples of a task."""

from __future__ import annotations

from potluck.document_qa.workload import DocumentQA
from potluck.evaluation.workload import Workload
from potluck.recipe.model import RecipeModel
from potluck.tasks.workload import ExampleTask


def workload_of(recipe: RecipeModel) -> type[Workload]:
    """What the recipe does with a file of questions. A recipe that names a task, or tunes, and has no documents has
    examples."""
    return ExampleTask if answers_task(recipe) else DocumentQA


def answers_task(recipe: RecipeModel) -> bool:
    """Whether the recipe performs a task, rather than answering from documents."""
    return recipe.documents is None and (recipe.tuning.task is not None or recipe.tuner is not None)
