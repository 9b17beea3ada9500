"""Charts of OpenDocument files, from the table that each keeps of its figures.

Source: OpenDocument 1.2 part 1, 11 (chart content), 9.2 (cell addresses). Of a chart of bubbles the first domain holds
the ordinates and the second the abscissas; of one of points the only domain holds the abscissas.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from potluck_plugins.loaders._office.charts import Chart, Series, shown_number
from potluck_plugins.loaders._office.odf.names import CHART, NUMBER, OFFICE, STYLE, TABLE, number
from potluck_plugins.loaders._office.odf.table import table_rows
from potluck_plugins.loaders._office.workbook import cell_place

_RANGE = re.compile(r"local-table\.(\$?[A-Z]+\$?\d+)(?::(?:local-table)?\.(\$?[A-Z]+\$?\d+))?")
_MOST_REPEATED = 1_000
_MOST_CELLS = 50_000
_MOST_SERIES = 255
_MOST_DECIMALS = 15

Cells = Mapping[tuple[int, int], str]


def read_chart(element: Any, text: Callable[[Any], str]) -> Chart:
    """A chart (``chart:chart``); ``text`` gives what an element says."""
    table = element.find(f"{TABLE}table")
    cells = dict(islice(_cells(table, text), _MOST_CELLS)) if table is not None else {}
    plot = element.find(f"{CHART}plot-area")
    axes = (
        {one.get(f"{CHART}dimension"): _title(one, text) for one in plot.iterfind(f"{CHART}axis")}
        if plot is not None
        else {}
    )
    series = list(_series(plot, cells, _percentages(element))) if plot is not None else []
    if not all(one.y for one in series) or not series:
        series = list(_columns(cells))
    title = ", ".join(filter(None, (_title(element, text), axes.get("y", ""))))
    named = [text(one) for name in ("subtitle", "footer") for one in element.iterfind(f"{CHART}{name}")]
    labels = [text(one) for one in element.iter(f"{CHART}data-label")]
    return Chart(title, axes.get("x") or cells.get((0, 0), ""), series, [*filter(None, named), *filter(None, labels)])


def _title(element: Any, text: Callable[[Any], str]) -> str:
    title = element.find(f"{CHART}title")
    return text(title) if title is not None else ""


def _cells(table: Any, text: Callable[[Any], str]) -> Iterator[tuple[tuple[int, int], str]]:
    """The figures by row and column, from 0; a value that is missing is none."""
    for at, (row, _) in enumerate(table_rows(table)):
        column = 0
        for cell in row.iterfind(f"{TABLE}table-cell"):
            times = min(number(cell, f"{TABLE}number-columns-repeated"), _MOST_REPEATED)
            shown = text(cell)
            if shown and cell.get(f"{OFFICE}value") != "NaN":
                yield from (((at, place), shown) for place in range(column, column + times))
            column += times


def _percentages(chart: Any) -> dict[str, str]:
    """The format of the figures of a series, by the name of its style, if they are percentages."""
    root = chart.getroottree().getroot()
    codes: dict[str, str] = {}
    for one in root.iter(f"{NUMBER}percentage-style"):
        figures = one.find(f"{NUMBER}number")
        places = number(figures, f"{NUMBER}decimal-places", 0, _MOST_DECIMALS) if figures is not None else 0
        codes[one.get(f"{STYLE}name") or ""] = f"0.{'0' * places}%" if places else "0%"
    used = {one.get(f"{STYLE}name") or "": one.get(f"{STYLE}data-style-name") for one in root.iter(f"{STYLE}style")}
    return {name: codes[data] for name, data in used.items() if data in codes}


def _series(plot: Any, cells: Cells, percentages: Mapping[str, str]) -> Iterator[Series]:
    categories = next(
        (_at(one.get(f"{TABLE}cell-range-address"), cells) for one in plot.iter(f"{CHART}categories")), {}
    )
    abscissas: dict[int, str] = {}
    for one in plot.iterfind(f"{CHART}series"):
        values = _at(one.get(f"{CHART}values-cell-range-address"), cells)
        if code := percentages.get(one.get(f"{CHART}style-name") or ""):
            values = {place: shown_number(text, code) for place, text in values.items()}
        name = " ".join(_at(one.get(f"{CHART}label-cell-address"), cells).values())
        domains = [_at(domain.get(f"{TABLE}cell-range-address"), cells) for domain in one.iterfind(f"{CHART}domain")]
        if len(domains) > 1:
            yield Series(name, domains[1], domains[0], values)
            continue
        abscissas = domains[0] if domains else abscissas
        yield Series(name, abscissas or categories, values)


def _at(address: str | None, cells: Cells) -> dict[int, str]:
    """The cells of a row or column by their place in it; none if it is not one of the table of the chart."""
    found = _RANGE.fullmatch(address or "")
    first = cell_place(found[1]) if found else None
    last = cell_place(found[2] or found[1]) if found else None
    if first is None or last is None:
        return {}
    inside = [
        (row + column - sum(first), row, column)
        for row, column in cells
        if first[0] <= row <= last[0] and first[1] <= column <= last[1]
    ]
    return {place: cells[row, column] for place, row, column in sorted(inside)}


def _columns(cells: Cells) -> Iterator[Series]:
    """All columns of the table as series, the first as their categories."""
    columns = sorted({column for _, column in cells})
    categories = {row - 1: text for (row, column), text in cells.items() if column == 0 and row}
    for column in columns[1:] if columns[:1] == [0] else columns:
        values = {row - 1: text for (row, place), text in cells.items() if place == column and row}
        yield Series(cells.get((0, column), ""), categories, values)
