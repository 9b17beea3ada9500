"""The newer kinds of charts (waterfall, treemap, sunburst, histogram, funnel, map) as tables of their figures.

Source: [MS-ODRAWXML] 2.24 (``cx:chartSpace``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from potluck_plugins.loaders._office.bullets import A
from potluck_plugins.loaders._office.charts import Chart, Series, joined_levels, shown_number
from potluck_plugins.loaders._office.drawing import text_of
from potluck_plugins.loaders._shared.flow import Flow, one_line

CX = "{http://schemas.microsoft.com/office/drawing/2014/chartex}"


def read_chartex(root: Any) -> Chart:
    """The chart of a part (``cx:chartSpace``)."""
    data = {one.get("id"): one for one in root.iterfind(f"{CX}chartData/{CX}data")}
    chart = root.find(f"{CX}chart")
    series = [_series(one, data) for one in chart.iter(f"{CX}series")] if chart is not None else []
    axes = [title for axis in (chart.iter(f"{CX}axis") if chart is not None else ()) if (title := _title(axis))]
    return Chart(", ".join(filter(None, (_title(chart), *axes))), "", series)


def _series(element: Any, data: Mapping[str | None, Any]) -> Series:
    link = element.find(f"{CX}dataId")
    dimensions = data.get(link.get("val")) if link is not None else None
    x: dict[int, str] = {}
    y: dict[int, str] = {}
    for dimension in dimensions if dimensions is not None else ():
        levels = [dict(_points(level)) for level in dimension.findall(f"{CX}lvl")]
        if dimension.tag == f"{CX}strDim":
            x = x or joined_levels(levels)
        elif dimension.tag == f"{CX}numDim":
            y = y or (levels[0] if levels else {})
    return Series(_title(element), x, y)


def _points(level: Any) -> Iterator[tuple[int, str]]:
    code = level.get("formatCode") or ""
    for point in level.findall(f"{CX}pt"):
        number, text = point.get("idx") or "", point.text or ""
        if number.isdecimal() and text.strip():
            yield int(number), shown_number(text, code or "General") if code else one_line(text)


def _title(element: Any) -> str:
    """The title of a chart or an axis, or the name of a series: written by hand, or taken from cells."""
    holder = element.find(f"{CX}title") if element is not None else None
    text = (holder if holder is not None else element).find(f"{CX}tx") if element is not None else None
    if text is None:
        return ""
    lines = [text_of(paragraph, Flow()) for paragraph in text.iter(f"{A}p")]
    return one_line("\n".join(lines) or " ".join(one.text or "" for one in text.iter(f"{CX}v")))
