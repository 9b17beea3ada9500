"""Evernote exports (``.enex``): a section a note. Source: Evernote Export Format, DTD ``evernote-export4``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import potluck
from potluck.contracts import Config, Context, Loader
from potluck.documents import Document, Json, Source
from potluck.errors import NoText, UnreadableDocument

from potluck_plugins.loaders._shared.flow import Flow
from potluck_plugins.loaders._shared.markup import parse_html, parse_xml, read_tree


class EvernoteConfig(Config):
    """The Evernote loader has nothing to set."""


class EvernoteLoader(Loader):
    """Reads an export; pictures and other resources are counted, not read."""

    def __init__(self, config: EvernoteConfig, context: Context) -> None:
        """Read nothing yet."""

    def load(self, source: Source) -> Iterator[Document]:
        """Yield the one document of an export."""
        from lxml import etree

        try:
            root = parse_xml(source.path.read_bytes())
        except etree.XMLSyntaxError as error:
            raise UnreadableDocument(f"it is not a well-formed export ({error})") from error
        notes = list(root.iter("note"))
        if not any((note.findtext("content") or "").strip() for note in notes):
            raise NoText(f"there is no text in its {len(notes)} notes")
        flow, resources = Flow(), 0
        for note in notes:
            _note(note, flow)
            resources += len(note.findall("resource"))
        losses = [f"{resources} pictures or attachments were not read"] if resources else []
        titles: list[Json] = [title for note in notes if (title := (note.findtext("title") or "").strip())]
        yield flow.document(source.name, {"notes": len(notes), "titles": titles}, losses)


def _note(note: Any, flow: Flow) -> None:
    """The title as a heading, then the ENML, which is XHTML with elements of its own."""
    flow.heading((note.findtext("title") or "").strip(), 1)
    tags = [tag.text.strip() for tag in note.findall("tag") if tag.text and tag.text.strip()]
    if tags:
        flow.paragraph("Tags: " + ", ".join(tags), clauses=False)
    content = note.findtext("content") or ""
    start = content.find("<en-note")
    if content.strip():
        read_tree(parse_html(content[max(0, start) :]), flow)


@potluck.hookimpl
def potluck_loader() -> potluck.Offer[EvernoteLoader]:
    """Offer the loader."""
    return potluck.Offer("Evernote exports", EvernoteConfig, EvernoteLoader, requires=("lxml",), extra="html")
