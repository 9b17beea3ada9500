"""Tables of text, such as ``.csv``: cut into cells, and written as lines that can be found one by one."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from potluck.errors import UnreadableDocument
from potluck_plugins.loaders._shared.flow import Flow

_CANDIDATES = ",\t;|"
_SAMPLE_ROWS = 50
_SAMPLE = 1 << 16
_LONGEST_FIELD = 1 << 27
_OPEN_QUOTE = "a quotation mark is never closed, so quotation marks were read as they stand"


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a table that are not empty, what stands above it, and what was lost on the way."""

    rows: list[list[str]]
    delimiter: str
    captions: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()


def read_table(text: str, delimiter: str | None = None) -> Table:
    """Cut a text into rows of cells. Raises ``UnreadableDocument``."""
    # The module's own limit of 131,072 characters is global: raise it for good.
    csv.field_size_limit(_LONGEST_FIELD)
    first, _, rest = text.partition("\n")
    if delimiter is None and first.lower().startswith("sep=") and len(first.strip()) == 5:
        text, delimiter = rest, first.strip()[4]
    delimiter = delimiter or _delimiter(text)
    rows, losses = _strictly_or_not(text, delimiter)
    rows = [row for row in rows if any(row)]
    count = _captions(rows)
    return Table(rows[count:], delimiter, tuple("".join(row) for row in rows[:count]), losses)


def _strictly_or_not(text: str, delimiter: str) -> tuple[list[list[str]], tuple[str, ...]]:
    """The rows by the book; else, with what that costs, as well as they can be read."""
    try:
        return _rows(text, delimiter, strict=True), ()
    except csv.Error as error:
        unclosed = "unexpected end of data" in str(error)
    try:
        if unclosed:
            return _rows(text, delimiter, quoting=csv.QUOTE_NONE), (_OPEN_QUOTE,)
        return _rows(text, delimiter), ()
    except csv.Error as error:
        raise UnreadableDocument(f"it is not a table of text ({error})") from error


def _captions(rows: Sequence[Sequence[str]]) -> int:
    """How many rows with a single cell stand above those with several."""
    single = [sum(map(bool, row)) < 2 for row in rows]
    return single.index(False) if False in single else 0


def write_table(table: Table, flow: Flow, header: bool = True) -> None:
    """Write each row with the names of its columns; without a ``header`` its cells alone."""
    rows = table.rows
    names = rows[0] if header and rows else ()
    for caption in table.captions:
        flow.paragraph(caption)
    if names:
        flow.paragraph(" | ".join(names), clauses=False)
    for row in rows[1:] if names else rows:
        flow.paragraph(_line(names, row) if names else " | ".join(row), clauses=False)


def _line(names: Sequence[str], row: Sequence[str]) -> str:
    named = [f"{name}: {cell}" if name else cell for name, cell in zip(names, row, strict=False) if cell]
    return "; ".join([*named, *filter(None, row[len(names) :])])


def _rows(
    text: str, delimiter: str, quoting: Literal[0, 3] = csv.QUOTE_MINIMAL, strict: bool = False
) -> list[list[str]]:
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=delimiter, quoting=quoting, strict=strict, skipinitialspace=delimiter != "\t")
    return [[" ".join(cell.split()) for cell in row] for row in reader]


def _delimiter(text: str) -> str:
    """The candidate that cuts most rows into the same number of cells, of more than one."""
    sample = text[:_SAMPLE]

    def fit(candidate: str) -> tuple[int, int]:
        try:
            rows = _rows(sample, candidate)[:_SAMPLE_ROWS]
        except csv.Error:
            return 0, 0
        widths = Counter(len(row) for row in rows if len(row) > 1)
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
        return count, width

    return max(_CANDIDATES, key=fit)
