"""Finding the headings that an outline names among the lines of the pages it leads to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from potluck_plugins.loaders._shared.numbers import number_and_title


def bookmarks(pdf: Any) -> list[tuple[int, str, int]]:
    """The page from 0, the title and the level of each bookmark."""
    found = []
    try:
        for bookmark in pdf.get_toc():
            destination = bookmark.get_dest()
            index = destination.get_index() if destination is not None else None
            if index is not None and bookmark.get_title().strip():
                found.append((index, bookmark.get_title(), bookmark.level + 1))
    except Exception:  # a damaged outline costs the outline
        return []
    return found


def locate(marks: Sequence[tuple[int, str, int]], pages: Sequence[Sequence[str]]) -> dict[int, dict[int, int]]:
    """The level of each line that is a heading, by page and line, both from 0.

    ``marks`` are pages, titles and levels in their order. A bookmark whose title stands nowhere on its page, in a
    line by itself, is left out.
    """
    found: dict[int, dict[int, int]] = {}
    for page, title, level in marks:
        if page >= len(pages):
            continue
        taken = found.setdefault(page, {})
        after = max(taken, default=-1) + 1
        number = next((n for n in range(after, len(pages[page])) if _same(pages[page][n], title)), None)
        if number is not None:
            taken[number] = level
    return found


def _same(line: str, title: str) -> bool:
    """Whether a line is the heading of that title, be it that one of them lacks the number."""
    lines, titles = ({_squeeze(text), _squeeze(number_and_title(text)[1])} for text in (line, title))
    return bool(line) and (_squeeze(line) in titles or _squeeze(title) in lines)


def _squeeze(text: str) -> str:
    return "".join(text.split())
