"""The lines of a PDF's page, as PDFium finds them, with their places."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from typing import Any

from potluck_plugins.loaders._shared.lines import Line

_HYPHEN = "\x02"
_BROKEN_WORD = re.compile(f"(?<=[a-z]){_HYPHEN}(?=[a-z])")
_VARIANTS = re.compile("[\u2f00-\u2fd5\uf900-\ufaff\ufb00-\ufb06]")
"""Radicals and ligatures, which some programs write in place of the usual characters."""

_WIDE_GAP = 1.2
"""The gap between words, in heights of a character, from which they stand in different cells."""

_LABEL = re.compile(
    r"[(（]?(?:\d{1,3}(?:\.\d{1,3})*|[一二三四五六七八九十]+|[a-zA-Z])[)）.、]?|第\S+[章節條编節編篇]|[•●○■*-]"
)


def page_lines(page: Any) -> list[Line]:
    """The lines of a page, in reading order. Raises ``pypdfium2.PdfiumError`` for a damaged page."""
    from pypdfium2 import raw

    text_page = page.get_textpage()
    try:
        codes = [raw.FPDFText_GetUnicode(text_page.raw, index) for index in range(text_page.count_chars())]
        lines, start = [], 0
        for index, code in enumerate([*codes, 10]):
            if code == 10:
                lines.append(_line(text_page, codes, start, index))
                start = index + 1
        return lines
    finally:
        text_page.close()


def _line(page: Any, codes: list[int], start: int, end: int) -> Line:
    """The line that holds the characters from ``start`` to ``end`` of a page."""
    seen = [index for index in range(start, end) if codes[index] > 32]
    if not seen:
        return Line("")
    left, bottom, _, _ = page.get_charbox(seen[0], loose=True)
    _, last, right, _ = page.get_charbox(seen[-1], loose=True)
    height = _height(page, seen[0])
    if abs(last - bottom) > height or right < left:
        # Written upwards or round a corner: there are no margins to measure.
        return Line(_string(codes[start:end]))
    cells = [seen[0]]
    for before, index in pairwise(seen):
        if index - before > 1 and _gap(page, before, index) > _WIDE_GAP * height:
            cells.append(index)
    parts = [_string(codes[a:b]) for a, b in zip(cells, [*cells[1:], end], strict=True)]
    return Line(_joined(parts), left, right, bottom, height)


def _joined(parts: list[str]) -> str:
    """Cells set apart; not a number from its heading, nor the characters of a word that is spaced out."""
    text = parts[0]
    for before, part in pairwise(parts):
        spaced = len(before) == 1 and len(part) == 1
        labelled = before is parts[0] and _LABEL.fullmatch(before) and part[0].isalpha()
        text += (" " if spaced or labelled else " | ") + part
    return text


def _gap(page: Any, before: int, after: int) -> float:
    return float(page.get_charbox(after, loose=True)[0] - page.get_charbox(before, loose=True)[2])


def _height(page: Any, index: int) -> float:
    _, bottom, _, top = page.get_charbox(index, loose=True)
    return max(1.0, float(top - bottom))


def _string(codes: list[int]) -> str:
    """PDFium's UTF-16 as text, with words that were hyphenated put together again."""
    units = b"".join((code & 0xFFFF).to_bytes(2, "little") for code in codes)
    text = units.decode("utf-16-le", "replace").replace("\ufffe", _HYPHEN)
    text = _BROKEN_WORD.sub("", text).replace(_HYPHEN, "-").replace("\u00ad", "")
    text = _VARIANTS.sub(lambda found: unicodedata.normalize("NFKC", found.group()), text)
    return " ".join(text.replace("\0", "").replace("\u00a0", " ").strip().split(" "))
