"""Putting a document's text together, line by line, while keeping where its sections and pages are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from potluck.documents import Document, Json, Page, Section

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3000-\u303f\uff00-\uffef"
_BREAK_IN_CHINESE = re.compile(f"(?<=[{_HAN}])[ \t]*\n[ \t]*(?=[{_HAN}])")
_CHINESE_NUMBER = "[0-9０-９一二三四五六七八九十百零〇]+"
_CHAPTER = re.compile(rf"\s*(第\s*{_CHINESE_NUMBER}\s*[編篇章節条條款部卷回])[\s、：:.．]*(.*)", re.DOTALL)
_DECIMAL = re.compile(r"\s*(\d{1,3}(?:\.\d{1,3})*)\.?(?:[\s、：:]+|(?=[^\W\d_A-Za-z]))(.*)", re.DOTALL)
_CLAUSE = re.compile(
    r"\s*(\d{1,3}(?:\.\d{1,3}){1,6})\.?(?:[\s：:]+(?=[^\s\d%°℃±+\-=×~～])|(?=[\u4e00-\u9fff]))(.*)", re.DOTALL
)
_UNIT = re.compile(
    r"(?:[mckM]?m|kg|[kMG]?Hz|ha|in|ft|倍|公分|公尺|公釐|公斤|萬|億|元|年|月|日|度|秒|分|小時|米|厘米|毫米)(?![A-Za-z])"
)
_ENUMERATION = re.compile(r"\s*([一二三四五六七八九十]{1,3})、\s*(.*)", re.DOTALL)
_TITLE_END = re.compile(r"[：:。；;\n]")
_LONGEST_TITLE = 60


def number_and_title(heading: str) -> tuple[str | None, str]:
    """Take the number off a heading: ``1.4.4 短鋼軌``, ``第1章 通則``, ``一、總則``."""
    for pattern in (_CHAPTER, _DECIMAL, _ENUMERATION):
        found = pattern.fullmatch(heading)
        if found:
            return re.sub(r"\s+", "", found.group(1)), found.group(2).strip()
    return None, heading.strip()


def clause(paragraph: str) -> tuple[str, str] | None:
    """The number and title of a paragraph that begins a numbered clause, such as ``1.4.4 短鋼軌：係指…``.

    A decimal number with its unit (``1.5 m``, ``2.4倍``) is none.
    """
    found = _CLAUSE.fullmatch(paragraph)
    if found is None or _UNIT.match(found.group(2)):
        return None
    end = _TITLE_END.search(found.group(2))
    title = found.group(2)[: end.start() if end else _LONGEST_TITLE].strip()
    return (found.group(1), title) if title else None


def one_line(text: str) -> str:
    """Fold white space as a browser does, and join lines that were broken within Chinese."""
    return " ".join(_BREAK_IN_CHINESE.sub("", text.strip()).split())


class Flow:
    """A document that grows."""

    def __init__(self) -> None:
        """Nothing is written yet."""
        self._lines: list[str] = []
        self._position = 0
        self._headings: list[tuple[int, str | None, str, int]] = []
        self._pages: list[tuple[int, int]] = []

    def paragraph(self, text: str, *, clauses: bool = True) -> None:
        """Add a paragraph; one that begins a numbered clause begins a section."""
        found = clause(text) if clauses else None
        if found is not None:
            number, title = found
            self._headings.append((self._position, number, title, number.count(".") + 1))
        self._write(text)

    def heading(self, text: str, level: int, number: str | None = None, title: str | None = None) -> None:
        """Add a heading.

        ``number`` is one that stands in no text, because the program counts it; ``title`` is what the outline says
        where that is not ``text``.
        """
        if not text.strip() and number is None:
            return
        found, name = number_and_title(text if title is None else title)
        if number:
            found, name = number.rstrip("."), text.strip()
        self._headings.append((self._position, found, name, level))
        self._write(f"{number} {text}" if number else text)

    def page(self, number: int) -> None:
        """Begin a page, slide or sheet."""
        self._pages.append((self._position, number))

    def document(self, source: str, metadata: Mapping[str, Json] | None = None, losses: Sequence[str] = ()) -> Document:
        """What has been written, as a document."""
        text = "\n".join(self._lines)
        starts = [start for start, *_ in self._headings] + [len(text)]
        sections = tuple(
            Section(start, end, number, title, level)
            for (start, number, title, level), end in zip(self._headings, starts[1:], strict=True)
            if start < end
        )
        begins = [start for start, _ in self._pages] + [len(text)]
        pages = tuple(
            Page(start, end, number)
            for (start, number), end in zip(self._pages, begins[1:], strict=True)
            if start < end
        )
        return Document(source, text, dict(metadata or {}), sections, pages, tuple(losses))

    def _write(self, text: str) -> None:
        text = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "")
        self._lines.append(text)
        self._position += len(text) + 1
