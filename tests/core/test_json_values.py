"""A dataclass as JSON has a key for each field, whatever the fields hold.

Modules: ``potluck.json_values``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from potluck.json_values import SPREAD, as_json


@dataclass(frozen=True, slots=True)
class Inner:
    from_: float
    to: int | None


@dataclass(frozen=True, slots=True)
class Outer:
    second: tuple[Inner, ...]
    first: Mapping[str, Inner]
    text: object = "動態標準值"


def test_fields_are_keys_in_their_order_at_any_depth() -> None:
    found = as_json(Outer((Inner(0.5, None), Inner(1.0, 2)), {"一": Inner(0.0, 0)}))

    assert found == {
        "second": [{"from": 0.5, "to": None}, {"from": 1.0, "to": 2}],
        "first": {"一": {"from": 0.0, "to": 0}},
        "text": "動態標準值",
    }
    assert list(found) == ["second", "first", "text"]


@dataclass(frozen=True, slots=True)
class Scores:
    answerable: bool
    values: Mapping[str, float] = field(metadata=SPREAD)


def test_the_keys_of_a_mapping_that_is_spread_stand_beside_the_fields() -> None:
    assert as_json(Scores(True, {"f1": 0.5, "查全率": 1.0})) == {"answerable": True, "f1": 0.5, "查全率": 1.0}


@dataclass(frozen=True, slots=True)
class Numbered:
    number: int
    scores: Scores = field(metadata=SPREAD)


def test_so_do_the_fields_of_a_dataclass_that_is_spread() -> None:
    found = as_json(Numbered(3, Scores(True, {"f1": 0.5})))

    assert found == {"number": 3, "answerable": True, "f1": 0.5}
    assert list(found) == ["number", "answerable", "f1"]


def test_numbers_keep_their_kind() -> None:
    found = as_json(Outer((), {}, [1, 1.0, True, None]))

    assert [type(value) for value in found["text"]] == [int, float, bool, type(None)]  # type: ignore[union-attr]


@pytest.mark.parametrize("value", [Path("x"), {1, 2}, b"x", Inner])
def test_what_json_cannot_say_is_an_error(value: object) -> None:
    with pytest.raises(TypeError, match=f"JSON cannot say a {type(value).__name__}"):
        as_json(Outer((), {}, value))
