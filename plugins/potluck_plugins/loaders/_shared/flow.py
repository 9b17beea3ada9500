"""Putting a document's text together, line by line, while keeping where its sections and pages are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from potluck.amounts import many
from potluck.documents import Document, Json, Page, Section
from potluck_plugins.loaders._shared.numbers import clause as clause
from potluck_plugins.loaders._shared.numbers import number_and_title as number_and_title
from potluck_plugins.loaders._shared.numbers import section

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3000-\u303f\uff00-\uffef"
_BREAK_IN_CHINESE = re.compile(f"(?<=[{_HAN}])[ \t]*\n[ \t]*(?=[{_HAN}])")


def clean(text: str) -> str:
    """Remove what the contract of loaders forbids: line ends other than newlines, byte order marks, NULs."""
    return text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "")


def one_line(text: str) -> str:
    """Fold white space as a browser does, and join lines that were broken within Chinese."""
    return " ".join(_BREAK_IN_CHINESE.sub("", clean(text).strip()).split())


class Flow:
    """A document that grows."""

    def __init__(self) -> None:
        """Nothing is written yet."""
        self._lines: list[str] = []
        self._position = 0
        self._headings: list[tuple[int, str | None, str, int]] = []
        self._pages: list[tuple[int, int, str | None]] = []
        self._number: str | None = None
        self._left_out: dict[str, list[int]] = {}
        self._losses: list[str] = []

    def lose(self, sentence: str) -> None:
        """Tell, in a sentence, what could not be read; the same sentence once."""
        if sentence not in self._losses:
            self._losses.append(sentence)

    def tells(self, words: str) -> bool:
        """Whether a sentence about what could not be read holds these words."""
        return any(words in sentence for sentence in self._losses)

    def leave_out(self, what: str, characters: int) -> None:
        """Count something that the document holds and its text does not: ``struck-out text``, ``a hidden sheet``.

        ``what`` is in the singular: the sentence that is made of it counts its places.
        """
        self._left_out.setdefault(what, []).append(characters)

    def paragraph(self, text: str, *, clauses: bool = True) -> None:
        """Add a paragraph; one that begins a numbered clause begins a section."""
        text = clean(text)
        found = section(text, self._number) if clauses else None
        if found is not None:
            self._section(text, *found)
        self._write(text)

    def heading(self, text: str, level: int, number: str | None = None, title: str | None = None) -> None:
        """Add a heading, as one line.

        ``number`` is one that stands in no text, because the program counts it; ``title`` is what the outline says if
        that is not ``text``.
        """
        text = one_line(text) if "\n" in clean(text) else clean(text)
        if not text.strip() and number is None:
            return
        found, name = number_and_title(text if title is None else clean(title))
        if number:
            found, name = number.rstrip("."), text.strip()
            text = f"{number} {text}"
        self._section(text, found, name, level)
        self._write(text)

    def page(self, number: int, label: str | None = None) -> None:
        """Begin a page, slide or sheet; ``label`` is what is printed on it if that is not its number."""
        self._pages.append((self._position, number, label))

    def document(self, source: str, metadata: Mapping[str, Json] | None = None, losses: Sequence[str] = ()) -> Document:
        """The text written so far, as a document; omissions are among the ``losses``."""
        text = "\n".join(self._lines)
        headings = [*self._headings, (len(text), None, "", 0)]
        sections = tuple(
            Section(start, following[0], number, title, level)
            for (start, number, title, level), following in pairwise(headings)
            if start < following[0]
        )
        starts = [*(min(start, len(text)) for start, _, _ in self._pages), len(text)]
        pages = tuple(
            Page(start, end, number, label)
            for (start, end), (_, number, label) in zip(pairwise(starts), self._pages, strict=True)
            if start < end
        )
        return Document(
            source, text, dict(metadata or {}), sections, pages, (*losses, *self._losses, *self._left_out_losses())
        )

    def _left_out_losses(self) -> Iterator[str]:
        for what, sizes in self._left_out.items():
            size = f", {many(sum(sizes), 'character')}" if any(sizes) else ""
            yield f"{what} was left out: {many(len(sizes), 'place')}{size}"

    def _section(self, text: str, number: str | None, title: str, level: int) -> None:
        indent = len(text) - len(text.lstrip())
        self._headings.append((self._position + indent, number, title, level))
        self._number = number if number and any(c.isdigit() for c in number) else self._number

    def _write(self, text: str) -> None:
        text = clean(text)
        self._lines.append(text)
        self._position += len(text) + 1
