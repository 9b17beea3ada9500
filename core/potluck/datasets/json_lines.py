"""JSON Lines: one JSON object per line, each problem with its line and column.

The one reader of questions, of rows to learn from, and of data to measure on.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from potluck.documents import Json
from potluck.errors import PotluckError, Problem, RecipeError
from potluck.recipe.messages import format_value

_LISTED = 20
"""How many problems of one file are listed."""

_SHOWN = 160
"""The longest line, in characters, that is shown with its problem."""

# What bytes that are not UTF-8 become, and what "\ud800" in JSON does: nothing that could be written out again.
SURROGATE = re.compile("[\ud800-\udfff]")

T = TypeVar("T")


class UnusableLine(Exception):
    """A line is unusable: because of one of its keys, or at a column (from 1)."""

    def __init__(self, message: str, key: str | None = None, column: int | None = None) -> None:
        """Without a key and a column it is about the whole line."""
        self.key, self.column = key, column
        super().__init__(message)


class DoubledKey(ValueError):
    """A key occurs twice in one object, so that a value would be lost."""

    def __init__(self, key: str) -> None:
        """Name the key."""
        self.key = key
        super().__init__(f"the key {format_value(key)} stands twice in one object")


@dataclass(frozen=True, slots=True)
class JsonLine:
    """A line of a file, with its number from 1; bytes that are not UTF-8 are surrogates in ``text``."""

    path: Path
    line: int
    text: str

    def parse(self) -> Mapping[str, Json]:
        """The object in the line. Raises ``UnusableLine`` if there is none, or it has a key twice."""
        if wrong := SURROGATE.search(self.text):
            raise UnusableLine("this is not UTF-8; save the file as UTF-8", column=wrong.start() + 1)
        try:
            fields = parse_json(self.text)
        except DoubledKey as error:
            raise UnusableLine(str(error), error.key) from None
        except json.JSONDecodeError as error:
            raise UnusableLine(f"this is not JSON: {error.msg}", column=error.colno) from None
        except (ValueError, RecursionError) as error:
            raise UnusableLine(f"this JSON cannot be read: {json_fault(error)}") from None
        if not isinstance(fields, dict):
            raise UnusableLine("this is not a JSON object")
        return fields

    def problem(self, message: str, key: str | None = None, column: int | None = None) -> Problem:
        """A problem at a column, at a key, or else at the beginning of the line."""
        if column is None:
            pattern = re.escape(json.dumps(key, ensure_ascii=False)) + r"\s*:"
            found = re.search(pattern, self.text) if key is not None else None
            column = found.start() + 1 if found else 1
        is_text = len(self.text) <= _SHOWN and not SURROGATE.search(self.text)
        return Problem(str(self.path), self.line, column, message, self.text if is_text else "")

    def problem_of(self, wrong: UnusableLine) -> Problem:
        """A problem that ``parse`` or a caller found, at its place."""
        return self.problem(str(wrong), wrong.key, wrong.column)


def open_json_lines(path: Path) -> Iterator[JsonLine]:
    """The lines of a file that are not blank, each as it is asked for. Raises ``OSError``."""
    with path.open(encoding="utf-8-sig", errors="surrogateescape") as file:
        yield from split_json_lines(path, file)


def split_json_lines(path: Path, lines: Iterable[str]) -> Iterator[JsonLine]:
    """The lines that are not blank, of ``lines`` read from a file."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield JsonLine(path, number, line.rstrip("\r\n"))


def read_lines(
    path: Path, build: Callable[[int, Mapping[str, Json]], T], example: str, limit: int | None = None
) -> list[T]:
    """What ``build`` makes of the number and the object of each line, or of the first ``limit``.

    It raises ``UnusableLine`` for an object that it cannot use. ``example`` is a line to show to people. Raises
    ``RecipeError`` with the places of the first 20 problems, and ``PotluckError`` for a file without any line.
    """
    found, problems = list[T](), list[Problem]()
    try:
        for line in open_json_lines(path):
            if len(found) == limit or len(problems) == _LISTED:
                break
            try:
                found.append(build(line.line, line.parse()))
            except UnusableLine as wrong:
                problems.append(line.problem_of(wrong))
    except OSError as error:
        raise PotluckError(f"{path}: cannot be read: {error.strerror}") from None
    if problems:
        raise RecipeError(problems, f"a line holds one JSON object, such as {example}")
    if not found:
        raise PotluckError(f"{path}: there is nothing in it; a line holds for instance {example}")
    return found


def required_text(value: object, name: str, names: str = "") -> str:
    """A value that has to be a text, stripped. Raises ``UnusableLine``; ``names`` are all the keys it may have."""
    if not isinstance(value, str) or not value.strip():
        raise UnusableLine(f"{names or name} has to be a text that is not blank", name)
    if SURROGATE.search(value):
        raise UnusableLine(f"{name} holds half a character (a lone surrogate)", name)
    return value.strip()


def parse_json(text: str) -> Any:
    """What a text of JSON says. Raises ``DoubledKey``, and what ``json.loads`` raises."""
    return json.loads(text, object_pairs_hook=object_of)


def object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object of its keys and values. Raises ``DoubledKey``."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise DoubledKey(key)
        found[key] = value
    return found


def json_fault(error: ValueError | RecursionError) -> str:
    """Why ``json.loads`` refused a text, in words for whoever wrote it."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, json.JSONDecodeError):
        return error.msg
    return f"a whole number has more than {sys.get_int_max_str_digits():,} digits"
