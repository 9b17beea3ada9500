"""Reading JSON and JSON Lines of strangers: what is nested too deeply, comes twice or is cut off."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from potluck.errors import DocumentLimit, UnreadableDocument
from potluck.language import describe_half_losses

DEEPEST = 200
TOO_DEEP = f"it is nested more than {DEEPEST} deep"
_NAMED = 5
_PATIENCE = 20
"""The number of lines that may fail to be JSON before reading one value per line is given up."""
_HALF = r"\\u[dD][89a-fA-F][\da-fA-F]{2}"
_ESCAPE = re.compile(
    rf"(?P<pair>\\u[dD][89abAB][\da-fA-F]{{2}}\\u[dD][c-fC-F][\da-fA-F]{{2}})|(?P<half>{_HALF})|\\.", re.DOTALL
)


def without_halves(text: str) -> tuple[str, list[str]]:
    """JSON in which every escaped half of a surrogate pair is U+FFFD, and the loss that is to be reported, if any."""
    halves = 0

    def whole(escape: re.Match[str]) -> str:
        nonlocal halves
        halves += escape["half"] is not None
        return r"\ufffd" if escape["half"] else escape[0]

    if re.search(_HALF, text):
        text = _ESCAPE.sub(whole, text)
    return text, describe_half_losses(halves)


def read_values(text: str, numbers: Mapping[str, Any]) -> tuple[list[Any], list[str]]:
    """One value, or one a line, and what was left out; ``numbers`` are the hooks of ``json.loads`` for numbers.

    Raises ``UnreadableDocument``, ``DocumentLimit``.
    """
    if not text.strip():
        return [], []
    text, halves = without_halves(text)
    try:
        return [parse_value(text, numbers)], halves
    except ValueError as error:
        whole = error
    values, bad = [], []
    for number, line in enumerate(text.split("\n"), 1):
        try:
            values += [parse_value(line, numbers)] if line.strip() else []
        except ValueError:
            bad.append(number)
        if len(bad) > len(values) + _PATIENCE:
            break
    if not values or len(bad) > len(values):
        raise UnreadableDocument(f"it is not JSON ({whole})") from whole
    return values, [*halves, *describe_left_out("line", "is not JSON", bad)]


def parse_value(text: str, numbers: Mapping[str, Any]) -> Any:
    """One value. Raises ``ValueError``, ``DocumentLimit``."""
    try:
        return json.loads(text, object_pairs_hook=_object, **numbers)
    except RecursionError as error:
        raise DocumentLimit(TOO_DEEP) from error


class _Several(list[Any]):
    """The values of a key that comes more than once."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        known = found.get(key)
        if isinstance(known, _Several):
            known.append(value)
        else:
            found[key] = _Several([known, value]) if key in found else value
    return found


def describe_left_out(what: str, why: str, numbers: Sequence[int]) -> list[str]:
    """The loss that is to be reported, if any."""
    if not numbers:
        return []
    shown = ", ".join(map(str, numbers[:_NAMED])) + (", …" if len(numbers) > _NAMED else "")
    return [f"{len(numbers)} left out: {what} {shown} {why}"]
