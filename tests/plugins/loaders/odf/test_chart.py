"""Charts of OpenDocument files.

Modules: ``potluck_plugins.loaders._office.odf.chart``.
"""

from __future__ import annotations

import pytest

from support.odf_reading import REPEAT, lines, read, table
from support.opendocument import NAMES, OASIS, cell, frame, p, row


def chart(series: str, *rows: str, before: str = "", after: str = "") -> str:
    found = f"{before}<chart:plot-area>{series}</chart:plot-area>{after}{table(*rows) if rows else ''}"
    found = f"<chart:chart>{found}</chart:chart>"
    namespaces = f'{NAMES} xmlns:chart="{OASIS}:chart:1.0"'
    inner = f"<office:document {namespaces}><office:body>{found}</office:body></office:document>"
    return p(frame(f"<draw:object>{inner}</draw:object>"))


def series(values: str, label: str = "", *domains: str) -> str:
    inner = "".join(f'<chart:domain table:cell-range-address="{domain}"/>' for domain in domains)
    named = f' chart:label-cell-address="{label}"' if label else ""
    return f'<chart:series chart:values-cell-range-address="{values}"{named}>{inner}</chart:series>'


T = "local-table"


FIGURES = [
    row(cell("Year"), cell("北"), cell("南")),
    row(cell("2025"), cell("3"), cell("4")),
    row(cell("2026"), cell("5"), cell("6")),
]


CATEGORIES = f'<chart:axis chart:dimension="x"><chart:categories table:cell-range-address="{T}.A2:.A3"/></chart:axis>'


NORTH = ["[chart]", "Year | 北", "2025 | 3", "2026 | 5"]


BOTH = ["[chart]", "Year | 北 | 南", "2025 | 3 | 4", "2026 | 5 | 6"]


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        (series(f"{T}.B2:.B3", f"{T}.B1") + CATEGORIES, NORTH),
        (series(f"{T}.$B$2:{T}.$B$3", f"{T}.B1") + CATEGORIES, NORTH),
        (series(f"{T}.B2:.B3", f"{T}.B1") + series(f"{T}.C2:.C3", f"{T}.C1") + CATEGORIES, BOTH),
        (series("Sheet1.B2:.B3", f"{T}.B1") + CATEGORIES, BOTH),
        (series(f"{T}.Z2:.Z3", f"{T}.B1") + CATEGORIES, BOTH),
        ("", BOTH),
        (series(f"{T}.B2:.C2", f"{T}.A2"), ["[chart]", "Year | 2025", "1 | 3", "2 | 4"]),
        (series(f"{T}.B2", f"{T}.B1"), ["[chart]", "Year | 北", "1 | 3"]),
        (series(f"{T}.C2:.C3", f"{T}.B1:.C1", f"{T}.B2:.B3"), ["[chart]", "Year | 北 南", "3 | 4", "5 | 6"]),
    ],
)
def test_a_chart_is_read_from_its_table(found: str, shown: list[str]) -> None:
    assert lines(chart(found, *FIGURES)) == shown


def test_the_figures_of_a_chart_begin_no_clauses() -> None:
    rows = [row(cell("Part"), cell("N")), row(cell("1.2 Loads of it"), cell("3"))]

    document = read(p("1.1 Scope of it") + chart("", *rows))
    assert document.text.split("\n")[2:] == ["Part | N", "1.2 Loads of it | 3"]
    assert [one.number for one in document.sections] == ["1.1"]


def test_titles_and_labels_of_a_chart_are_told() -> None:
    def title(text: str, tag: str = "title") -> str:
        return f"<chart:{tag}>{p(text)}</chart:{tag}>"

    axes = "".join(
        f'<chart:axis chart:dimension="{axis}">{title(text)}</chart:axis>' for axis, text in (("x", "年"), ("y", "kN"))
    )
    label = f"<chart:data-label>{p('peak')}</chart:data-label></chart:series>"
    one = series(f"{T}.B2:.B3", f"{T}.B1").replace("</chart:series>", label)
    before, after = title("載重") + title("sub", "subtitle"), title("foot", "footer")

    found = lines(chart(axes + one, *FIGURES, before=before, after=after))
    assert found[:4] == ["[chart] 載重, kN", "年 | 北", "1 | 3", "2 | 5"]
    assert found[4:] == ["[chart] sub", "[chart] foot", "[chart] peak"]


def test_figures_of_a_chart_may_be_repeated_missing_or_without_categories() -> None:
    nan = cell("x", 'office:value="NaN"')
    rows = [row(cell(), cell("a"), cell("b")), row(cell("k"), cell("7", REPEAT("columns", 2)))]
    rows.append(row(cell("m"), nan, cell("8")))
    assert lines(chart("", *rows)) == ["[chart]", " | a | b", "k | 7 | 7", "m |  | 8"]
    bare = [row(cell("", REPEAT("columns", 1)), cell("a")), row(cell(), cell("7")), row(cell(), cell("8"))]
    assert lines(chart("", *bare)) == ["[chart]", " | a", "1 | 7", "2 | 8"]
    assert read(p("a") + chart("")).text == "a"
