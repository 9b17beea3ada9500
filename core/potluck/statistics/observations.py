"""The values that are concluded from: one row per question, one column per repeat.

A question is one observation: its repeats are averaged before anything is concluded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Array: TypeAlias = npt.NDArray[np.float64]
    Values: TypeAlias = Sequence[float] | Sequence[Sequence[float]] | npt.NDArray[np.floating]


def question_table(values: Values) -> Array:
    """The values as an array of shape ``(questions, repeats)``; a repeat without a value is NaN.

    Raises ``ValueError`` for an infinite value, and if there is no question or one without any value.
    """
    table = np.asarray(values, dtype=np.float64)
    if table.ndim == 1:
        table = table[:, None]
    if table.ndim != 2 or not table.size:
        raise ValueError("there must be at least one question, in one dimension or as (questions, repeats)")
    if np.isinf(table).any():
        raise ValueError("a value is infinite")
    empty = np.flatnonzero(np.isnan(table).all(axis=1))
    if len(empty):
        raise ValueError(f"question {empty[0] + 1} of {len(table)} has no value (NaN): leave it out")
    return table


def question_means(table: Array) -> Array:
    """The mean of each question's repeats, of shape ``(questions,)``."""
    means: Array = np.nanmean(table, axis=1)
    return means


def is_binary(values: Array) -> bool:
    """Whether all values are 0 or 1."""
    return bool(np.isin(values, (0.0, 1.0)).all())
