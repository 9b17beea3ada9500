"""What pydantic found is said once for each setting, in the words of a recipe.

Modules: ``potluck.recipe.messages``. What recipes meet of them stands in ``test_validation.py``.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from potluck.documents import Json
from potluck.recipe.messages import explain_validation, find_non_numbers, format_value


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    size: int


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid")
    count: Annotated[int, Field(ge=2, le=9, multiple_of=1)] = 2
    share: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)] = 0.5
    word: Annotated[str, Field(min_length=1, max_length=3)] = "a"
    many: Annotated[list[str], Field(min_length=1, max_length=2)] = ["a"]
    pattern: Annotated[str, Field(pattern="^[甲乙]+$")] = "甲"
    mode: Literal["快", "slow"] = "快"
    either: Literal["cjk"] | list[Inner] | Inner = "cjk"
    flag: bool = False
    folder: Path = Path()
    nothing: None = None
    needed: int = 0
    own: str = ""

    @field_validator("own")
    @classmethod
    def _check(cls, value: str) -> str:
        if value == "錯":
            raise ValueError("不可以這樣")
        return value


class Needs(BaseModel):
    inner: Inner
    size: int


def explained(given: dict[str, Json], model: type[BaseModel] = Settings) -> dict[tuple[str | int, ...], str]:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(given)
    found = list(explain_validation(caught.value, given, model.model_fields))
    assert len({one.path for one in found}) == len(found)
    return {one.path: one.message for one in found}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"count": 1}, "expected at least 2, got 1"),
        ({"count": 10}, "expected at most 9, got 10"),
        ({"count": 2.5}, "expected a whole number, got 2.5"),
        ({"count": "很多"}, "expected a whole number, got '很多'"),
        ({"share": 0}, "expected more than 0.0, got 0"),
        ({"share": 1}, "expected less than 1.0, got 1"),
        ({"share": math.inf}, "expected a finite number, got .inf"),
        ({"word": ""}, "expected at least 1 character, got ''"),
        ({"word": "一二三四"}, "expected at most 3 characters, got '一二三四'"),
        ({"many": []}, "expected at least 1 entry, got an empty list"),
        ({"many": ["a", "b", "c"]}, "expected at most 2 entries, got a list"),
        ({"pattern": "丙"}, "expected a text that matches ^[甲乙]+$, got '丙'"),
        ({"mode": "fast"}, "expected one of '快', 'slow', got 'fast'"),
        ({"mode": "slwo"}, "expected one of '快', 'slow', got 'slwo' (did you mean 'slow'?)"),
        ({"mode": 3}, "expected one of '快', 'slow', got 3"),
        ({"flag": "perhaps"}, "expected true or false, got 'perhaps'"),
        ({"folder": 3}, "expected a path, got 3"),
        ({"nothing": 1}, "expected nothing, got 1"),
        ({"needed": None}, "expected a whole number, got nothing"),
        ({"own": "錯"}, "不可以這樣"),
        ({"cuont": 3}, "unknown key 'cuont' (did you mean 'count'?)"),
        ({"數量": 3}, "unknown key '數量'"),
        ({"either": 5}, "expected one of 'cjk' or a list or a mapping, got 5"),
        ({"either": "cjkk"}, "expected one of 'cjk' or a list or a mapping, got 'cjkk' (did you mean 'cjk'?)"),
    ],
)
def test_each_mistake_is_said_in_plain_words(given: dict[str, Json], message: str) -> None:
    assert explained(given) == {tuple(given): message}


@pytest.mark.parametrize(("key", "suggested"), [("cuont", True), ("ｃｏｕｎｔ", True), ("數量", False), ("xyz", False)])
def test_an_unknown_key_says_whether_its_message_names_another_one(key: str, suggested: bool) -> None:
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate({key: 3})

    (found,) = explain_validation(caught.value, {key: 3}, Settings.model_fields)
    assert found.has_suggestion is suggested


def test_what_is_wrong_within_is_said_there_and_not_of_the_whole() -> None:
    assert explained({"either": [{"size": 1}, {"size": "大"}]}) == {
        ("either", 1, "size"): "expected a whole number, got '大'"
    }
    assert explained({"either": {"size": 1, "siez": 2}}) == {("either", "siez"): "unknown key 'siez'"}


def test_what_is_missing_is_named_with_its_path() -> None:
    assert explained({"inner": {}}, Needs) == {("inner", "size"): "is missing", ("size",): "is missing"}


@pytest.mark.parametrize(
    ("given", "read", "path", "message"),
    [
        (True, 1, (), "expected a whole number, got true"),
        (False, 0.0, (), "expected a number, got false"),
        (".nan", math.nan, (), "expected a finite number, got '.nan'"),
        (math.inf, math.inf, (), "expected a finite number, got .inf"),
        ([1, True], (1, 1), (1,), "expected a whole number, got true"),
        ({"甲": {"乙": [True]}}, {"甲": {"乙": [1.0]}}, ("甲", "乙", 0), "expected a number, got true"),
    ],
)
def test_what_only_a_library_takes_for_a_number_is_found(
    given: Json, read: object, path: tuple[str | int, ...], message: str
) -> None:
    assert [(one.path, one.message) for one in find_non_numbers(given, read, ("鍵",))] == [(("鍵", *path), message)]


@pytest.mark.parametrize(
    ("given", "read"),
    [(True, True), (1, 1.0), ("1", 1), ([True], "x"), ([1, True], [1]), ({"a": True}, {"b": 1}), (None, None)],
)
def test_what_a_person_takes_for_it_too_is_not(given: Json, read: object) -> None:
    assert list(find_non_numbers(given, read)) == []


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (True, "true"),
        (False, "false"),
        (None, "nothing"),
        ([], "an empty list"),
        ({}, "an empty mapping"),
        ([1], "a list"),
        ({"甲": 1}, "a mapping"),
        ("軌道", "'軌道'"),
        ("", "''"),
        ("軌" * 60, f"'{'軌' * 60}'"),
        ("軌" * 61, f"'{'軌' * 59}…'"),
        (1.5, "1.5"),
        (-math.inf, "-.inf"),
        (math.nan, ".nan"),
        (10**70, "1" + "0" * 58 + "…"),
    ],
)
def test_a_value_is_repeated_in_the_words_of_yaml(value: Json, written: str) -> None:
    assert format_value(value) == written
