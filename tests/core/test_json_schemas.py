"""The schema of a type allows what ``as_json`` makes of its values, and nothing else.

Modules: ``potluck.json_schemas``, ``potluck.json_values``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest
from jsonschema import Draft202012Validator

from potluck.json_schemas import field_descriptions, json_schema_of
from potluck.json_values import SPREAD, as_json


@dataclass(frozen=True, slots=True)
class Span:
    """Where something is.

    In ``characters``.
    """

    from_: int
    """The first
    character."""
    to: int | None


@dataclass(frozen=True, slots=True)
class LabelledSpan(Span):
    label: Literal["垃圾", "ok"]
    """What it is."""


@dataclass(frozen=True, slots=True)
class Report:
    spans: tuple[Span, ...]
    best: LabelledSpan | None
    ends: tuple[float, float | None]
    any: object
    named: Mapping[str, float] = field(metadata=SPREAD)


@dataclass(frozen=True, slots=True)
class Numbered:
    number: int
    report: Report = field(metadata=SPREAD)


def schema(kind: Any) -> Any:
    found = json_schema_of(kind, "a title")
    Draft202012Validator.check_schema(found)
    return found


def is_valid(kind: Any, document: object) -> bool:
    return Draft202012Validator(schema(kind)).is_valid(document)


REPORT = Report((Span(1, None),), LabelledSpan(1, 2, "垃圾"), (0.5, None), {"x": [1]}, {"f1": 0.5, "查全率": 1.0})


def test_what_is_made_of_a_value_is_valid() -> None:
    assert is_valid(Report, as_json(REPORT))
    assert is_valid(tuple[Span, ...], [as_json(one) for one in REPORT.spans])
    assert is_valid(Report | Span, as_json(REPORT.spans[0]))


def test_what_is_spread_stands_beside_the_fields() -> None:
    document = as_json(Numbered(3, REPORT))

    assert is_valid(Numbered, document)
    assert not is_valid(Numbered, {key: value for key, value in document.items() if key != "spans"})
    assert not is_valid(Numbered, {**document, "f1": "0.5"})


@pytest.mark.parametrize(
    "change",
    [
        {"spans": None},
        {"spans": [{"from": 1, "to": None, "more": 2}]},
        {"spans": [{"from": 1}]},
        {"spans": [{"from_": 1, "to": 2}]},
        {"best": {"from": 1, "to": 2, "label": "spam"}},
        {"ends": [0.5]},
        {"ends": [0.5, 1, 2]},
        {"f1": "0.5"},
    ],
)
def test_anything_else_is_not(change: dict[str, object]) -> None:
    assert not is_valid(Report, {**as_json(REPORT), **change})


def test_docstrings_are_descriptions_those_of_inherited_fields_too() -> None:
    found = schema(LabelledSpan)["$defs"]["LabelledSpan"]

    assert field_descriptions(LabelledSpan) == {"from_": "The first character.", "label": "What it is."}
    assert schema(Span)["$defs"]["Span"]["description"] == "Where something is. In `characters`."
    assert found["properties"]["from"] == {"type": "integer", "description": "The first character."}
    assert found["required"] == ["from", "to", "label"]


def test_it_names_its_draft_and_each_class_once() -> None:
    found = schema(Report)

    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert found["title"] == "a title"
    assert list(found["$defs"]) == ["Report", "Span", "LabelledSpan"]


def test_two_classes_of_one_name_are_an_error() -> None:
    other = dataclass(frozen=True)(type("Span", (), {"__annotations__": {"x": int}}))

    with pytest.raises(TypeError, match="two classes are called Span"):
        json_schema_of(tuple[Span, other], "x")


@pytest.mark.parametrize("kind", [bytes, set[int], list])
def test_a_type_that_json_cannot_say_is_an_error(kind: Any) -> None:
    with pytest.raises(TypeError, match="JSON cannot say"):
        json_schema_of(kind, "x")


def test_a_class_whose_source_is_nowhere_has_no_descriptions() -> None:
    made = dataclass(frozen=True)(type("Made", (), {"__annotations__": {"x": int}}))

    assert field_descriptions(made) == {}
