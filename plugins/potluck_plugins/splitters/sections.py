"""One clause a chunk: what a citation names is what an embedder sees.

Every section of the document is a chunk, with the headings above it in ``Chunk.heading``. One that is too long is
divided at paragraphs, between tables, at sentences, and its own heading goes along as well. Text outside any section
is divided in the same way. A heading with nothing under it but smaller sections goes to the end of the chunk before
it: by itself it would take the place of a clause among the passages found.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Annotated, NamedTuple

from pydantic import Field

import potluck
from potluck.contracts import Config, Context, Splitter
from potluck.documents import Chunk, Document, Section
from potluck_plugins.splitters._shared.boundaries import WRITTEN
from potluck_plugins.splitters._shared.division import Span, chunk, divide, trim
from potluck_plugins.splitters._shared.tables import between_tables, header_at, tables

_LEVELS = (WRITTEN[0], between_tables, *WRITTEN[1:])
_BETWEEN = " > "
_LONGEST_TITLE = 80


class SectionsConfig(Config):
    """Settings of the section splitter."""

    max_size: Annotated[int, Field(ge=1)] = 600
    """The longest chunk, in characters, without the headings that are carried along."""


class Part(NamedTuple):
    """A stretch of a document with the headings ``above`` it and its ``own``; both empty outside any section.

    ``bare`` is a heading with nothing under it but smaller sections.
    """

    span: Span
    above: tuple[str, ...] = ()
    own: str = ""
    bare: bool = False


class SectionsSplitter(Splitter):
    """Splits at the sections that the loader found."""

    def __init__(self, config: SectionsConfig, context: Context) -> None:
        self._size = config.max_size

    def split(self, document: Document) -> Iterator[Chunk]:
        """Yield the chunks; only those of sections longer than ``max_size`` are parts of one."""
        text = document.text
        held: tuple[Span, str] | None = None
        for part in _parts(document):
            for span, heading in self._pieces(text, part):
                if held and part.bare and span[1] - held[0][0] <= self._size:
                    held = ((held[0][0], span[1]), held[1])
                    continue
                if held:
                    yield chunk(text, *held)
                held = (span, heading)
        if held:
            yield chunk(text, *held)

    def _pieces(self, text: str, part: Part) -> Iterator[tuple[Span, str]]:
        """The spans of one part's chunks, each with what is carried along."""
        (start, end), above = next(trim(text, [part.span]), (0, 0)), _BETWEEN.join(part.above)
        if end - start <= self._size:
            if start < end:
                yield (start, end), above
            return
        path = _BETWEEN.join([*part.above, part.own] if part.own else part.above)
        held = tables(text, start, end)
        for number, (first, last) in enumerate(self._divide_below(text, start, end, part)):
            heading = "\n".join(filter(None, [path, header_at(held, first)])) if number else above
            yield (first, last), heading

    def _divide_below(self, text: str, start: int, end: int, part: Part) -> Iterator[Span]:
        """Divide what is too long so that the heading's line is not left alone."""
        after = text.find("\n", start, end)
        body = next(trim(text, [(after, end)]))[0] if part.own and after > 0 else start
        if body - start > self._size // 2:
            body = start
        spans = trim(text, divide(text, (body, end), _LEVELS, self._size - (body - start)))
        yield start, next(spans)[1]
        yield from spans


def _parts(document: Document) -> Iterator[Part]:
    """The sections in order, and what stands outside any."""
    reached, path = 0, list[Section]()
    for section, following in zip_longest(document.sections, document.sections[1:]):
        yield Part((reached, section.start))
        path = [higher for higher in path if higher.level < section.level]
        alone = "\n" not in document.text[section.start : section.end].strip()
        bare = alone and following is not None and following.level > section.level
        yield Part((section.start, section.end), tuple(map(_title, path)), _title(section), bare)
        path.append(section)
        reached = section.end
    yield Part((reached, len(document.text)))


def _title(section: Section) -> str:
    """Number and title in one line, not longer than a heading should be."""
    title = " ".join(f"{section.number or ''} {section.title}".split())
    return title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1] + "…"


@potluck.hookimpl
def potluck_splitter() -> potluck.Offer[SectionsSplitter]:
    """Offer the section splitter."""
    return potluck.Offer("one clause per chunk, with the headings above it", SectionsConfig, SectionsSplitter)
