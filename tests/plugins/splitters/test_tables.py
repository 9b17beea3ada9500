"""A long table carries its header into each chunk, whatever splitter cuts it."""

from __future__ import annotations

from typing import Any

import pytest

from potluck.documents import Document, Section

SPLITTERS: list[tuple[str, dict[str, Any]]] = [
    ("recursive", {"chunk_size": 120, "chunk_overlap": 40}),
    ("recursive", {"chunk_size": 120, "chunk_overlap": 0, "separators": "langchain"}),
    ("tokens", {"chunk_size": 40, "chunk_overlap": 8}),
    ("sections", {"max_size": 120}),
    (
        "langchain",
        {
            "class": "langchain_text_splitters.RecursiveCharacterTextSplitter",
            "arguments": {"chunk_size": 120, "chunk_overlap": 0},
        },
    ),
]
TABLES = {
    "cells": ["編號 | 名稱 | 上限 °C", *(f"{n} | 感測器 {n} | {n + 0.5}" for n in range(60))],
    "markdown": ["| No | Name | Limit |", "| --- | --- | --- |", *(f"| {n} | Sensor {n} | {n}.5 |" for n in range(60))],
    "tabs": ["No\tName\tLimit", *(f"{n}\tSensor {n}\t{n}.5" for n in range(60))],
}


@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.parametrize(("name", "settings"), SPLITTERS, ids=lambda value: value if isinstance(value, str) else "")
def test_every_chunk_that_begins_within_a_table_has_its_header(
    make: Any, name: str, settings: dict[str, Any], kind: str
) -> None:
    lines = TABLES[kind]
    text = "\n".join(["# 量測", "First some text.", "", *lines, "", "The end of it all, in a line of its own."])
    document = Document("a.md", text, sections=(Section(0, len(text), None, "量測", 1),))
    first, last = text.index(lines[0]), text.index(lines[-1]) + len(lines[-1])

    chunks = list(make(name, **settings).split(document))

    inside = [chunk for chunk in chunks if first < chunk.start < last]
    assert len(inside) > 5
    assert all(lines[0].strip() in chunk.heading.split("\n") for chunk in inside)
    assert not any(lines[0].strip() in chunk.heading for chunk in chunks if not first < chunk.start < last)


@pytest.mark.parametrize(("name", "settings"), SPLITTERS, ids=lambda value: value if isinstance(value, str) else "")
def test_the_header_of_one_table_does_not_reach_into_the_next(make: Any, name: str, settings: dict[str, Any]) -> None:
    one, two = TABLES["cells"], [line.replace("感測器", "馬達") for line in TABLES["cells"]]
    two[0] = "序號 | 馬達名 | 轉速"
    text = "\n".join([*one, "", *two])
    start = text.index(two[0])

    chunks = list(make(name, **settings).split(Document("a", text)))

    later = [chunk for chunk in chunks if chunk.start > start]
    assert later
    assert all(two[0] in chunk.heading and one[0] not in chunk.heading for chunk in later)
