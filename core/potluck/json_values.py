"""Dataclasses as JSON, one key a field, in the order of the fields.

A field whose name Python does not allow as a key is spelled with an underscore behind it: ``from_`` is ``from``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

from potluck.documents import Json

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def as_json(value: DataclassInstance) -> dict[str, Json]:
    """The fields by name; what they hold likewise. Raises ``TypeError`` for what JSON cannot say."""
    return {json_key(field.name): _json(getattr(value, field.name)) for field in fields(value)}


def json_key(field: str) -> str:
    """The key of a field."""
    return field.removesuffix("_")


def _json(value: Any) -> Json:
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(key): _json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_json(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return as_json(value)
    raise TypeError(f"JSON cannot say a {type(value).__name__}")
