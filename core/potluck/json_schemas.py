"""The JSON Schema (draft 2020-12) of a type: what ``json_values.as_json`` makes of its values.

Docstrings become descriptions: a class's own, and those below its fields.
"""

from __future__ import annotations

import ast
import collections.abc
import inspect
import textwrap
from dataclasses import fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from potluck.documents import Json
from potluck.json_values import is_spread, json_key

DRAFT = "https://json-schema.org/draft/2020-12/schema"

_PLAIN: dict[Any, str] = {str: "string", bool: "boolean", int: "integer", float: "number", NoneType: "null"}


def json_schema_of(kind: Any, title: str) -> dict[str, Json]:
    """The schema of a type: a dataclass, a plain type, a tuple, mapping or union of them; ``object`` is any JSON.

    Every field is required, and no other key is allowed. Raises ``TypeError`` for a type that JSON cannot say.
    """
    schemas = _Schemas()
    root = schemas.of(kind)
    return {"$schema": DRAFT, "title": title, **root, "$defs": {name: schemas.named[name] for name in schemas.named}}


def field_descriptions(kind: type) -> dict[str, str]:
    """The docstrings below the fields of a class and of those it inherits from; empty if there is no source."""
    found: dict[str, str] = {}
    for one in reversed(kind.__mro__):
        if is_dataclass(one):
            found |= _own_descriptions(one)
    return found


class _Schemas:
    """The schemas of dataclasses by their names, as they are met."""

    def __init__(self) -> None:
        self.named: dict[str, dict[str, Json]] = {}
        self._kinds: dict[str, type] = {}

    def of(self, kind: Any) -> dict[str, Json]:
        """The schema of a type, which refers to those of dataclasses."""
        origin, arguments = get_origin(kind), get_args(kind)
        if kind is object:
            return {}
        if kind in _PLAIN:
            return {"type": _PLAIN[kind]}
        if origin is Literal:
            return {"enum": list(arguments)}
        if origin in (Union, UnionType):
            return {"anyOf": [self.of(one) for one in arguments]}
        if origin is tuple:
            return self._array(arguments)
        if origin is collections.abc.Mapping:
            return {"type": "object", "additionalProperties": self.of(arguments[1])}
        if isinstance(kind, type) and is_dataclass(kind):
            return self._reference(kind)
        raise TypeError(f"JSON cannot say {kind}")

    def _array(self, arguments: tuple[Any, ...]) -> dict[str, Json]:
        if arguments[1:] == (...,):
            return {"type": "array", "items": self.of(arguments[0])}
        items: list[Json] = [self.of(one) for one in arguments]
        return {"type": "array", "prefixItems": items, "items": False, "minItems": len(items)}

    def _reference(self, kind: type) -> dict[str, Json]:
        name = kind.__name__
        if self._kinds.setdefault(name, kind) is not kind:
            raise TypeError(f"two classes are called {name}")
        if name not in self.named:
            self.named[name] = {}
            self.named[name] |= self._object(kind)
        return {"$ref": f"#/$defs/{name}"}

    def _object(self, kind: Any) -> dict[str, Json]:
        properties, others = self._keys(kind)
        return {
            "description": _plain(inspect.getdoc(kind) or ""),
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": others,
        }

    def _keys(self, kind: Any) -> tuple[dict[str, Json], dict[str, Json] | bool]:
        """The schemas of the keys, and what other keys hold, if there may be others."""
        hints, said = get_type_hints(kind), field_descriptions(kind)
        properties: dict[str, Json] = {}
        others: dict[str, Json] | bool = False
        for field in fields(kind):
            hint = hints[field.name]
            if is_spread(field) and is_dataclass(hint):
                inner, others = self._keys(hint)
                properties |= inner
            elif is_spread(field):
                others = self.of(get_args(hint)[1])
            else:
                described = {"description": said[field.name]} if field.name in said else {}
                properties[json_key(field.name)] = {**self.of(hint), **described}
        return properties, others


def _own_descriptions(kind: type) -> dict[str, str]:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(kind)))
    except OSError:
        return {}
    (defined,) = tree.body
    assert isinstance(defined, ast.ClassDef)
    found = {}
    for statement, following in zip(defined.body, defined.body[1:], strict=False):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            text = following.value if isinstance(following, ast.Expr) else None
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                found[statement.target.id] = _plain(text.value)
    return found


def _plain(text: str) -> str:
    """A docstring as one paragraph of Markdown."""
    return " ".join(inspect.cleandoc(text).split()).replace("``", "`")
