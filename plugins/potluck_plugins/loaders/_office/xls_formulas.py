"""The formulas of an ``.xls`` whose values were never computed: xlrd passes over them as empty cells.

Source: [MS-XLS] 2.4.127 (Formula), 2.5.133 (FormulaValue).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from potluck_plugins.loaders._office.xls_records import records

_FORMULA = 0x0006
_EMPTY_TEXT = b"\x03\0\0\0\0\0\xff\xff"
_NOUGHT = bytes(8)
_COMPUTE_ON_LOAD = 2
_WHOLE = re.compile(r"(?<=\d)\.0(?![\d.])")
_SINGLE = re.compile(r"!(\$?[A-Z]+\$?\d+):\1(?!\d)")


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula at its row and column, from 0; empty is the ``text`` of one that cannot be put into words."""

    row: int
    column: int
    text: str
    has_value: bool

    @property
    def may_be_empty(self) -> bool:
        """Whether an empty text may be its value: it says so."""
        return '""' in self.text or not self.text


def uncomputed_formulas(book: Any) -> list[list[Formula]]:
    """The formulas without a stored value, sheet by sheet; ``book`` is one that xlrd has opened on demand.

    An empty text is a value too: it is none only in a workbook that no program has computed, where all are empty.
    """
    sheets = [list(_formulas(book, sheet)) for sheet in range(book.nsheets)]
    found = [formula for sheet in sheets for formula in sheet]
    if any(one.has_value for one in found) or all(one.may_be_empty for one in found):
        return []
    return sheets


def _formulas(book: Any, sheet: int) -> Iterator[Formula]:
    for kind, record in records(book, sheet):
        if kind == _FORMULA and len(record) >= 22:
            row, column = struct.unpack_from("<HH", record)
            yield Formula(row, column, _text(book, record, row, column), _has_value(record))


def _has_value(record: bytes) -> bool:
    """Whether a value is stored; programs that compute nothing write an empty text, or nought to be computed."""
    value, (flags,) = record[6:14], struct.unpack_from("<H", record, 14)
    return value != _EMPTY_TEXT and not (value == _NOUGHT and flags & _COMPUTE_ON_LOAD)


def _text(book: Any, record: bytes, row: int, column: int) -> str:
    from xlrd.formula import FMLA_TYPE_CELL, decompile_formula

    (length,) = struct.unpack_from("<H", record, 20)
    try:
        text = decompile_formula(book, record[22:], length, FMLA_TYPE_CELL, browx=row, bcolx=column)
    except Exception:  # its parser fails in its own ways on what it does not know: the formula is counted all the same
        return ""
    return "=" + _SINGLE.sub(r"!\1", _WHOLE.sub("", text)) if text else ""
