"""Naming the values of an axis: short names that tell them apart."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias, TypeGuard

from potluck.documents import Json
from potluck.fingerprints import text_hash
from potluck.recipe.model import COMPONENTS
from potluck.redaction import redact_mapping

LONGEST = 24
"""Characters of a name that is not shortened. A shortened name is longer only if it has to be told from another."""

_GAP = "…"
_CONTEXT = 3
"""Characters that are shown before the place where names begin to differ."""

_Spelling: TypeAlias = Callable[[Mapping[str, Json]], Iterator[str]]
"""Settings as texts, by name."""


def name_values(axis: str, values: Sequence[Json]) -> list[str]:
    """A name for each value of an axis, in order; values that differ have names that do.

    Names are as long as needed to tell the values apart: the last part of a path if that does, else the whole path,
    else with the names of the settings. Passwords and keys are starred; values that differ in these alone are counted.
    """
    key = axis.rpartition(".")[2]
    shown = [redact_mapping({key: value})[key] for value in values]
    distinct = len(set(map(_dump, shown)))
    names: list[str] = []
    for spelling in (_last_parts, _whole, _with_keys):
        names = [_label(axis, value, spelling) for value in shown]
        if len(set(names)) == distinct:
            break
    short = shorten_names(list(dict.fromkeys(names)))
    return number_names([short[name] for name in names], shown, values)


def number_names(names: Sequence[str], shown: Sequence[Json], values: Sequence[Json]) -> list[str]:
    """The names, with a number behind those of values that are the same only as they are ``shown``: starred."""
    by_name: dict[str, list[str]] = {}
    found = []
    starred = ("" if one == other else _dump(other) for one, other in zip(shown, values, strict=True))
    for name, value in zip(names, starred, strict=True):
        same = by_name.setdefault(name, [])
        if value not in same:
            same.append(value)
        place = same.index(value) + 1
        found.append(name if place == 1 else f"{name} ({place})")
    return found


def _dump(value: Json) -> str:
    return json.dumps(value, sort_keys=True)


def shorten_names(names: Sequence[str]) -> dict[str, str]:
    """Short forms of distinct names: the long ones are cut, but not where they differ, so that all stay distinct."""
    short = {name: _cut(name) for name in names}
    for group in _clashes(short):
        short |= _apart(group)
    return short if not _clashes(short) else {name: name for name in names}


def _cut(name: str) -> str:
    """The beginning and the end of a long name."""
    tail = LONGEST // 2 - len(_GAP)
    return name if len(name) <= LONGEST else name[: LONGEST - len(_GAP) - tail] + _GAP + name[-tail:]


def _clashes(short: Mapping[str, str]) -> list[list[str]]:
    """The names that share a short form, by that form."""
    counts = Counter(short.values())
    return [[name for name in short if short[name] == one] for one, count in counts.items() if count > 1]


def _apart(group: Sequence[str]) -> dict[str, str]:
    """Names cut around the place where they begin to differ, each as short as tells them apart."""
    differing = (n for n, letters in enumerate(zip(*group, strict=False)) if len(set(letters)) > 1)
    place = max(0, next(differing, min(map(len, group))) - _CONTEXT)
    for width in range(LONGEST // 2, max(map(len, group)), _CONTEXT):
        short = {name: _around(name, place, width) for name in group}
        if len(set(short.values())) == len(group):
            return short
    return {name: name for name in group}


def _around(name: str, place: int, width: int) -> str:
    """The first characters of a name, and ``width`` of them from ``place``."""
    head, end = name[: min(place, LONGEST // 4)], place + width
    before, after = _GAP if place > len(head) else "", _GAP if end < len(name) else ""
    return head + before + name[place:end] + after


def _label(axis: str, value: Json, spelling: _Spelling) -> str:
    if axis == "prompt" and value is not None:
        return value if _is_short_text(value) else f"prompt {text_hash(str(value))[:8]}"
    names_none = axis == "retriever" and isinstance(value, dict) and "use" not in value
    if axis not in COMPONENTS or names_none:
        name = axis.rpartition(".")[2]
        return " ".join([name, *spelling(value)]) if isinstance(value, dict) else f"{name}={_text(value, spelling)}"
    if isinstance(value, dict):
        rest = {key: setting for key, setting in value.items() if key != "use"}
        return " ".join([str(value.get("use", "")), *spelling(rest)]).strip()
    return f"no {axis}" if value is None else _plain(value)


def _is_short_text(value: Json) -> TypeGuard[str]:
    """Whether a value can be its own name: one line without controls or blanks at its ends."""
    return isinstance(value, str) and 0 < len(value) <= LONGEST and value.isprintable() and value == value.strip()


def _last_parts(settings: Mapping[str, Json]) -> Iterator[str]:
    """The last part of a path or an address, which says most."""
    for value in settings.values():
        yield from _with_keys(value) if isinstance(value, dict) else [_text(value, _last_parts)]


def _whole(settings: Mapping[str, Json]) -> Iterator[str]:
    for value in settings.values():
        yield from _with_keys(value) if isinstance(value, dict) else [_plain(value)]


def _with_keys(settings: Mapping[str, Json]) -> Iterator[str]:
    for key, value in settings.items():
        if isinstance(value, dict):
            yield from (f"{key}.{inner}" for inner in _with_keys(value))
        else:
            yield f"{key}={_plain(value)}"


def _text(value: Json, spelling: _Spelling) -> str:
    if isinstance(value, list):
        return ",".join(_text(one, spelling) for one in value)
    text = _plain(value)
    return text.rstrip("/").rpartition("/")[2] or text if spelling is _last_parts else text


def _plain(value: Json) -> str:
    """A value as YAML writes it, without quotes."""
    if isinstance(value, list):
        return ",".join(map(_plain, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
