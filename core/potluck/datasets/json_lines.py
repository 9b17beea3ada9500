"""Data to measure on: JSON Lines, read with every problem at its line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from potluck.datasets.row_files import DoubledKey, parse_json
from potluck.errors import PotluckError, Problem, RecipeError

_LISTED = 20
"""How many problems of one file are listed."""

T = TypeVar("T")


class UnusableLine(Exception):
    """What is wrong with a line."""


def read_lines(
    path: Path, made: Callable[[int, Mapping[str, Any]], T], example: str, limit: int | None = None
) -> list[T]:
    """What ``made`` makes of each line's number and object, which raises ``UnusableLine``; at most ``limit`` of them.

    ``example`` is a line for people. Raises ``RecipeError`` with the places, ``PotluckError`` for a file without any.
    """
    found, problems = list[T](), list[Problem]()
    for number, line in _lines(path):
        if len(found) == limit or len(problems) == _LISTED:
            break
        try:
            found.append(made(number, _row(line)))
        except UnusableLine as wrong:
            problems.append(Problem(str(path), number, 1, str(wrong)))
    if problems:
        raise RecipeError(problems, f"a line holds one JSON object, such as {example}")
    if not found:
        raise PotluckError(f"{path}: there is nothing in it; a line holds for instance {example}")
    return found


def required_text(value: object, name: str, names: str = "") -> str:
    """A value that has to be a text, stripped. Raises ``UnusableLine``; ``names`` are all the keys it may have."""
    if not isinstance(value, str) or not value.strip():
        raise UnusableLine(f"{names or name} has to be a text that is not blank")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise UnusableLine(f"{name} holds half a character (a lone surrogate)")
    return value.strip()


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise PotluckError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise PotluckError(f"{path}: this is not UTF-8 (byte {error.start + 1}); save the file as UTF-8") from None
    return ((number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip())


def _row(line: str) -> Mapping[str, Any]:
    try:
        row = parse_json(line)
    except DoubledKey as error:
        raise UnusableLine(str(error)) from None
    except (ValueError, RecursionError) as error:
        raise UnusableLine(f"this is not JSON: {error}") from None
    if not isinstance(row, dict):
        raise UnusableLine("this is not a JSON object")
    return row
