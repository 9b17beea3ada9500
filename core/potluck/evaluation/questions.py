"""Questions with what is known about their answers: a JSON Lines file, one question a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from potluck.errors import PotluckError, Problem, RecipeError

_LISTED = 20
"""How many problems of one file are listed."""

_SHOWN = 160
"""The longest line that is shown with its problem, in characters."""

_EXAMPLE = '{"question_id": "q1", "question": "…", "gold_ids": ["file-name"], "answers": ["…"], "answerable": true}'

# What bytes that are no UTF-8 become, and what "\ud800" in JSON does: nothing that could be written out again.
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a file.

    ``gold_ids`` are the documents that answer it (file names without folder and extension), ``gold_sections`` the
    labels of the sections that do. ``answers`` are ways to put the right answer, ``gold_facts`` what it has to
    contain, ``evidence`` the places of the documents where that stands. All may be empty. ``answerable`` is False
    where the documents do not say: then the right answer is that one does not know.
    """

    id: str
    question: str
    gold_ids: tuple[str, ...] = ()
    gold_sections: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    gold_facts: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    answerable: bool = True


def read_questions(path: Path, limit: int | None = None) -> list[Question]:
    """The questions of a file, or its first ``limit``; keys that ``Question`` does not have are passed over.

    A question without ``question_id`` (or ``id``) is called after its line: ``line-7``. Raises ``RecipeError`` with
    every problem and its line, and ``PotluckError`` if the file cannot be opened.
    """
    questions: dict[str, Question] = {}
    problems: list[Problem] = []
    for number, line in _lines(path):
        if len(questions) == limit or len(problems) == _LISTED:
            break
        try:
            question = _question(line, number)
            if question.id in questions:
                raise _Wrong(f"there is a question {question.id!r} above; give each its own question_id")
            questions[question.id] = question
        except _Wrong as wrong:
            shown = len(line) <= _SHOWN and not _SURROGATE.search(line)
            problems.append(Problem(str(path), number, wrong.column, str(wrong), line if shown else ""))
    if problems:
        raise RecipeError(problems, "a line holds one JSON object, such as " + _EXAMPLE)
    return list(questions.values())


class _Wrong(Exception):
    """What is wrong with a line, and at which column."""

    def __init__(self, message: str, column: int = 1) -> None:
        self.column = column
        super().__init__(message)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers; bytes that are no UTF-8 become surrogates."""
    try:
        with path.open(encoding="utf-8-sig", errors="surrogateescape") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line.rstrip("\r\n")
    except OSError as error:
        raise PotluckError(f"{path}: the questions cannot be read: {error.strerror}") from None


def _question(line: str, number: int) -> Question:
    if wrong := _SURROGATE.search(line):
        raise _Wrong("this is not UTF-8; save the file as UTF-8", wrong.start() + 1)
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise _Wrong(f"this is not JSON: {error.msg}", error.colno) from None
    except (ValueError, RecursionError) as error:
        raise _Wrong(f"this JSON cannot be read: {error}") from None
    if not isinstance(row, dict):
        raise _Wrong("this is not a JSON object")
    return Question(
        id=_id(row, number),
        question=_text(row),
        gold_ids=_texts(row, "gold_ids"),
        gold_sections=_texts(row, "gold_sections"),
        answers=_texts(row, "answers"),
        gold_facts=_texts(row, "gold_facts"),
        evidence=_texts(row, "evidence"),
        answerable=_flag(row, "answerable"),
    )


def _id(row: dict[str, Any], number: int) -> str:
    value = row.get("question_id", row.get("id"))
    if value is None:
        return f"line-{number}"
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not _is_text(value):
        raise _Wrong("question_id has to be a text that is not blank")
    return str(value)


def _text(row: dict[str, Any]) -> str:
    value = row.get("question")
    if not _is_text(value):
        raise _Wrong("question has to be a text that is not blank")
    return str(value)


def _texts(row: dict[str, Any], key: str) -> tuple[str, ...]:
    value = row.get(key)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(map(_is_text, value)):
        raise _Wrong(f"{key} has to be a list of texts that are not blank")
    return tuple(value)


def _flag(row: dict[str, Any], key: str) -> bool:
    value = row.get(key, True)
    if not isinstance(value, bool):
        raise _Wrong(f"{key} has to be true or false")
    return value


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and not _SURROGATE.search(value)
