"""Evernote exports (``.enex``): one document per note. Source: Evernote Export Format, DTD ``evernote-export4``; ENML
2."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import potluck
from potluck.amounts import many
from potluck.contracts import Config, Context, Loader
from potluck.documents import Document, Json, Source
from potluck.errors import NoText, UnreadableDocument
from potluck_plugins.loaders._shared.flow import Flow, one_line
from potluck_plugins.loaders._shared.markup import read_html
from potluck_plugins.loaders._shared.xml import read_xml

_FACTS = ("created", "updated", "author", "source-url")


class EvernoteConfig(Config):
    """The Evernote loader has nothing to set."""


class EvernoteLoader(Loader):
    """Reads an export; notes have little to do with each other, so each is a document, named by its title."""

    def __init__(self, config: EvernoteConfig, context: Context) -> None:
        """Read nothing yet."""

    def load(self, source: Source) -> Iterator[Document]:
        """Yield a document for each note that holds text."""
        xml = read_xml(source.path.read_bytes())
        if xml.root.tag != "en-export":
            raise UnreadableDocument(f"it is XML, but no Evernote export: it begins with <{xml.root.tag}>")
        notes = list(xml.root.iter("note"))
        read = [(number, note) for number, note in enumerate(notes, 1) if _text(note, "content").strip()]
        if not read:
            raise NoText(f"there is no text in its {len(notes)} notes")
        losses = list(xml.losses)
        if len(read) < len(notes):
            losses.append(f"{many(len(notes) - len(read), 'note')} of {len(notes)} without text")
        for number, note in read:
            yield _note(note, source.name, number, losses)
            losses = []


def _note(note: Any, name: str, number: int, losses: list[str]) -> Document:
    """The title as a heading, then the ENML, which is XHTML with elements of its own."""
    title = one_line(_text(note, "title"))
    tags: list[Json] = [one_line(tag.text) for tag in note.findall("tag") if tag.text and tag.text.strip()]
    content = _text(note, "content")
    flow = Flow()
    flow.heading(title, 1)
    if tags:
        flow.paragraph("Tags: " + ", ".join(map(str, tags)))
    read_html(content[max(0, content.find("<en-note")) :], flow)
    lost = {
        "pictures or attachments were not read": len(note.findall("resource")),
        "encrypted passages were not read": content.count("<en-crypt"),
    }
    losses = [*losses, *(f"{count} {what}" for what, count in lost.items() if count)]
    facts = {fact: one_line(text) for fact in _FACTS if (text := note.findtext(f".//{fact}"))}
    metadata: dict[str, Json] = {"title": title, **facts, **({"tags": tags} if tags else {})}
    return flow.document(f"{name}#{title or number}", metadata, losses)


def _text(note: Any, name: str) -> str:
    element = note.find(name)
    return "".join(element.itertext()) if element is not None else ""


@potluck.hookimpl
def potluck_loader() -> potluck.Offer[EvernoteLoader]:
    """Offer the loader."""
    return potluck.Offer("Evernote exports", EvernoteConfig, EvernoteLoader, requires=("lxml",), extra="html")
