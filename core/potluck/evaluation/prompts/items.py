"""What wordings are measured on: cloze facts and labelled sentence pairs, one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from potluck.errors import PotluckError, Problem, RecipeError
from potluck.recipe.messages import shown

_LISTED = 20
_NAMES = {
    "X": ("X", "sub_label"),
    "Y": ("Y", "obj_label"),
    "premise": ("premise", "sentence1"),
    "hypothesis": ("hypothesis", "sentence2"),
    "label": ("label",),
}
"""Under which keys a value may stand: ours, then LAMA's (facts) and GLUE's (pairs)."""

_EXAMPLES = {"Y": '{"X": "Durban", "Y": "South Africa"}', "label": '{"premise": "…", "hypothesis": "…", "label": "…"}'}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to fill in: the fields that are given, and the right answer."""

    id: str
    given: Mapping[str, str]
    answer: str


def read_facts(path: Path, limit: int | None = None) -> list[Item]:
    """Facts with X and Y (LAMA's ``sub_label`` and ``obj_label`` too).

    Raises ``RecipeError`` with every problem and its line, ``PotluckError`` for a file without a fact.
    """
    return _read(path, limit, lambda row: ({"X": _value(row, "X")}, _value(row, "Y")), "Y")


def read_pairs(path: Path, verbalisers: Mapping[str, str], limit: int | None = None) -> list[Item]:
    """Sentence pairs; the right answer is the word for the label. Raises as ``read_facts`` does."""

    def item(row: Mapping[str, Any]) -> tuple[dict[str, str], str]:
        label = _value(row, "label")
        if label not in verbalisers:
            raise _Wrong(f"there is no word for the label {shown(label)}; add it to verbalisers")
        return {"premise": _value(row, "premise"), "hypothesis": _value(row, "hypothesis")}, verbalisers[label]

    return _read(path, limit, item, "label")


class _Wrong(Exception):
    """What is wrong with a line."""


def _read(
    path: Path, limit: int | None, item: Callable[[Mapping[str, Any]], tuple[dict[str, str], str]], place: str
) -> list[Item]:
    found: list[Item] = []
    problems: list[Problem] = []
    for number, line in _lines(path):
        if len(found) == limit or len(problems) == _LISTED:
            break
        try:
            row = _row(line)
            found.append(Item(str(row.get("id", f"line-{number}")), *item(row)))
        except _Wrong as wrong:
            problems.append(Problem(str(path), number, 1, str(wrong)))
    if problems:
        raise RecipeError(problems, f"a line holds one JSON object, such as {_EXAMPLES[place]}")
    if not found:
        raise PotluckError(f"{path}: there is nothing in it; a line holds for instance {_EXAMPLES[place]}")
    return found


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
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _Wrong(f"this is not JSON: {error}") from None
    if not isinstance(row, dict):
        raise _Wrong("this is not a JSON object")
    return row


def _value(row: Mapping[str, Any], name: str) -> str:
    value = next((row[key] for key in _NAMES[name] if key in row), None)
    if isinstance(value, int) and not isinstance(value, bool) and name == "label":
        return str(value)
    if not isinstance(value, str) or not value.strip():
        raise _Wrong(f"{' or '.join(_NAMES[name])} has to be a text that is not blank")
    if not value.isprintable() and any("\ud800" <= character <= "\udfff" for character in value):
        raise _Wrong(f"{name} holds half a character (a lone surrogate)")
    return value.strip()
