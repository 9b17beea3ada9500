"""Splitters made as a recipe makes them: by name, from the installed package."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias, cast

import pytest

from potluck import plugins
from potluck.contracts import Context, Splitter
from potluck.documents import Document, Section

Make: TypeAlias = Callable[..., Splitter]


class Paths:
    """Model sources that know paths only."""

    def fetch(self, model: str) -> Path:
        return Path(model)


@pytest.fixture(scope="session")
def make() -> Make:
    """``make("recursive", chunk_size=100)``."""

    def make(name: str, **settings: Any) -> Splitter:
        plugin = plugins.find("splitter", name)
        config = plugins.offer(plugin).config(**settings)
        return cast(Splitter, plugins.make(plugin, config, Context(Path(), Path(), Paths())))

    return make


@pytest.fixture(scope="session")
def specification(shared_data: Path) -> Document:
    """The construction specification with its 101 sections."""
    text, sections = "", []
    for line in (shared_data / "spec_zh" / "sections.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        start = len(text)
        text += f"{row['section']} {row['title']}\n" + (f"{row['text']}\n" if row["text"] else "")
        sections.append(Section(start, len(text), row["section"], row["title"], row["level"]))
    return Document("spec.doc", text, sections=tuple(sections))


@pytest.fixture(scope="session")
def passages(shared_data: Path) -> dict[str, list[str]]:
    """The texts of ``qa_zh`` and ``qa_en``."""
    paths = {name: shared_data / name / "corpus.jsonl" for name in ("qa_zh", "qa_en")}
    lines = {name: path.read_text(encoding="utf-8").split("\n") for name, path in paths.items()}
    return {name: [json.loads(line)["text"] for line in held if line] for name, held in lines.items()}
