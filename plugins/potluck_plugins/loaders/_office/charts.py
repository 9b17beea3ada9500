"""Charts as tables of the figures that they show, from the values that the file holds beside the picture.

Source: ECMA-376 part 1, 21.2 (DrawingML charts), for every program that has them. ``chartex.py`` reads the newer kinds.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from potluck_plugins.loaders._office.bullets import A
from potluck_plugins.loaders._office.drawing import is_on, text_of, without_controls
from potluck_plugins.loaders._office.number_format import show_number
from potluck_plugins.loaders._shared.flow import Flow, one_line
from potluck_plugins.loaders._shared.grid import Grid

C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


@dataclass(frozen=True, slots=True)
class Series:
    """One series: its values by the number of the point; ``x`` holds the categories, or the abscissas."""

    name: str = ""
    x: Mapping[int, str] = field(default_factory=dict)
    y: Mapping[int, str] = field(default_factory=dict)
    sizes: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chart:
    """The content of a chart. ``x_title`` is the title of the axis of categories; ``remarks`` are labels set by
    hand."""

    title: str
    x_title: str
    series: Sequence[Series]
    remarks: Sequence[str] = ()

    def write(self, flow: Flow) -> None:
        """Write the title, a table for the series that share their categories, and the remarks."""
        for line in self.lines(flow):
            flow.paragraph(line, clauses=False)

    def lines(self, flow: Flow) -> Iterator[str]:
        """The lines that ``write`` writes; figures that the file does not hold are noted in the flow."""
        tables = [self._table(list(group)) for _, group in groupby(self.series, key=lambda one: one.x)]
        tables = [table for table in tables if table.rows()]
        if self.title and not tables:
            yield f"[chart] {self.title}"
        if self.series and not tables:
            flow.lose("the figures of a chart were not read: the file does not hold them")
        for number, table in enumerate(tables):
            yield f"[chart] {'' if number else self.title}".strip()
            yield from table.lines()
        for remark in self.remarks:
            yield f"[chart] {remark}"

    def _table(self, series: Sequence[Series]) -> Grid:
        grid = Grid()
        columns = [column for one in series for column in _columns(one)]
        if self.x_title or any(name for name, _ in columns):
            grid.row(header=True)
            for name in (self.x_title, *(name for name, _ in columns)):
                grid.cell(name)
        x = series[0].x
        for point in sorted(set(x).union(*(values for _, values in columns))):
            grid.row()
            for values in (x, *(values for _, values in columns)):
                grid.cell(values.get(point, "" if values is not x or x else str(point + 1)))
        return grid


def read_chart(root: Any) -> Chart:
    """The chart of a part (``c:chartSpace``)."""
    chart = root.find(f"{C}chart")
    plot = chart.find(f"{C}plotArea") if chart is not None else None
    if plot is None:
        return Chart("", "", ())
    axes = {_value(axis, "axId"): _title(axis) for axis in plot if axis.find(f"{C}axId") is not None}
    found: list[tuple[Series, str, str]] = []
    for kind in plot:
        ids = [one.get("val") for one in kind.findall(f"{C}axId")]
        x_title, y_title = (axes.get(ids[place], "") if place < len(ids) else "" for place in (0, 1))
        found.extend((_series(one), x_title, y_title) for one in kind.findall(f"{C}ser"))
    units = {y_title for _, _, y_title in found}
    return Chart(
        ", ".join(filter(None, (_title(chart), *(units if len(units) == 1 else ())))),
        next((x_title for _, x_title, _ in found if x_title), ""),
        _with_categories([_with_unit(one, unit if len(units) > 1 else "") for one, _, unit in found]),
        [text for label in plot.iter(f"{C}dLbl") if (text := _title(label))],
    )


def shown_number(text: str, code: str, epoch_1904: bool = False) -> str:
    """A value as its format shows it."""
    try:
        value = float(text)
    except ValueError:
        return one_line(without_controls(text))
    return show_number(value, code, epoch_1904=epoch_1904).strip() if math.isfinite(value) else text


def _series(element: Any) -> Series:
    x, y = (_values(element, names) for names in (("cat", "xVal"), ("val", "yVal")))
    return Series(_name(element), x, y, _values(element, ("bubbleSize",)))


def _columns(series: Series) -> Iterator[tuple[str, Mapping[int, str]]]:
    yield series.name, series.y
    if series.sizes:
        yield f"{series.name} size".strip(), series.sizes


def _with_unit(series: Series, unit: str) -> Series:
    name = f"{series.name} ({unit})" if series.name and unit else series.name or unit
    return Series(name, series.x, series.y, series.sizes)


def _with_categories(series: Sequence[Series]) -> list[Series]:
    """The series with the categories of the first one if they have none, as a chart shows them."""
    first = next((one.x for one in series if one.x), {})
    return [Series(one.name, one.x or first, one.y, one.sizes) for one in series]


def _values(series: Any, names: Sequence[str]) -> dict[int, str]:
    """The points of the first of these dimensions that a series has; levels of categories are joined, outer first."""
    dimension = next((one for name in names if (one := series.find(f"{C}{name}")) is not None), None)
    if dimension is None:
        return {}
    levels = [_points(level) for level in dimension.iter(f"{C}lvl")]
    if levels:
        return joined_levels(levels)
    return next((_points(one) for one in dimension.iter() if one.find(f"{C}pt") is not None), {})


def _points(cache: Any) -> dict[int, str]:
    """The values of a cache or a level, by their number."""
    epoch_1904 = _is_on(cache.getroottree().getroot().find(f"{C}date1904"))
    code = cache.findtext(f"{C}formatCode") or "General"
    numeric = str(cache.tag).rpartition("}")[2] in ("numCache", "numLit")
    found: dict[int, str] = {}
    for point in cache.findall(f"{C}pt"):
        text, number = point.findtext(f"{C}v") or "", point.get("idx") or ""
        shown = (
            shown_number(text, point.get("formatCode") or code, epoch_1904)
            if numeric
            else one_line(without_controls(text))
        )
        if number.isdecimal() and shown:
            found[int(number)] = shown
    return found


def joined_levels(levels: Sequence[Mapping[int, str]]) -> dict[int, str]:
    """Categories of several levels, the innermost first: an outer one holds until the next of its level."""
    found: dict[int, str] = {}
    current = [""] * len(levels)
    for point in sorted(set().union(*levels)):
        current = [level.get(point, before) for level, before in zip(levels, current, strict=True)]
        current[0] = levels[0].get(point, "")
        found[point] = " ".join(filter(None, reversed(current)))
    return found


def _name(series: Any) -> str:
    element = series.find(f"{C}tx")
    return (
        one_line(" ".join(without_controls(one.text or "") for one in element.iter(f"{C}v")))
        if element is not None
        else ""
    )


def _title(element: Any) -> str:
    """The title of a chart or an axis, or the text of a label: written by hand, or taken from cells."""
    title = element if element.tag == f"{C}dLbl" else element.find(f"{C}title")
    text = title.find(f"{C}tx") if title is not None else None
    if text is None:
        return ""
    lines = [text_of(paragraph, Flow()) for paragraph in text.iter(f"{A}p")]
    return one_line("\n".join(lines) or " ".join(one.text or "" for one in text.iter(f"{C}v")))


def _is_on(element: Any) -> bool:
    return element is not None and is_on(element.get("val", "1"))


def _value(element: Any, name: str) -> str | None:
    child = element.find(f"{C}{name}")
    return None if child is None else child.get("val")
