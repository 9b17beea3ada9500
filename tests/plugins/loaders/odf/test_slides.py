"""Presentations of OpenDocument.

Modules: ``potluck_plugins.loaders._office.odf.slides``.
"""

from __future__ import annotations

from potluck.documents import Document
from support.loading import load_one
from support.odf_reading import page
from support.opendocument import odf, p


def deck(*pages: str, styles: str = "", common: str = "", **settings: bool) -> Document:
    return load_one("office", odf("presentation", "".join(pages), styles, common), **settings)


def shape(text: str, kind: str = "") -> str:
    named = f'presentation:class="{kind}"' if kind else ""
    return f"<draw:frame {named}><draw:text-box>{p(text)}</draw:text-box></draw:frame>"


def test_what_programs_fill_in_anew_is_not_text_of_a_master_page() -> None:
    fields = "".join(f"<presentation:{name}>x</presentation:{name}>" for name in ("date-time", "footer", "header"))
    fields += "".join(f"<text:{name}>x</text:{name}>" for name in ("page-number", "page-count", "date", "time"))
    common = f'<office:master-styles><style:master-page style:name="M">{shape("Rev. 3 " + fields)}{shape(fields)}'
    common += "</style:master-page></office:master-styles>"

    found = deck(
        page(shape("a"), more='draw:master-page-name="M"'),
        page(shape("b"), more='draw:master-page-name="N"'),
        common=common,
    )
    assert found.text.split("\n") == ["a", "[layout] Rev. 3", "b"]


def test_placeholders_of_margins_are_told_as_footers_and_pages_of_notes_are_not() -> None:
    kinds = ["date-time", "footer", "header", "page-number", "page"]
    shapes = "".join(shape(kind, kind) for kind in kinds)
    notes = f"<presentation:notes>{shape('n', 'notes')}{shapes}</presentation:notes>"
    found = deck(page(shape("T", "title"), shape("S", "subtitle"), shapes, notes))

    assert found.text.split("\n") == [
        *["T", "S", "[notes] n", "[footer] date-time", "[footer] footer", "[footer] header"]
    ]


def test_a_fixed_date_is_told_and_that_of_today_is_not() -> None:
    declared = '<presentation:date-time-decl presentation:name="d" presentation:source="{}">2026'
    declared += "</presentation:date-time-decl>"
    used = page(shape("a"), more='presentation:use-date-time-name="d"')

    assert deck(declared.format("fixed") + used).text == "a\n[footer] 2026"
    assert deck(declared.format("current-date") + used).text == "a"
