"""The labels of a classification as files write them: stripped, none empty, with a note on each that is written in
several ways."""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from potluck.documents import Json

_LISTED = 5
_WHOLE = re.compile(r"([+-]?\d+)\.0+")
_MISSING = frozenset({"nan", "n/a", "na", "null", "none", "nil", "#n/a", "missing", "缺", "無資料", "无数据"})
"""What programs write for a missing value. It is only reported: it may be a label."""


def normalise_label(value: Json) -> str:
    """A label as a text: empty for none and for NaN, a whole number without a fraction, no blanks around it."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def label_end(labels: Sequence[str], end: str) -> str:
    """The text that has to follow each label so that they can be compared: ``end``, which ends an answer, or a line
    end.

    Where one label begins another, the shorter would win by being shorter: its sum is that of every answer that begins
    so. With an end behind it, it is that of the label alone. Elsewhere nothing is needed.
    """
    begun = any(other != label and other.startswith(label) for label in labels for other in labels)
    return (end or "\n") if begun else ""


def label_remarks(written: Mapping[str, Json]) -> Iterator[str]:
    """What is odd about the labels, one sentence each; ``written`` is the label at each place of a file, as it was
    read."""
    labels: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for place, value in written.items():
        labels[normalise_label(value)][json.dumps(value, ensure_ascii=False)].append(place)
    if empty := [place for places in labels.pop("", {}).values() for place in places]:
        yield f"{_rows(len(empty))} without a label, left out: {_places(empty)}"
    for label, ways in labels.items():
        if len(ways) > 1:
            yield f"the label {label!r} is written in {len(ways)} ways, read as one: {_ways(ways.items())}"
    yield from _alike({label: [*_join(ways.values())] for label, ways in labels.items()})


def _alike(labels: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Of labels with their places: those that differ by case, width or blanks alone, and those that name nothing."""
    groups = defaultdict(list)
    for label in labels:
        groups[_fold_label(label)].append(label)
    for group in groups.values():
        if len(group) > 1:
            named = _ways((repr(label), labels[label]) for label in group)
            yield f"{len(group)} labels look like spellings of one and are learned apart (write them alike): {named}"
    missing = [label for label in labels if _fold_label(label) in _MISSING]
    if missing and len(labels) - len(missing) > 1:
        named = _ways((repr(label), labels[label]) for label in missing)
        yield f"{named}: this looks like a label that is missing, and is learned as one. Leave it empty to leave it out"


def _fold_label(label: str) -> str:
    plain = "".join(unicodedata.normalize("NFKC", label).casefold().split())
    whole = _WHOLE.fullmatch(plain)
    return whole[1] if whole else plain


def _ways(ways: Iterable[tuple[str, Sequence[str]]]) -> str:
    return ", ".join(f"{way} ({_rows(len(places))}: {_places(places)})" for way, places in ways)


def _places(places: Sequence[str]) -> str:
    return ", ".join(places[:_LISTED]) + (", ..." if len(places) > _LISTED else "")


def _rows(count: int) -> str:
    return f"{count:,} row{'s' if count > 1 else ''}"


def _join(parts: Iterable[Sequence[str]]) -> Iterator[str]:
    for part in parts:
        yield from part
