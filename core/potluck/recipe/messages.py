"""Pydantic's findings in the words of a recipe."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from potluck.contracts import Config
from potluck.documents import Json
from potluck.suggestions import did_you_mean

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

_LONGEST_VALUE = 60
"""Characters of a value that a message repeats."""

_TYPES = {
    "int": "a whole number",
    "float": "a number",
    "decimal": "a number",
    "bool": "true or false",
    "string": "a text",
    "bytes": "a text",
    "tuple": "a list",
    "list": "a list",
    "set": "a list",
    "frozen_set": "a list",
    "iterable": "a list",
    "dict": "a mapping",
    "mapping": "a mapping",
    "model": "a mapping",
    "model_attributes": "a mapping",
    "dataclass": "a mapping",
    "path": "a path",
    "url": "a web address",
    "uuid": "a UUID",
    "date": "a date",
    "date_from_datetime": "a date",
    "datetime": "a date and time",
    "datetime_from_date": "a date and time",
    "time": "a time",
    "time_delta": "a duration",
}
"""The kinds of pydantic's errors that say that a value is of another type, without ``_type`` and ``_parsing``."""

_LIMITS = {
    "greater_than_equal": ("at least {ge}", "ge"),
    "greater_than": ("more than {gt}", "gt"),
    "less_than_equal": ("at most {le}", "le"),
    "less_than": ("less than {lt}", "lt"),
    "multiple_of": ("a multiple of {multiple_of}", "multiple_of"),
    "string_too_short": ("at least {min_length} characters", "min_length"),
    "string_too_long": ("at most {max_length} characters", "max_length"),
    "too_short": ("at least {min_length} entries", "min_length"),
    "too_long": ("at most {max_length} entries", "max_length"),
    "string_pattern_mismatch": ("a text that matches {pattern}", "pattern"),
    "finite_number": ("a finite number", ""),
    "none_required": ("nothing", ""),
}
"""The kinds that say that a value of the right type is not allowed, and what was expected."""

Path = tuple[str | int, ...]
"""The keys and list positions that lead to a value."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A problem within a mapping: the path to it, and the message without the name of the setting."""

    path: Path
    kind: str
    message: str
    has_suggestion: bool = False
    """Whether the message names a key that is probably meant by one that is not known."""
    hint: str = ""
    """Why an unknown key is refused, for the end of the message."""
    taken: str = ""
    """The keys that there are instead, as a sentence."""


def explain_validation(
    error: ValidationError, given: dict[str, Json], names: Iterable[str], model: type[Config] = Config
) -> Iterator[Explained]:
    """Report each problem once: pydantic names a setting of several types once for each of them.

    ``given`` is what was validated by ``model``, ``names`` the settings that exist.
    """
    listed = set[Path]()
    groups: dict[Path, list[ErrorDetails]] = {}
    for detail in error.errors(include_url=False):
        groups.setdefault(_path(detail, given), []).append(detail)
    for path, details in groups.items():
        if any(longer[: len(path)] == path for longer in groups if len(longer) > len(path) and path):
            continue  # one of the types did fit, and the mistake is within it
        if details[0]["type"] == "extra_forbidden":
            yield _explain_unknown(path, list(names), _model_at(model, path[:-1]), listed)
        else:
            yield _explain_group(path, details)


def find_non_numbers(given: Json, read: object, path: Path = ()) -> Iterator[Explained]:
    """Values that pydantic takes for numbers and people do not: ``true``, and what is not finite."""
    if isinstance(read, float) and not math.isfinite(read):
        yield Explained(path, "finite_number", f"expected a finite number, got {format_value(given)}")
    elif isinstance(given, bool) and isinstance(read, int | float) and not isinstance(read, bool):
        wanted = "a whole number" if isinstance(read, int) else "a number"
        yield Explained(path, "int_type", f"expected {wanted}, got {format_value(given)}")
    elif isinstance(given, list) and isinstance(read, list | tuple):
        for number, (one, other) in enumerate(zip(given, read, strict=False)):
            yield from find_non_numbers(one, other, (*path, number))
    elif isinstance(given, dict) and isinstance(read, dict):
        for key in given.keys() & read.keys():
            yield from find_non_numbers(given[key], read[key], (*path, key))


def format_value(value: Json) -> str:
    """A value as a message repeats it: in YAML's words, and not too long."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list | tuple):
        return ("a " if value else "an empty ") + ("mapping" if isinstance(value, dict) else "list")
    if value is None:
        return "nothing"
    text = value if isinstance(value, str) else _number(value)
    short = text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"
    return repr(short) if isinstance(value, str) else short


def _number(value: float) -> str:
    return str(value) if math.isfinite(value) else str(value).replace("inf", ".inf").replace("nan", ".nan")


def _path(detail: ErrorDetails, given: Json) -> Path:
    """The way to the value: pydantic's without the names of types that it puts between."""
    path: list[str | int] = []
    for part in detail["loc"]:
        if isinstance(given, dict) and part in given:
            given = given[str(part)]
        elif isinstance(given, list) and isinstance(part, int) and part < len(given):
            given = given[part]
        elif detail["type"] != "missing" or part != detail["loc"][-1]:
            continue
        path.append(part)
    return tuple(path)


def _explain_unknown(path: Path, names: Sequence[str], model: type[Config], listed: set[Path]) -> Explained:
    """The message about a key that a mapping does not take: what is meant, or why it is refused.

    Where neither is known, and once for each mapping with refusals, it lists the keys that there are.
    """
    key, refused = str(path[-1]), model.refusals()
    known = list(names) if len(path) == 1 else [info.alias or name for name, info in model.model_fields.items()]
    near = "" if key in refused else did_you_mean(key, known)
    reason = f": {refused[key]}" if key in refused else ""
    is_listed = bool(known) and (bool(refused) or not near) and path[:-1] not in listed
    taken = f". It takes {', '.join(known)}" if is_listed else ""
    listed.add(path[:-1])
    return Explained(path, "extra_forbidden", f"unknown key {format_value(key)}{near}", bool(near), reason, taken)


def _model_at(model: type[Config], path: Path) -> type[Config]:
    """The settings that stand at a path within others; ``Config`` itself if there are none."""
    for part in path:
        info = model.model_fields.get(str(part))
        kinds = () if info is None else (info.annotation, *get_args(info.annotation))
        model = next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Config)), Config)
    return model


def _explain_group(path: Path, details: list[ErrorDetails]) -> Explained:
    for detail in details:
        kind = detail["type"]
        if kind == "missing":
            return Explained(path, kind, "is missing")
        if not _expected_type(detail):
            return Explained(path, kind, _message(detail))
    wanted = " or ".join(dict.fromkeys(_expected_type(detail) for detail in details))
    choices = re.findall(r"'([^']*)'", wanted)
    near = did_you_mean(str(details[0]["input"]), choices) if isinstance(details[0]["input"], str) else ""
    return Explained(path, details[0]["type"], f"expected {wanted}, got {format_value(details[0]['input'])}{near}")


def _expected_type(detail: Any) -> str:
    """The expected type; nothing if the type is not the problem."""
    kind = detail["type"]
    if kind in ("literal_error", "enum"):
        return "one of " + str(detail["ctx"]["expected"]).replace("' or '", "', '")
    if kind == "int_from_float":
        return "a whole number"
    return _TYPES.get(re.sub(r"_(type|parsing|parsing_size)$", "", kind), "")


def _message(detail: Any) -> str:
    context = detail.get("ctx") or {}
    if detail["type"] in _LIMITS:
        kind = f"string_{detail['type']}" if isinstance(detail["input"], str) else detail["type"]
        wanted, needed = _LIMITS.get(kind, _LIMITS[detail["type"]])
        if not needed or needed in context:
            return f"expected {_singular(wanted.format_map(context))}, got {format_value(detail['input'])}"
    if detail["type"] in ("value_error", "assertion_error"):
        return str(context.get("error") or detail["msg"])
    text = re.sub(r"^(\w+ )?[Ii]nput should (be )?", "expected ", detail["msg"]).replace("input", "value")
    return f"{text[:1].lower()}{text[1:]}, got {format_value(detail['input'])}"


def _singular(text: str) -> str:
    return re.sub(r"\b1 entries$", "1 entry", re.sub(r"\b1 characters$", "1 character", text))
