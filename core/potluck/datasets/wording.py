"""How the recipe of a task words its input: the fields that its model is given, and the messages they become."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from potluck.datasets.conversations import find_reader
from potluck.datasets.examples import ExampleBuilder, fill_prompt
from potluck.datasets.prepare import training_rows
from potluck.datasets.row_files import DatasetRow, UnusableRow, read_rows, summarise_problems
from potluck.documents import Example, Message
from potluck.errors import PotluckError, Problem, RecipeError
from potluck.recipe.model import RecipeModel
from potluck.recipe.prompt_template import PromptTemplate
from potluck.recipe.tuning_settings import DatasetSettings

TEXT = "text"
"""The field of a recipe without a wording: the input is the whole message."""


@dataclass(frozen=True, slots=True)
class TaskWording:
    """The text that the model is given, with fields. ``turns``: a row may be a conversation instead."""

    template: PromptTemplate
    turns: bool = False

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of the fields, in the order in which the text has them."""
        return self.template.fields

    def examples(self, rows: Sequence[DatasetRow]) -> list[Example]:
        """The messages of each row, without a target. Raises ``RecipeError`` with the rows that lack something."""
        found, problems = list[Example](), list[Problem]()
        for row in rows:
            try:
                found.append(Example(self._messages(row), ""))
            except UnusableRow as wrong:
                problems.append(row.problem(str(wrong)))
        if problems:
            raise RecipeError(summarise_problems(rows, problems), f"a row needs these fields: {', '.join(self.fields)}")
        return found

    def _messages(self, row: DatasetRow) -> tuple[Message, ...]:
        if self.turns and (read := find_reader(row.fields)) is not None:
            asked = read(row.fields)
            asked = asked[:-1] if asked and asked[-1].role == "assistant" else asked
            if not asked:
                raise UnusableRow("there is no turn before the answer")
            return asked
        return (fill_prompt(self.template, row),)


def wording_of(recipe: RecipeModel) -> TaskWording:
    """The wording of its dataset, else of its prompt, else of its file of questions; else the input is the whole
    message.

    Raises ``RecipeError`` for a dataset that cannot be read, ``PotluckError`` for a prompt without fields.
    """
    found = _find(recipe)
    if not found.fields:
        raise PotluckError(f"{recipe.path}: the prompt has no field such as {{text}}, so nothing can be asked")
    return found


def _find(recipe: RecipeModel) -> TaskWording:
    settings, rows = recipe.tuning.dataset, list[DatasetRow]()
    if settings is not None:
        rows = training_rows(recipe, settings)
    elif recipe.prompt is None and recipe.questions is not None:
        settings = DatasetSettings(path=str(recipe.questions))
        rows = read_rows(recipe.questions)
    if settings is None:
        return TaskWording(recipe.prompt or PromptTemplate("{" + TEXT + "}"))
    template = ExampleBuilder(recipe.prompt, settings, rows, evaluating=recipe.tuning.dataset is None).template
    return TaskWording(template or PromptTemplate("{" + TEXT + "}"), template is None)
