"""How much of a chunk the next one repeats: a number, or a share of the chunk's size."""

from __future__ import annotations

import re
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, Field, WithJsonSchema

_PERCENT = re.compile(r"\s*(\d{1,2}(?:\.\d+)?)\s*[%％]\s*")


def _as_share(value: Any) -> Any:
    """A percentage as a share: ``20%`` is 0.2. Any other value as it is."""
    found = _PERCENT.fullmatch(value) if isinstance(value, str) else None
    return float(found[1]) / 100 if found else value


Overlap: TypeAlias = Annotated[
    Annotated[int, Field(ge=0)] | Annotated[float, Field(gt=0, lt=1)],
    BeforeValidator(_as_share),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 0},
                {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
                {"type": "string", "pattern": r"^\s*\d{1,2}(\.\d+)?\s*[%％]\s*$"},
            ]
        }
    ),
]
"""``chunk_overlap`` in a recipe: a whole number of units, or a share of ``chunk_size``: ``0.2`` or ``20%``."""


def count_repeated(overlap: float, size: int) -> int:
    """The units that ``overlap`` allows to repeat in chunks of ``size``.

    A share is rounded down. A number over ``size`` counts as half of it: a whole chunk cannot be repeated, and sizes
    that are compared with one another share one overlap.
    """
    if isinstance(overlap, float):
        return int(size * overlap + 1e-9)
    return overlap if overlap <= size else size // 2
