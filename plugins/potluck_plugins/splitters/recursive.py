"""Cut at paragraphs, else at lines, else at sentences, and so on: the splitter that most people know.

The algorithm is that of LangChain's ``RecursiveCharacterTextSplitter``, on positions instead of strings. With
``separators: langchain`` the chunks are the same as there, in number and in text. The default separators know
Chinese: LangChain's know only line breaks and blanks, so that in Chinese most chunks end in the middle of a sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from pydantic import Field

import potluck
from potluck.contracts import Config, Context, Splitter
from potluck.documents import Chunk, Document
from potluck_plugins.splitters._shared.boundaries import WRITTEN, Level, before
from potluck_plugins.splitters._shared.division import chunk, divide, drop_contained, trim
from potluck_plugins.splitters._shared.repetition import Overlap, count_repeated
from potluck_plugins.splitters._shared.tables import header_at, tables

_LANGCHAIN = ("\n\n", "\n", " ", "")


class RecursiveConfig(Config):
    """Settings of the recursive splitter."""

    chunk_size: Annotated[int, Field(ge=1)] = 500
    """The longest chunk, in characters."""

    chunk_overlap: Overlap = 0.2
    """The most that the next chunk repeats of the end of a chunk: a number of characters, or a share of ``chunk_size``
    (``0.2`` or ``20%``). It repeats whole pieces only. A number over ``chunk_size`` counts as half of it."""

    separators: Literal["cjk", "langchain"] | Annotated[list[str], Field(min_length=1)] = "cjk"
    """Where to cut: ``cjk`` for Chinese and English, ``langchain`` for exactly LangChain's defaults, or a list of
    strings, best first, that LangChain would take in the same way (``""`` cuts anywhere)."""


class RecursiveSplitter(Splitter):
    """Splits at the best separators that keep chunks within ``chunk_size``.

    A chunk is longer only where the separators are a list without ``""`` and none of them stands in it.
    """

    def __init__(self, config: RecursiveConfig, context: Context) -> None:
        self._config = config
        self._overlap = count_repeated(config.chunk_overlap, config.chunk_size)
        self._levels = _levels(config.separators)

    def split(self, document: Document) -> Iterator[Chunk]:
        """Yield the chunks; nothing but white space lies between them.

        The first row of a table goes along with the chunks that begin further down in it, as their heading.
        """
        text, config = document.text, self._config
        whole = (0, len(text))
        spans = trim(text, divide(text, whole, self._levels, config.chunk_size, self._overlap))
        # LangChain repeats the end of a chunk where only white space follows; that is part of being the same.
        held = tables(text, *whole)
        for span in drop_contained(spans) if config.separators == "cjk" else spans:
            yield chunk(text, span, header_at(held, span[0]))


def _levels(separators: str | Sequence[str]) -> tuple[Level, ...]:
    if separators == "cjk":
        return WRITTEN
    return tuple(before(separator) for separator in (_LANGCHAIN if separators == "langchain" else separators))


@potluck.hookimpl
def potluck_splitter() -> potluck.Offer[RecursiveSplitter]:
    """Offer the recursive splitter."""
    return potluck.Offer(
        "cuts at paragraphs, lines, sentences, ... (LangChain's algorithm, knows Chinese)",
        RecursiveConfig,
        RecursiveSplitter,
    )
