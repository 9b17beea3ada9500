"""Where notes, comments and text boxes are anchored in the text of a Word file, and where their own texts stand.

Source: [MS-DOC] 2.8.8 (``PlcfandRef``), 2.8.17 (``PlcffndRef``), 2.8.20 (``PlcfendRef``), 2.8.32 (``PlcftxbxTxt``),
2.8.37 (``PlcfSpa``), 2.7.2 (``DopBase``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from potluck_plugins.loaders._office.packed import day
from potluck_plugins.loaders._office.word97 import file as parts
from potluck_plugins.loaders._office.word97.file import WordFile, i32, plc, string, u16, u32
from potluck_plugins.loaders._office.word97.lists import number_format
from potluck_plugins.loaders._shared.numerals import format_number

Span = tuple[int, int]
"""The first position of a text, and the one behind its last."""

_HEADERS = ("header", "header", "footer", "footer", "header", "footer")
_SEPARATORS = 6


@dataclass(frozen=True, slots=True)
class Note:
    """A note; one whose mark the author typed has no label."""

    kind: str
    label: str
    span: Span


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment."""

    author: str
    day: str
    span: Span


def notes(file: WordFile) -> dict[int, Note]:
    """The footnotes and endnotes by the positions of their marks."""
    found: dict[int, Note] = {}
    document = file.part(parts.DOCUMENT)
    formats = u16(document, 54) if len(document) >= 56 else 0
    kinds = (
        ("footnote", parts.FOOTNOTE_MARKS, parts.FOOTNOTES, "footnotes", 2, formats >> 2 & 0xF),
        ("endnote", parts.ENDNOTE_MARKS, parts.ENDNOTES, "endnotes", 52, formats >> 6 & 0xF),
    )
    for kind, marks, texts, story, start, format_ in kinds:
        number = max(1, u16(document, start) >> 2) if len(document) >= start + 2 else 1
        anchors = plc(file.part(marks), 2)
        for position, record, span in zip(anchors.positions, anchors.records, _spans(file, texts, story), strict=False):
            automatic = u16(record, 0) != 0
            label = format_number(number, number_format(format_)) if automatic else ""
            number += automatic
            found[position] = Note(kind, label, span)
    return found


def comments(file: WordFile) -> dict[int, Comment]:
    """The comments by the positions of their marks."""
    authors = _authors(file)
    dates = file.part(parts.COMMENT_DATES)
    anchors = plc(file.part(parts.COMMENT_MARKS), 30)
    found: dict[int, Comment] = {}
    spans = _spans(file, parts.COMMENTS, "comments")
    for index, (position, record, span) in enumerate(zip(anchors.positions, anchors.records, spans, strict=False)):
        author = u16(record, 20)
        when = day(u32(dates, 18 * index)) if len(dates) >= 18 * index + 4 else ""
        found[position] = Comment(authors[author] if author < len(authors) else "", when, span)
    return found


def boxes(file: WordFile) -> tuple[dict[int, list[Span]], list[Span]]:
    """The texts of text boxes by the positions of their shapes, and those whose shape is not in the text."""
    anchors = plc(file.part(parts.SHAPE_ANCHORS), 26)
    places = {i32(record, 0): place for place, record in zip(anchors.positions, anchors.records, strict=False)}
    found: dict[int, list[Span]] = {}
    others: list[Span] = []
    table = plc(file.part(parts.BOXES), 22)
    for record, span in zip(table.records[:-1], _spans(file, parts.BOXES, "boxes", 22), strict=False):
        place = places.get(i32(record, 14))
        if u16(record, 8):  # the place of a box that was deleted
            continue
        if place is None:
            others.append(span)
        else:
            found.setdefault(place, []).append(span)
    return found, others


def margins(file: WordFile) -> Iterator[tuple[str, Span]]:
    """The texts of headers and footers, section by section."""
    for index, span in enumerate(_spans(file, parts.HEADERS, "headers")):
        if index >= _SEPARATORS and span[1] > span[0]:
            yield _HEADERS[(index - _SEPARATORS) % len(_HEADERS)], span


def _spans(file: WordFile, part: int, story: str, size: int = 0) -> Iterator[Span]:
    """The texts of a part one after the other; behind the last there is a closing mark."""
    first, last = file.stories[story]
    positions = [min(first + position, last) for position in plc(file.part(part), size).positions]
    yield from ((start, end) for start, end in pairwise(positions) if start <= end)


def _authors(file: WordFile) -> list[str]:
    table = file.part(parts.AUTHORS)
    found: list[str] = []
    at = 0
    while at + 2 <= len(table):
        name, at = string(table, at)
        found.append(name)
    return found
