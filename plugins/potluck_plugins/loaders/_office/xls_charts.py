"""The charts of an ``.xls``: titles, and figures where they stand in no cell of the workbook.

Source: [MS-XLS] 2.2.3 (charts), 2.4.29 (BRAI), 2.4.254 (SeriesText), 2.4.182 (ObjectLink), 2.4.258 (SIIndex).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from potluck_plugins.loaders._office.charts import Chart, Series
from potluck_plugins.loaders._office.number_format import general
from potluck_plugins.loaders._shared.flow import Flow, one_line

_OPEN, _CLOSE = 0x1033, 0x1034
_TEXT, _SERIES, _SOURCE, _WORDS, _LINK, _CACHE = 0x1025, 0x1003, 0x1051, 0x100D, 0x1027, 0x1065
_NUMBER, _LABEL = 0x0203, 0x0204
_TITLE, _VALUES, _CATEGORIES, _POINT = 1, 2, 3, 4
_AUTOMATIC, _DELETED = 0x10, 0x40
_NAME_OF, _VALUES_OF, _CATEGORIES_OF = 0, 1, 2
_LITERAL = 1
_WITH_UNICODE = 80
_AREAS = (0x3A, 0x3B, 0x5A, 0x5B, 0x7A, 0x7B)
"""Tokens of formulas that name a cell or an area of another sheet, which may be one of another workbook."""


def chart_lines(book: Any, records: Sequence[tuple[int, bytes]], flow: Flow) -> Iterator[str]:
    """The content of a chart, as for ``.xlsx``: ``records`` are those between its begin and end."""
    reader = _Reader(book)
    for kind, record in records:
        reader.take(kind, record)
    chart = reader.chart()
    if reader.has_own_figures:
        yield from chart.lines(flow)
    else:
        names = [one_line(one.name) for one in reader.series if one.name_is_own]
        yield from (f"[chart] {text}" for text in (chart.title, chart.x_title, *names, *chart.remarks) if text)


@dataclass(slots=True)
class _Series:
    name: str = ""
    name_is_own: bool = False
    x: dict[int, str] = field(default_factory=dict)
    y: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Reader:
    """The records of a chart as they come: what is open, the text and the source that were last begun."""

    book: Any
    series: list[_Series] = field(default_factory=list)
    titles: dict[int, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    has_own_figures: bool = False
    _open: list[int] = field(default_factory=list)
    _last: int = 0
    _flags: int = 0
    _words: str = ""
    _source: tuple[int, int] = (0, 0)
    _cache: int = 0

    def take(self, kind: int, record: bytes) -> None:
        """Take a record; a damaged one says nothing."""
        try:
            self._take(kind, record)
        except struct.error:
            return
        self._last = kind

    def chart(self) -> Chart:
        """The chart that was read."""
        title = ", ".join(filter(None, (self.titles.get(_TITLE), self.titles.get(_VALUES))))
        series = [Series(one_line(one.name), one.x, one.y) for one in self.series]
        return Chart(title, self.titles.get(_CATEGORIES, ""), series, self.remarks)

    def _take(self, kind: int, record: bytes) -> None:
        if kind == _OPEN:
            self._open.append(self._last)
        elif kind == _CLOSE:
            del self._open[-1:]
        elif kind == _SERIES:
            self.series.append(_Series())
        elif kind == _TEXT:
            (self._flags,) = struct.unpack_from("<H", record, 24)
            self._words = ""
        elif kind == _SOURCE:
            self._begin_source(record)
        elif kind == _WORDS:
            self._say(self._text(record, 2, 1))
        elif kind == _LINK:
            self._link(*struct.unpack_from("<H", record))
        elif kind == _CACHE:
            (self._cache,) = struct.unpack_from("<H", record)
        elif kind in (_NUMBER, _LABEL):
            self._figure(kind, record)

    def _begin_source(self, record: bytes) -> None:
        """Where a name or the figures of a series come from."""
        what, how = self._source = struct.unpack_from("<BB", record)
        if what in (_VALUES_OF, _CATEGORIES_OF):
            self.has_own_figures |= how == _LITERAL or self._is_of_another_workbook(record[8:])

    def _is_of_another_workbook(self, formula: bytes) -> bool:
        from xlrd.book import SUPBOOK_INTERNAL

        if not formula or formula[0] not in _AREAS:
            return False
        (number,) = struct.unpack_from("<H", formula, 1)
        sheets, books = self.book._externsheet_info, self.book._supbook_types
        book = sheets[number][0] if number < len(sheets) else len(books)
        return bool(book < len(books) and books[book] != SUPBOOK_INTERNAL)

    def _say(self, words: str) -> None:
        if self._open[-1:] == [_TEXT]:
            self._words = one_line(words)
        elif self._open[-1:] == [_SERIES] and self._source[0] == _NAME_OF:
            self.series[-1].name, self.series[-1].name_is_own = words, self._source[1] == _LITERAL

    def _link(self, what: int) -> None:
        """The part to which the text before it belongs."""
        if not self._words or self._flags & _DELETED:
            return
        if what != _POINT and what not in self.titles:
            self.titles[what] = self._words
        elif what != _POINT or not self._flags & _AUTOMATIC:  # the title of a second axis, or a label set by hand
            self.remarks.append(self._words)

    def _figure(self, kind: int, record: bytes) -> None:
        point, number = struct.unpack_from("<HH", record)
        if number >= len(self.series) or self._cache not in (_VALUES_OF, _CATEGORIES_OF):
            return
        shown = general(*struct.unpack_from("<d", record, 6)) if kind == _NUMBER else self._text(record, 6, 2)
        one = self.series[number]
        (one.y if self._cache == _VALUES_OF else one.x)[point] = shown

    def _text(self, record: bytes, place: int, length_size: int) -> str:
        """A text behind its length."""
        length = int.from_bytes(record[place : place + length_size], "little")
        place += length_size
        if self.book.biff_version < _WITH_UNICODE:
            return record[place : place + length].decode(self.book.encoding, "replace")
        wide = bool(record[place] & 1) if place < len(record) else False
        coded = record[place + 1 : place + 1 + length * (1 + wide)]
        return coded.decode("utf-16-le" if wide else "latin-1", "replace")
