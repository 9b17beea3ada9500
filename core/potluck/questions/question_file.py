"""Questions with their known answers: JSON Lines, one question per line, or the rows of a table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from potluck.datasets.json_lines import SURROGATE, JsonLine, UnusableLine, open_json_lines
from potluck.datasets.row_files import TABLES, DatasetRow, is_rows, read_rows
from potluck.documents import Json
from potluck.errors import PotluckError, Problem, RecipeError
from potluck.questions.keys import KEYS, chinese_keys, group_text, meant_key
from potluck.recipe.messages import format_value
from potluck.refusals import is_refusal
from potluck.suggestions import suggest
from potluck.visible import is_blank

_LISTED = 20
"""How many problems of one file are listed."""

_FLAGS = {"true": True, "yes": True, "1": True, "是": True, "false": False, "no": False, "0": False, "否": False}
_LISTS = ("gold_ids", "gold_sections", "answers", "gold_facts", "evidence")
_PASSED_OVER = ("id", "metadata", "")
"""Keys that any question may have, which no note reports."""

_EXAMPLE = '{"question_id": "q1", "question": "…", "gold_ids": ["file-name"], "answers": ["…"], "answerable": true}'

_COLUMNS = "question_id, question, gold_ids, answers, answerable"


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a file.

    ``gold_ids`` are the documents that answer it (file names without folder and extension), ``gold_sections`` the
    labels of the sections that do. ``answers`` are ways to phrase the right answer, ``gold_facts`` what it has to
    contain, ``evidence`` the places in the documents that say so. All may be empty. ``answerable`` is False if the
    documents do not say: then the right answer is a refusal.
    """

    id: str
    question: str
    gold_ids: tuple[str, ...] = ()
    gold_sections: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    gold_facts: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    answerable: bool = True
    group: str | None = None
    """What questions that hang together have in common, such as a document or a customer."""
    generated_by: str | None = None
    """The model that made the question; None for one of people, or if the file does not say."""
    row: DatasetRow | JsonLine | None = field(default=None, compare=False, repr=False)
    """Where it stands, for messages."""

    def problem(self, message: str, key: str) -> Problem:
        """A problem with one of its keys, at its place."""
        return self.row.problem(message, key) if self.row is not None else Problem.without_place(self.id, message)


@dataclass(frozen=True, slots=True)
class QuestionFile:
    """The questions of a file. ``notes`` are sentences for the user: which of its keys mean nothing here."""

    questions: tuple[Question, ...]
    notes: tuple[str, ...] = ()


def read_questions(path: Path, limit: int | None = None) -> list[Question]:
    """The questions of a file, or its first ``limit``. Raises what ``read_question_file`` raises."""
    return list(read_question_file(path, limit).questions)


def read_question_file(path: Path, limit: int | None = None) -> QuestionFile:
    """The questions of a file, or its first ``limit``: JSON Lines, or rows of .json, .csv, .tsv, .xlsx or .parquet.

    A question without ``question_id`` (or ``id``) is called after its line: ``line-7``. Keys of the user's own are
    passed over, with a note; one that is nearly a key of ours, and stands for none that is there, is a problem. Raises
    ``RecipeError`` with every problem and its place, and ``PotluckError`` if the file cannot be opened.
    """
    found = _Found(path)
    for row in _rows(path):
        if len(found.questions) == limit or len(found.problems) >= _LISTED:
            break
        found.take(row)
    if found.problems:
        raise RecipeError(found.problems, f"{_hint(path)}; keys of your own may stand under 'metadata'")
    return QuestionFile(tuple(found.questions.values()), tuple(found.notes()))


class _Found:
    """The questions that were read so far, and what is wrong."""

    def __init__(self, path: Path) -> None:
        self.questions: dict[str, Question] = {}
        self.problems: list[Problem] = []
        self._path = path
        self._own: dict[str, None] = {}
        self._told: set[str] = set()

    def take(self, row: DatasetRow | JsonLine) -> None:
        """Make a question of a row."""
        meant: dict[str, str] = {}
        try:
            written = row.fields if isinstance(row, DatasetRow) else row.parse()
            meant = chinese_keys(written)
            fields = {meant.get(key, key): _as_meant(value, meant.get(key)) for key, value in written.items()}
            self._check_keys(fields, row)
            if self._lacks_column(written, fields, row):
                return
            question = _question(fields, row)
            if question.id in self.questions:
                raise UnusableLine(f"there is a question {question.id!r} above; give each its own question_id")
            self.questions[question.id] = question
        except UnusableLine as wrong:
            key = next((name for name, key in meant.items() if key == wrong.key), wrong.key)
            column = (wrong.column,) if isinstance(row, JsonLine) else ()
            self.problems.append(row.problem(str(wrong), key, *column))

    def notes(self) -> Iterator[str]:
        """What the user should know."""
        if self._own:
            yield f"{self._path}: these keys of questions mean nothing to potluck: {', '.join(self._own)}"

    def _lacks_column(
        self, written: Mapping[str, Json], fields: Mapping[str, Json], row: DatasetRow | JsonLine
    ) -> bool:
        """Whether a table has no column of questions; that is a problem once, and not of each row."""
        if "question" in fields or not _is_table(row):
            return False
        if not self.problems:
            columns = ", ".join(map(format_value, written))
            message = f"no column is called 'question' (or '問題'); the columns are {columns}"
            self.problems.append(Problem(str(self._path), 1, 1, message))
        return True

    def _check_keys(self, fields: Mapping[str, Json], row: DatasetRow | JsonLine) -> None:
        """Note keys that are not ours; each misspelt one is reported once, at its first place."""
        for key in fields:
            if key in KEYS or key in _PASSED_OVER:
                continue
            meant = meant_key(key, fields)
            if meant is None:
                self._own[key] = None
            elif key not in self._told:
                self._told.add(key)
                place = row.problem_with_name if isinstance(row, DatasetRow) else row.problem
                self.problems.append(place(f"unknown key {format_value(key)}{suggest(meant)}", key))


def _rows(path: Path) -> Iterator[DatasetRow | JsonLine]:
    """The rows of a file: by its name those of a table or a list, else lines of JSON."""
    if path.suffix.lower() == ".jsonl" or not is_rows(path):
        try:
            yield from open_json_lines(path)
        except OSError as error:
            raise PotluckError(f"{path}: the questions cannot be read: {error.strerror}") from None
        return
    try:
        yield from read_rows(path)
    except RecipeError as error:
        raise RecipeError(error.problems, _hint(path)) from None


def _hint(path: Path) -> str:
    """What a file of this name should hold."""
    if path.suffix.lower() in TABLES:
        names = f"{_COLUMNS} (or 問題, 答案)"
        return f"the first line names the columns, such as {names}; a cell holds a text, or a JSON list of texts"
    if path.suffix.lower() == ".parquet":
        return f"the columns are such as {_COLUMNS}"
    if path.suffix.lower() == ".json":
        return f"the file holds a list of JSON objects, such as {_EXAMPLE}"
    return f"a line holds one JSON object, such as {_EXAMPLE}"


def _is_table(row: DatasetRow | JsonLine) -> bool:
    return isinstance(row, DatasetRow) and row.path.suffix.lower() in TABLES


def _question(fields: Mapping[str, Json], row: DatasetRow | JsonLine) -> Question:
    is_table = _is_table(row)
    question = Question(
        id=_id(fields, row),
        question=_text(fields),
        gold_ids=_texts(fields, "gold_ids", is_table),
        gold_sections=_texts(fields, "gold_sections", is_table),
        answers=_texts(fields, "answers", is_table),
        gold_facts=_texts(fields, "gold_facts", is_table),
        evidence=_texts(fields, "evidence", is_table),
        answerable=_flag(fields, is_table),
        group=_group(fields),
        generated_by=_model_name(fields),
        row=row,
    )
    _check_answerable(question)
    return question


def _check_answerable(question: Question) -> None:
    """Raise ``UnusableLine`` if an unanswerable question has answers other than refusals."""
    if question.answerable:
        return
    answers = [answer for answer in question.answers if not is_refusal(answer)]
    said = {"answers": answers, "gold_ids": question.gold_ids, "gold_sections": question.gold_sections}
    for key, values in (said | {"gold_facts": question.gold_facts}).items():
        if values:
            raise UnusableLine(f"answerable is false, and {key} names what answers; leave out one of the two", key)


def _id(fields: Mapping[str, Json], row: DatasetRow | JsonLine) -> str:
    value = fields.get("question_id", fields.get("id"))
    if value in (None, ""):
        return f"line-{row.line}" if row.line else f"row-{row.number}" if isinstance(row, DatasetRow) else ""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not _is_text(value):
        raise UnusableLine("question_id has to be a text that is not blank", "question_id")
    return str(value)


def _group(fields: Mapping[str, Json]) -> str | None:
    value = fields.get("group")
    if value is not None and (isinstance(value, bool) or not isinstance(value, str | int | float)):
        raise UnusableLine("group has to be a text or a number", "group")
    return group_text(value)


def _model_name(fields: Mapping[str, Json]) -> str | None:
    value = fields.get("generated_by")
    if value is not None and not isinstance(value, str):
        raise UnusableLine("generated_by has to be the name of the model that made the question", "generated_by")
    return value.strip() or None if value is not None else None


def _text(fields: Mapping[str, Json]) -> str:
    value = fields.get("question")
    if not _is_text(value):
        raise UnusableLine("question has to be a text that is not blank", "question")
    return str(value)


def _texts(fields: Mapping[str, Json], key: str, is_table: bool) -> tuple[str, ...]:
    """A list of texts. A cell of a table holds one text, or a list as JSON writes it."""
    value = fields.get(key)
    if is_table and isinstance(value, str):
        value = _as_list(value)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(map(_is_text, value)):
        raise UnusableLine(f"{key} has to be a list of texts that are not blank", key)
    return tuple(str(one) for one in value)


def _as_meant(value: Json, key: str | None) -> Json:
    """The value of a key in Chinese, under which one text stands for a list of it."""
    return _as_list(value) if isinstance(value, str) and key in _LISTS else value


def _as_list(cell: str) -> Json:
    if not cell.strip():
        return None
    if cell.lstrip().startswith("["):
        with suppress(ValueError, RecursionError):
            return json.loads(cell)  # type: ignore[no-any-return]
    return [cell]


def _flag(fields: Mapping[str, Json], is_table: bool) -> bool:
    value = fields.get("answerable")
    if value is None or (is_table and value == ""):
        return True
    if is_table and isinstance(value, str):
        value = _FLAGS.get(value.strip().casefold(), value)
    if not isinstance(value, bool):
        raise UnusableLine("answerable has to be true or false", "answerable")
    return value


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and not is_blank(value) and not SURROGATE.search(value)
