"""The contents of an ``.xls`` sheet besides its cells, which xlrd passes over: text boxes, labels, charts.

Source: [MS-XLS] 2.4.181 (Obj), 2.4.329 (TxO).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

from potluck.amounts import many
from potluck_plugins.loaders._office.xls_charts import chart_lines
from potluck_plugins.loaders._office.xls_records import all_records
from potluck_plugins.loaders._shared.check_boxes import check_box
from potluck_plugins.loaders._shared.flow import Flow

_BEGIN, _END = 0x0809, 0x000A
_OBJECT, _TEXT, _CONTINUE = 0x005D, 0x01B6, 0x003C
_CHART = 0x0020
_BOXES = (0x0B, 0x0C)
_NOTE, _OLD_BOX = 0x19, 0x06
_FIRST_WITH_TEXTS = 80
_STATE = 0x0012


def read_shapes(book: Any, place: int, flow: Flow) -> Iterator[str]:
    """The texts of the boxes, and the lines of the charts, of the sheet that begins at a place, in their order.

    Before Excel 97 the texts of boxes are stored otherwise: they are counted.
    """
    boxes = _Boxes()
    chart: list[tuple[int, bytes]] | None = None
    for _, kind, record in all_records(book, place):
        if kind == _BEGIN:
            chart = [] if record[2:4] == struct.pack("<H", _CHART) else None
        elif kind == _END and chart is not None:
            yield from chart_lines(book, chart, flow)
            chart = None
        elif chart is not None:
            chart.append((kind, record))
        yield from boxes.take(kind, record)
    if boxes.old and book.biff_version < _FIRST_WITH_TEXTS:
        flow.lose(f"{many(boxes.old, 'text')} in boxes not read: the workbook is older than Excel 97")


class _Boxes:
    """The texts of shapes, whose characters stand in the records that continue the one of the text."""

    def __init__(self) -> None:
        self._left = 0
        self._text = ""
        self._mark = ""
        self._is_note = False
        self.old = 0

    def take(self, kind: int, record: bytes) -> Iterator[str]:
        """Take a record; yield the lines of a text that is complete."""
        if kind == _OBJECT and len(record) >= 6:
            (what,) = struct.unpack_from("<H", record, 4)
            self._is_note = what == _NOTE
            self.old += what == _OLD_BOX
            self._mark = f"{check_box(_is_checked(record))} " if what in _BOXES else ""
        elif kind == _TEXT and len(record) >= 12 and not self._is_note:
            (self._left,) = struct.unpack_from("<H", record, 10)
            self._text = self._mark
        elif kind == _CONTINUE and self._left > 0:
            wide = bool(record[:1] and record[0] & 1)
            self._left -= (len(record) - 1) // (1 + wide)
            self._text += record[1:].decode("utf-16-le" if wide else "latin-1", "replace")
            if self._left <= 0:
                yield from (" ".join(line.split()) for line in self._text.split("\n") if line.strip())


def _is_checked(record: bytes) -> bool:
    """Whether the state that a check box or an option button has among its properties is that of a checked one."""
    place = 0
    while place + 6 <= len(record):
        name, size, value = struct.unpack_from("<HHH", record, place)
        if name == _STATE:
            return bool(value == 1)
        place += 4 + size
    return False
