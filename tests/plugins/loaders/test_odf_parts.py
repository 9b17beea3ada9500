"""OpenDocument files: headers and footers, and metadata.

Modules: ``potluck_plugins.loaders._office.odf.package``, ``potluck_plugins.loaders._office.odf.text``,
``potluck_plugins.loaders._office.odf.names``.
"""

from __future__ import annotations

import pytest

from support.loading import load_one
from support.odf_reading import lines
from support.opendocument import OASIS, odf, p


def margins(*found: str) -> str:
    page = f'<style:master-page style:name="M">{"".join(found)}</style:master-page>'
    return f"<office:master-styles>{page}</office:master-styles>"


def of(tag: str, text: str, more: str = "") -> str:
    return f"<style:{tag} {more}>{text if text.startswith('<') else p(text)}</style:{tag}>"


PAGE = p("Page <text:page-number>3</text:page-number> of <text:page-count>9</text:page-count>")


REGIONS = of("region-left", "L") + of("region-center", "Page") + of("region-right", "R")


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ([of("header", "H"), of("footer", "F")], ["[header] H", "[footer] F"]),
        ([of("header-left", "H"), of("header-first", "G")], ["[header] H", "[header] G"]),
        ([of("footer-left", "H"), of("footer", "H")], ["[footer] H"]),
        ([of("header", "H", 'style:display="false"')], []),
        ([of("header", "H", 'style:display="true"')], ["[header] H"]),
        ([of("header", PAGE)], []),
        ([of("header", REGIONS)], ["[header] L | R"]),
    ],
)
def test_headers_and_footers_that_pages_show_are_told(found: list[str], told: list[str]) -> None:
    assert lines(p("a"), common=margins(*found)) == ["a", *told]


META = (
    f'<office:document-meta xmlns:office="{OASIS}:office:1.0" xmlns:meta="{OASIS}:meta:1.0" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta><dc:title> 道碴 </dc:title><dc:subject/>'
    "<dc:creator>Lin</dc:creator><meta:initial-creator>Wang</meta:initial-creator>"
    "<meta:creation-date>2026-01-02T03:04:05</meta:creation-date><dc:date>2026-02-03</dc:date>"
    "<dc:language>zh</dc:language></office:meta></office:document-meta>"
)


def test_metadata_are_title_subject_author_and_dates() -> None:
    document = load_one("office", odf("text", p("a"), meta=META))

    assert document.metadata == {
        "title": "道碴",
        "author": "Wang",
        "created": "2026-01-02T03:04:05",
        "modified": "2026-02-03",
    }
    damaged = load_one("office", odf("text", p("a"), meta="<office:meta"))
    assert (damaged.text, damaged.metadata) == ("a", {})
    assert any("meta.xml" in loss for loss in damaged.losses)
