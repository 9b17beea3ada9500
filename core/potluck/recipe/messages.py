"""What pydantic found, in the words of a recipe."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import ValidationError

from potluck.contracts import Config

_EXPECTED = {
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "string_type": "a text",
    "tuple_type": "a list",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
}


@dataclass(frozen=True, slots=True)
class Explained:
    """A problem within a mapping: the path to it, whether the key itself is wrong, and the message."""

    path: tuple[str | int, ...]
    about_key: bool
    message: str


def explain(error: ValidationError, model: type[Config], key: str) -> Iterator[Explained]:
    """Say each problem once: a setting with several types fails once for each of them."""
    seen: set[tuple[str | int, ...]] = set()
    for detail in error.errors(include_url=False):
        path = _path(detail["loc"], model)
        if path in seen:
            continue
        seen.add(path)
        name = ".".join([key, *map(str, path)])
        if detail["type"] == "extra_forbidden":
            message = f"unknown key {path[-1]!r}{_meant(str(path[-1]), list(model.model_fields))} in {key}"
            yield Explained(path, True, message)
        elif detail["type"] == "missing":
            yield Explained(path[:-1], True, f"{name}: is missing")
        else:
            yield Explained(path, False, f"{name}: {_message(detail, model, path)}")


def _path(loc: tuple[str | int, ...], model: type[Config]) -> tuple[str | int, ...]:
    """The place in the recipe: without the names of types that pydantic puts into a path."""
    if not loc or str(loc[0]) not in model.model_fields:
        return tuple(loc[:1])
    return (loc[0], *(part for part in loc[1:] if isinstance(part, int)))


def _message(detail: Any, model: type[Config], path: tuple[str | int, ...]) -> str:
    kind, given, context = detail["type"], detail["input"], detail.get("ctx") or {}
    got = "" if isinstance(given, dict) and not path else f", got {_shown(given)}"
    if kind == "literal_error":
        choices = _choices(model, path) or str(context.get("expected", ""))
        near = difflib.get_close_matches(str(given), [c.strip("'") for c in choices.split(", ")], n=1)
        return f"expected one of {choices}{got}" + (f" (did you mean {near[0]!r}?)" if near else "")
    if kind in _EXPECTED:
        return f"expected {_alternatives(model, path) or _EXPECTED[kind]}{got}"
    if kind in ("greater_than_equal", "greater_than", "less_than_equal", "less_than"):
        bound = {"greater_than_equal": "at least", "greater_than": "more than", "less_than_equal": "at most"}
        limit = next(iter(context.values()))
        return f"expected {bound.get(kind, 'less than')} {limit}{got}"
    if kind == "value_error":
        return str(context.get("error", detail["msg"]))
    return f"{detail['msg'][:1].lower()}{detail['msg'][1:]}{got}"


def _choices(model: type[Config], path: tuple[str | int, ...]) -> str:
    info = model.model_fields.get(str(path[0])) if path else None
    values = [value for value in get_args(info.annotation) if isinstance(value, str)] if info else []
    return ", ".join(repr(value) for value in values)


def _alternatives(model: type[Config], path: tuple[str | int, ...]) -> str:
    """The types of a setting that takes several, in words."""
    info = model.model_fields.get(str(path[0])) if path else None
    words = {int: "a whole number", float: "a number", str: "a text", bool: "true or false", tuple: "a list"}
    found = [
        words.get(getattr(one, "__origin__", one) or one, "") for one in (get_args(info.annotation) if info else ())
    ]
    return " or ".join(dict.fromkeys(word for word in found if word))


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    return "nothing" if value is None else repr(value)


def _meant(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f" (did you mean {near[0]!r}?)" if near else ""
