"""Dataclasses as JSON, one key per field, in the order of the fields.

A field whose key is a Python keyword is spelled with an underscore behind it: ``from_`` is ``from``. A mapping or
dataclass whose keys stand beside the fields is declared with ``field(metadata=SPREAD)``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, fields, is_dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from potluck.documents import Json

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_SPREAD: Final = "spread"
SPREAD: Final = MappingProxyType({_SPREAD: True})
"""Metadata of a field: the keys of its mapping or dataclass stand beside the fields."""


def as_json(value: DataclassInstance) -> dict[str, Json]:
    """The fields by name; what they hold likewise. Raises ``TypeError`` for what JSON cannot say."""
    found: dict[str, Json] = {}
    for field in fields(value):
        held = getattr(value, field.name)
        if is_spread(field):
            found |= _json_mapping(held) if isinstance(held, Mapping) else as_json(held)
        else:
            found[json_key(field.name)] = _json(held)
    return found


def is_spread(field: Field[Any]) -> bool:
    """Whether the keys of what a field holds stand beside the fields."""
    return bool(field.metadata.get(_SPREAD))


def json_key(field: str) -> str:
    """The key of a field."""
    return field.removesuffix("_")


def _json_mapping(value: Mapping[Any, Any]) -> dict[str, Json]:
    return {str(key): _json(item) for key, item in value.items()}


def _json(value: Any) -> Json:
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Mapping):
        return _json_mapping(value)
    if isinstance(value, list | tuple):
        return [_json(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return as_json(value)
    raise TypeError(f"JSON cannot say a {type(value).__name__}")
