"""From rows to examples: which fields are input and target, and what is wrong with a row."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

from potluck.datasets.class_labels import label_remarks, normalise_label
from potluck.datasets.conversations import Reader, describe_calls, find_reader
from potluck.datasets.formats import PAIRS, REFERENCES, find_field, find_pair, recognise
from potluck.datasets.row_files import TABLES, DatasetRow, UnusableRow, summarise_problems
from potluck.documents import Example, Json, Message
from potluck.errors import PotluckError, Problem, RecipeError
from potluck.recipe.model import RecipeModel
from potluck.recipe.prompt_template import PromptTemplate
from potluck.recipe.recipe_loader import problem_at
from potluck.recipe.tuning_settings import DatasetSettings
from potluck.suggestions import did_you_mean

_FIELDS = PAIRS[0]
_OF_DOCUMENTS = frozenset({"gold_ids", "answers"})
"""Fields that questions about documents have beside ``question``."""


def check_fields(
    recipe: RecipeModel, settings: DatasetSettings, rows: Sequence[DatasetRow], *, evaluating: bool = False
) -> None:
    """Raise ``RecipeError``, at its place in the recipe, for a field that ``dataset`` names and no row has.

    ``evaluating``: the rows need no target if they have several right answers in its place.
    """
    there = list(dict.fromkeys(name for row in rows for name in row.fields))
    named = {"input": _fields_of(settings.input), "target": [settings.target], "split": [settings.split]}
    if evaluating:
        named = {"input": named["input"], "target": [] if set(REFERENCES) & set(there) else named["target"]}
    problems = [
        problem_at(recipe, f"dataset.{key}", _no_field(f"dataset.{key}", name, there, rows))
        for key, names in named.items()
        for name in names
        if name is not None and name not in there
    ]
    if problems:
        raise RecipeError(problems, _about_documents(rows[0], _FIELDS) if evaluating else "")


def _fields_of(written: str | None) -> Sequence[str]:
    """The fields that ``dataset.input`` names: one, or those of a text with fields."""
    if written is None or "{" not in written:
        return [] if written is None else [written]
    return sorted(PromptTemplate(written).fields)


def _no_field(key: str, name: str, there: Sequence[str], rows: Sequence[DatasetRow]) -> str:
    return (
        f"{key}: there is no field {name!r} in {rows[0].path}{did_you_mean(name, there)}; there are {', '.join(there)}"
    )


def _about_documents(row: DatasetRow, fields: Sequence[str]) -> str:
    """The message about a file whose first row is a question about documents; empty for any other.

    ``fields`` are those that an example has.
    """
    if "question" not in row.fields or not _OF_DOCUMENTS & set(row.fields):
        return ""
    example = json.dumps(dict.fromkeys(fields, "…"), ensure_ascii=False)
    return f"{row.path}: this is a file of questions about documents, and an example of this task looks like {example}"


class ExampleBuilder:
    """Makes examples from the rows of one dataset; what input and target are called is the same for all."""

    def __init__(
        self,
        prompt: PromptTemplate | None,
        settings: DatasetSettings,
        rows: Sequence[DatasetRow],
        *,
        evaluating: bool = False,
        classify: bool = False,
    ) -> None:
        """Find the names in the first row. Raises ``PotluckError`` if they cannot be told.

        ``evaluating``: the file may have several right answers in the place of the target that is trained on.
        ``classify``: the target is a label.
        """
        self._prompt, self._evaluating, self._classify = prompt, evaluating, classify
        self._written: dict[str, Json] = {}
        self._fields = rows[0].fields if rows else {}
        self._conversation = self._reader(settings, rows)
        if self._conversation is None:
            self._input, self._target = self._names(settings, rows)

    @property
    def template(self) -> PromptTemplate | None:
        """The text with fields that the model is given; None for chat data, and for texts without a prompt."""
        return None if self._conversation or self._input is None else self._prompt or self._input

    def usable(self, rows: Sequence[DatasetRow]) -> list[DatasetRow]:
        """Without the rows of a classification that have no label; ``notes`` tells of them."""
        if not self._classify:
            return list(rows)
        found = {row.place: self._label(row) for row in rows}
        written = {place: label for place, label in found.items() if not isinstance(label, UnusableRow)}
        self._written |= written
        return [row for row in rows if row.place not in written or normalise_label(written[row.place])]

    def notes(self) -> Iterator[str]:
        """What is odd about the labels of all rows so far, one sentence each."""
        return label_remarks(self._written)

    def _label(self, row: DatasetRow) -> Json | UnusableRow:
        """The label as it stands in the row, or what is wrong with it."""
        try:
            if self._conversation:
                return self._messages(row).target
            return _target_value(row, self._target) if self._target in row.fields else None
        except UnusableRow as wrong:
            return wrong

    def examples(self, rows: Sequence[DatasetRow]) -> list[Example]:
        """One example per row. Raises ``RecipeError`` with those that lack something."""
        self._refuse_questions(rows)
        found, problems = list[Example](), list[Problem]()
        for row in rows:
            try:
                one = self._messages(row) if self._conversation else self._example(row)
                found.append(replace(one, target=normalise_label(one.target)) if self._classify else one)
            except UnusableRow as wrong:
                problems.append(row.problem(str(wrong)))
        if problems:
            raise RecipeError(
                summarise_problems(rows, problems),
                "fix these rows, or name other fields: dataset: {input: ..., target: ...}",
            )
        return found

    def _refuse_questions(self, rows: Sequence[DatasetRow]) -> None:
        """Raise ``PotluckError`` for a file of questions about documents that lacks what the prompt asks for."""
        template = None if self._conversation else self._prompt or self._input
        if not self._evaluating or template is None or not rows or set(template.fields) <= set(rows[0].fields):
            return
        fields = sorted(template.fields)
        target = next((target for given, target in PAIRS if given in fields), "completion")
        if told := _about_documents(rows[0], (*fields, target)):
            raise PotluckError(told)

    def references(self, row: DatasetRow) -> tuple[str, ...]:
        """All the answers that a row calls right: its target, or each of a list of them."""
        if self._conversation:
            return (self._messages(row).target,)
        value = row.fields[self._target]
        return tuple(text for one in value if (text := str(one).strip())) if isinstance(value, list) else (str(value),)

    def _reader(self, settings: DatasetSettings, rows: Sequence[DatasetRow]) -> Reader | None:
        """The reader of the rows if they are conversations and the recipe names no fields."""
        form = recognise(self._fields) if settings.input is None and settings.target is None else None
        if form == "preference":
            raise PotluckError(
                f"{rows[0].place}: these are pairs of a better and a worse answer, from which no tuner learns yet. To "
                "learn the better ones, say dataset: {input: prompt, target: chosen}"
            )
        own_fields = form == "alpaca" and self._prompt is not None
        return None if form is None or own_fields else find_reader(self._fields)

    def _names(self, settings: DatasetSettings, rows: Sequence[DatasetRow]) -> tuple[PromptTemplate | None, str]:
        known = find_pair(self._fields)
        target = settings.target or (known[1] if known else None)
        if self._evaluating and target not in self._fields:
            target = next((name for name in REFERENCES if name in self._fields), target)
        text = find_field("text", self._fields)
        if target is None and settings.input is None and text is not None:
            return None, text
        given = settings.input or (known[0] if known else None)
        if target is not None and given is None and self._prompt is not None:
            return self._prompt, target
        if target is None or given is None:
            names = ", ".join(self._fields)
            if self._evaluating and rows and (told := _about_documents(rows[0], _FIELDS)):
                raise PotluckError(told)
            is_table = bool(rows) and rows[0].path.suffix.lower() in TABLES
            raise PotluckError(
                f"{rows[0].place if rows else 'the dataset'}: which field is the input, and which the target? Say "
                f"dataset: {{input: ..., target: ...}}; there are {names}"
                f"{', as the first line says, which has to name the fields' if is_table else ''}"
            )
        more = find_field("input", self._fields)
        if known and given == find_field("instruction", self._fields) and more and settings.input is None:
            return PromptTemplate(f"{{{given}}}\n\n{{{more}}}"), target
        return PromptTemplate(given if "{" in given else "{" + given + "}"), target

    def _example(self, row: DatasetRow) -> Example:
        target = _first_target(row, self._target)
        if self._classify:
            target = normalise_label(_target_value(row, self._target))
        if not target.strip():
            raise UnusableRow(f"the field {self._target!r} is empty")
        if self._input is None:
            return Example((), target)
        return Example((fill_prompt(self._prompt or self._input, row),), target)

    def _messages(self, row: DatasetRow) -> Example:
        assert self._conversation is not None, "asked for rows that are conversations"
        *asked, last = self._conversation(row.fields)
        said = last.content.strip() or last.calls
        if last.role != "assistant" or not (said or self._classify):
            raise UnusableRow("the last turn is not an answer of the assistant")
        return Example(tuple(asked), describe_calls(last), last if last.calls else None)


def fill_prompt(template: PromptTemplate, row: DatasetRow) -> Message:
    """The user's turn for a row. Raises ``UnusableRow`` if a field is missing or not a text, or all are blank."""
    values = {name: _field_text(row, name) for name in template.fields}
    if not any(value.strip() for value in values.values()):
        raise UnusableRow(f"there is no text in {', '.join(template.fields)}")
    return Message("user", template.render(**values).strip())


def _field_text(row: DatasetRow, name: str) -> str:
    """The text of a field of a row, empty for none. Raises ``UnusableRow`` if it is missing or not a text."""
    if name not in row.fields:
        raise UnusableRow(
            f"there is no field {name!r}{did_you_mean(name, list(row.fields))}; there are {', '.join(row.fields)}"
        )
    value = row.fields[name]
    if value is None:
        return ""
    if isinstance(value, list | dict):
        raise UnusableRow(f"the field {name!r} is not a text")
    return str(value)


def _first_target(row: DatasetRow, name: str) -> str:
    """A target, or the first of several."""
    value = row.fields.get(name)
    return str(value[0]) if isinstance(value, list) and value else _field_text(row, name)


def _target_value(row: DatasetRow, name: str) -> Json:
    """A target as it stands in the file, or the first of several."""
    value = row.fields.get(name)
    if isinstance(value, list) and value:
        return value[0]
    _field_text(row, name)
    return value
