"""What wordings are measured on: cloze facts and labelled sentence pairs, one JSON object per line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from potluck.datasets.json_lines import UnusableLine, read_lines, required_text
from potluck.recipe.messages import format_value

_NAMES = {
    "X": ("X", "sub_label"),
    "Y": ("Y", "obj_label"),
    "premise": ("premise", "sentence1"),
    "hypothesis": ("hypothesis", "sentence2"),
    "label": ("label",),
}
"""The keys that a value may have: ours, then LAMA's (facts) and GLUE's (pairs)."""

_EXAMPLES = {"Y": '{"X": "Durban", "Y": "South Africa"}', "label": '{"premise": "…", "hypothesis": "…", "label": "…"}'}


@dataclass(frozen=True, slots=True)
class ClozeItem:
    """One thing to fill in: the fields that are given, and the right answer."""

    id: str
    given: Mapping[str, str]
    answer: str


def read_facts(path: Path, limit: int | None = None) -> list[ClozeItem]:
    """Facts with X and Y (LAMA's ``sub_label`` and ``obj_label`` too).

    Raises ``RecipeError`` with every problem and its line, ``PotluckError`` for a file without a fact.
    """

    def item(number: int, row: Mapping[str, Any]) -> ClozeItem:
        return ClozeItem(_id(number, row), {"X": _value(row, "X")}, _value(row, "Y"))

    return read_lines(path, item, _EXAMPLES["Y"], limit)


def read_pairs(path: Path, verbalisers: Mapping[str, str], limit: int | None = None) -> list[ClozeItem]:
    """Sentence pairs; the right answer is the word for the label. Raises as ``read_facts`` does."""

    def item(number: int, row: Mapping[str, Any]) -> ClozeItem:
        label = _value(row, "label")
        if label not in verbalisers:
            raise UnusableLine(f"there is no word for the label {format_value(label)}; add it to verbalisers")
        given = {name: _value(row, name) for name in ("premise", "hypothesis")}
        return ClozeItem(_id(number, row), given, verbalisers[label])

    return read_lines(path, item, _EXAMPLES["label"], limit)


def _id(number: int, row: Mapping[str, Any]) -> str:
    return str(row.get("id", f"line-{number}"))


def _value(row: Mapping[str, Any], name: str) -> str:
    value = next((row[key] for key in _NAMES[name] if key in row), None)
    if isinstance(value, int) and not isinstance(value, bool) and name == "label":
        return str(value)
    return required_text(value, name, " or ".join(_NAMES[name]))
