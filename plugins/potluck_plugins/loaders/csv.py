"""Tables of text: ``.csv`` and ``.tsv``. A row becomes a line ``column: value; column: value``.

Every row carries the names of its columns, so that it can be found and understood when a splitter has taken it away
from the head of the table.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import potluck
from potluck.contracts import Config, Context, Loader
from potluck.documents import Document, Source
from potluck.errors import UnreadableDocument

from potluck_plugins.loaders._shared.decoding import decode
from potluck_plugins.loaders._shared.flow import Flow

_SAMPLE = 1 << 16
_LONGEST_FIELD = 1 << 27


class CsvConfig(Config):
    """Settings of the ``csv`` loader."""

    encoding: str | None = None
    """The encoding, where the guess is wrong: big5, gb18030, cp932, utf-16."""

    delimiter: str | None = None
    """What stands between cells, where the guess is wrong."""

    header: bool = True
    """Whether the first row names the columns."""


class CsvLoader(Loader):
    """Reads a table."""

    isolated = False

    def __init__(self, config: CsvConfig, context: Context) -> None:
        """Read nothing yet."""
        self._config = config

    def load(self, source: Source) -> Iterator[Document]:
        """Yield the one document of a table."""
        decoded = decode(source.path.read_bytes(), self._config.encoding)
        flow, losses = Flow(), [decoded.doubt] if decoded.doubt else []
        rows = [row for row in _rows(decoded.text, self._config.delimiter) if any(cell.strip() for cell in row)]
        names = [_cell(name) for name in rows[0]] if rows and self._config.header else []
        if names:
            flow.paragraph(" | ".join(names), clauses=False)
        for row in rows[1:] if names else rows:
            flow.paragraph(_line(names, [_cell(cell) for cell in row]), clauses=False)
        yield flow.document(
            source.name, {"encoding": decoded.encoding, "columns": list(names), "rows": len(rows)}, losses
        )


def _rows(text: str, delimiter: str | None) -> list[list[str]]:
    # The module's own limit of 131,072 characters is global: raise it for good.
    csv.field_size_limit(_LONGEST_FIELD)
    try:
        return list(csv.reader(io.StringIO(text), delimiter=delimiter or _delimiter(text)))
    except csv.Error as error:
        raise UnreadableDocument(f"it is no table of text ({error})") from error


def _delimiter(text: str) -> str:
    """The candidate that cuts most of the first lines into the same number of cells, more than one."""
    lines = [line for line in text[:_SAMPLE].split("\n") if line.strip()][:20]

    def fit(candidate: str) -> tuple[int, int]:
        counts = [line.count(candidate) for line in lines]
        common = max(set(counts), key=counts.count, default=0)
        return (counts.count(common), common) if common else (0, 0)

    return max(",\t;|", key=fit) if lines else ","


def _line(names: list[str], cells: list[str]) -> str:
    if not names:
        return " | ".join(cells)
    named = [f"{name}: {cell}" for name, cell in zip(names, cells, strict=False) if cell]
    return "; ".join(named + [cell for cell in cells[len(names) :] if cell])


def _cell(text: str) -> str:
    return " ".join(text.split())


@potluck.hookimpl
def potluck_loader() -> potluck.Offer[CsvLoader]:
    """Offer the loader."""
    return potluck.Offer("tables of text (.csv, .tsv)", CsvConfig, CsvLoader)
