"""The plan of a task whose recipe trains nothing."""

from __future__ import annotations

from potluck.datasets.examples import ExampleBuilder, check_fields
from potluck.datasets.row_files import read_rows
from potluck.planning.plan import remote_hosts
from potluck.recipe.model import RecipeModel
from potluck.recipe.tuning_settings import DatasetSettings
from potluck.results.stages import TaskPlanResult


def plan_task(recipe: RecipeModel) -> TaskPlanResult:
    """Count the examples that the recipe names. Raises ``PotluckError`` for a file that cannot be evaluated on."""
    return TaskPlanResult(_count_examples(recipe), 0, (), remote_hosts(recipe), None)


def _count_examples(recipe: RecipeModel) -> int | None:
    if recipe.questions is None:
        return None
    settings = recipe.tuning.dataset or DatasetSettings(path=str(recipe.questions))
    rows = read_rows(recipe.questions, settings.encoding)
    check_fields(recipe, settings, rows, evaluating=True)
    classify = recipe.tuning.task == "classification"
    build = ExampleBuilder(recipe.prompt, settings, rows, evaluating=True, classify=classify)
    return len(build.examples(build.usable(rows)))
