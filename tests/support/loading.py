"""Loaders as a recipe makes them, and what must hold for every document."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from potluck import plugins
from potluck.contracts import Context, Loader
from potluck.documents import Attachment, Document, Source
from potluck.loading.worker_process import NoModels


def make_loader(name: str, **settings: Any) -> Loader:
    """The loader of that name."""
    plugin = plugins.find("loader", name)
    config = plugins.offer(plugin).config(**settings)
    loader = plugins.make(plugin, config, Context(base=Path(), folder=Path(), models=NoModels()))
    assert isinstance(loader, Loader)
    return loader


def load_file(name: str, path: Path, **settings: Any) -> list[Document]:
    """The documents of a file."""
    found = make_loader(name, **settings).load(Source(path.name, path))
    return [checked(one) for one in found if isinstance(one, Document)]


def attachments_of(name: str, content: bytes, file: str = "file", **settings: Any) -> list[Attachment]:
    """The files that a loader hands on."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, file)
        path.write_bytes(content)
        found = make_loader(name, **settings).load(Source(path.name, path))
        return [one for one in found if isinstance(one, Attachment)]


def load(name: str, content: str | bytes, file: str = "file", **settings: Any) -> list[Document]:
    """The documents of a file with this content."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, file)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return load_file(name, path, **settings)


def load_one(name: str, content: str | bytes, **settings: Any) -> Document:
    """The only document of a file with this content."""
    (document,) = load(name, content, **settings)
    return document


def checked(document: Document) -> Document:
    """Check a document against the contract of loaders."""
    text = document.text
    assert not set(text) & {"\0", "\r", "\ufeff"}
    assert not any(0xD800 <= ord(character) <= 0xDFFF for character in text)
    end = 0
    for section in document.sections:
        assert end <= section.start < section.end <= len(text)
        assert not text[section.start].isspace()
        assert section.level > 0
        assert not section.number or squeezed(section.number) in squeezed(heading(document, section.start))
        assert squeezed(section.title) in squeezed(heading(document, section.start))
        end = section.end
    for page in document.pages:
        assert 0 <= page.start < page.end <= len(text)
    assert all(isinstance(loss, str) and loss for loss in document.losses)
    json.dumps(dict(document.metadata))
    return document


def heading(document: Document, start: int) -> str:
    """The line that begins there."""
    return document.text[start:].split("\n", 1)[0]


def squeezed(text: str) -> str:
    """A text without white space."""
    return "".join(text.split())


def holds(documents: list[Document], phrases: list[str]) -> bool:
    """Whether the phrases come out, white space aside."""
    text = squeezed(" ".join(document.text for document in documents))
    return all(squeezed(phrase) in text for phrase in phrases)


def outline(document: Document) -> list[tuple[str | None, str, int]]:
    """Numbers, titles and levels of the sections."""
    return [(section.number, section.title, section.level) for section in document.sections]


def expected(folder: Path, kinds: Mapping[str, str]) -> list[tuple[str, dict[str, Any]]]:
    """The entries of ``expected.json`` for files whose extension is in ``kinds``, with the loader named there."""
    rows = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    return [(kinds[kind], row) for row in rows if (kind := row["file"].rpartition(".")[2].lower()) in kinds]
