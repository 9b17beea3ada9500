"""The rules of splitters."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from potluck.documents import Chunk, Document, Page, Section
from potluck.testing.kit import Subject, need, rule
from potluck.testing.texts import SENTENCES, text, texts


def _documents() -> Iterator[Document]:
    for number, content in enumerate(texts()):
        yield Document(f"sample-{number}.txt", content)
    yield _clauses()


def _clauses() -> Document:
    """A document with numbered sections and pages."""
    content, sections = "", []
    for number, sentence in enumerate(SENTENCES * 3, 1):
        start = len(content)
        content += f"{number} {sentence[:8]}\n{sentence}\n"
        sections.append(Section(start, len(content), str(number), sentence[:8], 1))
    middle = sections[len(sections) // 2].start
    pages = (Page(0, middle, 1), Page(middle, len(content), 2))
    return Document("clauses.docx", content, sections=tuple(sections), pages=pages)


def _split(subject: Subject) -> Iterator[tuple[Document, list[Chunk]]]:
    splitter = subject.make()
    for document in _documents():
        yield document, list(splitter.split(document))


@rule("splitter", "bounds")
def check_bounds(subject: Subject) -> None:
    """A chunk lies in its document."""
    for document, chunks in _split(subject):
        for chunk in chunks:
            need(
                0 <= chunk.start < chunk.end <= len(document.text), f"{chunk.start} to {chunk.end} in {document.source}"
            )


@rule("splitter", "text-is-span")
def check_spans(subject: Subject) -> None:
    """A chunk's text is exactly the document's from its start to its end."""
    for document, chunks in _split(subject):
        for chunk in chunks:
            need(chunk.text == document.text[chunk.start : chunk.end], f"a chunk of {document.source} at {chunk.start}")


@rule("splitter", "nothing-lost")
def check_cover(subject: Subject) -> None:
    """Every character that is not white space lies in at least one chunk."""
    for document, chunks in _split(subject):
        covered = bytearray(len(document.text))
        for chunk in chunks:
            covered[chunk.start : chunk.end] = b"\1" * (chunk.end - chunk.start)
        for place, character in enumerate(document.text):
            need(covered[place] or character.isspace(), f"{character!r} at {place} of {document.source}")


@rule("splitter", "in-order")
def check_order(subject: Subject) -> None:
    """Chunks come in the order of their start."""
    for document, chunks in _split(subject):
        starts = [chunk.start for chunk in chunks]
        need(starts == sorted(starts), f"chunks of {document.source} start at {starts[:10]}")


@rule("splitter", "trimmed")
def check_trimmed(subject: Subject) -> None:
    """A chunk is not empty, and does not begin or end with white space."""
    for document, chunks in _split(subject):
        for chunk in chunks:
            need(chunk.text and chunk.text == chunk.text.strip(), f"{chunk.text[:20]!r} of {document.source}")


@rule("splitter", "no-copies")
def check_copies(subject: Subject) -> None:
    """No stretch comes twice."""
    for document, chunks in _split(subject):
        spans = [(chunk.start, chunk.end) for chunk in chunks]
        need(len(spans) == len(set(spans)), f"a stretch of {document.source} comes twice")


@rule("splitter", "repeatable")
def check_repeatable(subject: Subject) -> None:
    """The same document always gives the same chunks, whatever was split before and by which instance."""
    once, other = subject.make(), subject.make()
    first = [list(once.split(document)) for document in _documents()]
    again = [list(once.split(document)) for document in reversed(list(_documents()))][::-1]
    need(first == again, "the same instance gave other chunks the second time")
    need(first == [list(other.split(document)) for document in _documents()], "another instance gave other chunks")


@rule("splitter", "name-does-not-matter")
def check_names(subject: Subject) -> None:
    """A document's name does not matter."""
    splitter = subject.make()
    for document in _documents():
        spans = [
            [
                (chunk.start, chunk.end)
                for chunk in splitter.split(Document(name, document.text, sections=document.sections))
            ]
            for name in ("a.txt", "規範.docx", "very/long/" * 20 + "name.pdf")
        ]
        need(spans[0] == spans[1] == spans[2], f"the text of {document.source}")


@rule("splitter", "blank-is-nothing")
def check_blank(subject: Subject) -> None:
    """A document of white space, or of nothing, has no chunks and is no error."""
    splitter = subject.make()
    for blank in ("", " ", "\n\n\t\u3000\n"):
        need(list(splitter.split(Document("blank.txt", blank))) == [], f"{blank!r} gave chunks")


@rule("splitter", "interleaved")
def check_interleaved(subject: Subject) -> None:
    """Two documents can be split at the same time."""
    splitter = subject.make()
    one, other = Document("one.txt", text(1, 400)), Document("other.txt", text(2, 400))
    alone = [list(splitter.split(one)), list(splitter.split(other))]
    pairs = list(itertools.zip_longest(splitter.split(one), splitter.split(other)))
    together = [[pair[side] for pair in pairs if pair[side] is not None] for side in (0, 1)]
    need(together == alone, "chunks of one came into the other")


@rule("splitter", "sections-are-hints")
def check_sections(subject: Subject) -> None:
    """Sections of any kind are taken: none, without numbers, of one character."""
    splitter, content = subject.make(), "1 軌道 track\nThe ballast.\n"
    for sections in ((), (Section(0, 1, None, "", 1), Section(1, len(content), "1.1", "軌道", 9))):
        chunks = list(splitter.split(Document("odd.txt", content, sections=sections)))
        joined = "".join(chunk.text for chunk in chunks)
        need("ballast" in joined, "the text is gone")
