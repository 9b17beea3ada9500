"""What the summary of an old office file tells.

Modules: ``potluck_plugins.loaders._office.word97.properties``.
"""

from __future__ import annotations

import struct
from datetime import datetime

import pytest

from potluck_plugins.loaders._office.word97.properties import properties
from support.word97 import p
from support.word97_reading import read


def summary(values: dict[int, bytes], count: int | None = None) -> bytes:
    section = b""
    places = []
    start = 8 + 8 * len(values)
    for number, value in values.items():
        places.append(struct.pack("<II", number, start + len(section)))
        section += value
    head = struct.pack("<II", start + len(section), len(values) if count is None else count) + b"".join(places)
    return bytes(44) + struct.pack("<I", 50) + b"\xff\xff" + head + section


def in_bytes(text: str, encoding: str = "cp1252") -> bytes:
    content = text.encode(encoding) + b"\0"
    return struct.pack("<II", 30, len(content)) + content


def in_characters(text: str) -> bytes:
    return struct.pack("<II", 31, len(text) + 1) + text.encode("utf-16-le") + b"\0\0"


def at_time(when: datetime | None) -> bytes:
    ticks = 0 if when is None else int((when - datetime(1601, 1, 1)).total_seconds()) * 10_000_000
    return struct.pack("<IQ", 64, ticks)


PAGE_950 = struct.pack("<IHH", 2, 950, 0)


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({1: PAGE_950, 2: in_bytes("道碴", "cp950"), 4: in_bytes("王", "cp950")}, {"title": "道碴", "author": "王"}),
        ({3: in_bytes(" café ")}, {"subject": "café"}),
        ({2: in_characters("鋼軌"), 5: in_bytes("keywords")}, {"title": "鋼軌"}),
        (
            {12: at_time(datetime(2026, 3, 9, 8, 30)), 13: at_time(datetime(1999, 12, 31))},
            {"created": "2026-03-09T08:30:00", "modified": "1999-12-31T00:00:00"},
        ),
        ({12: at_time(None), 2: in_bytes("")}, {}),
        ({2: struct.pack("<II", 3, 7) + b"seven"}, {}),
        ({1: struct.pack("<IHH", 2, 1, 0), 2: in_bytes("a")}, {"title": "a"}),
        ({2: in_bytes("a"), 3: b""}, {"title": "a"}),
    ],
)
def test_the_summary_tells_who_wrote_a_document_and_when(values: dict[int, bytes], found: dict[str, str]) -> None:
    assert read(p("x"), streams={"\x05SummaryInformation": summary(values)}).metadata == found


def test_a_summary_that_names_more_than_it_holds_is_left_out() -> None:
    assert properties(summary({2: in_bytes("a")}, count=0)) == {}
    assert properties(summary({2: in_bytes("a")}, count=2_000_000_000)) == {}
    ticks = struct.pack("<IQ", 64, 2**64 - 1)
    assert properties(summary({2: in_bytes("a"), 12: ticks})) == {"title": "a"}
