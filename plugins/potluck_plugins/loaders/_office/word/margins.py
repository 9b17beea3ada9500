"""Headers and footers: once per section, where they say something that the text does not.

Source: ECMA-376 part 1, 17.10.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from itertools import groupby
from typing import Any

from potluck_plugins.loaders._office.numbering import W
from potluck_plugins.loaders._office.package import R
from potluck_plugins.loaders._office.word.fields import PAGE_MARK
from potluck_plugins.loaders._office.word.paragraph import Block, Paragraph
from potluck_plugins.loaders._office.word.styles import switch
from potluck_plugins.loaders._shared.grid import Grid

_WORDS = r"(?:pages?|pg?\.?|seiten?|s\.|página|pág\.?|pagina|страница|стр\.?|第|共|ページ|頁)"
_PAGES = re.compile(
    rf"[(\[/–—-]?\s*{_WORDS}?[\s.:：-]*{PAGE_MARK}\s*(?:[頁页]?[\s,，/]*(?:of|von|sur|de|di|из|/|共|總|总|-)?\s*"
    rf"(?:{_WORDS}\s*)?{PAGE_MARK})?\s*(?:頁|页|ページ)?\s*[)\]–—-]?",
    re.IGNORECASE,
)
_NUMBER_ONLY = re.compile(rf"[\W_]*(?:{_WORDS}[\s.:]*)?\d*[\W_]*", re.IGNORECASE)
_KINDS = ("first", "default", "even")


class Margins:
    """The headers and footers of a document, given section by section."""

    def __init__(self, read: Callable[[str], list[Block]], settings: Any) -> None:
        """``read`` gives the blocks of the part that a relationship leads to, page numbers as ``PAGE_MARK``."""
        self._read = read
        self._different_even = bool(switch(settings, "evenAndOddHeaders"))
        self._given: set[str] = set()
        self._shown: set[str] = set()

    def blocks(self, properties: Any, body: Collection[str]) -> Iterator[Block]:
        """The text of a section's margins, which comes first; ``body`` holds the paragraphs of the text, folded."""
        for tag in (f"{W}headerReference", f"{W}footerReference"):
            for relationship in self._references(properties, tag):
                if relationship in self._shown:
                    continue
                self._shown.add(relationship)
                for block in self._read(relationship):
                    yield from self._new(block, body)

    def _references(self, properties: Any, tag: str) -> Iterator[str]:
        """The parts that a section's pages show, that of the first page first."""
        if properties is None:
            return
        used = {"default"} | ({"first"} if switch(properties, "titlePg") else set())
        used |= {"even"} if self._different_even else set()
        found = {one.get(f"{W}type", "default"): one.get(f"{R}id") for one in properties.findall(tag)}
        yield from (found[kind] for kind in _KINDS if kind in used and found.get(kind))

    def _new(self, block: Block, body: Collection[str]) -> Iterator[Block]:
        rows = block.rows() if isinstance(block, Grid) else [[block.shown_text]]
        for row in rows:
            cells = filter(None, map(_without_pages, row))
            line = " | ".join(text for text, _ in groupby(cells))
            key = fold(line)
            if key and key not in self._given and key not in body:
                self._given.add(key)
                yield Paragraph(line, clauses=False)


def fold(text: str) -> str:
    """A text as it is compared: without white space and case."""
    return "".join(text.split()).casefold()


def _without_pages(text: str) -> str:
    """A line without the numbers of pages; empty if it says nothing else."""
    text = _PAGES.sub(" ", text) if PAGE_MARK in text else text
    return "" if _NUMBER_ONLY.fullmatch(text) else text.strip()
