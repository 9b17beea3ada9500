"""Headers, footers and comments of Word documents.

Modules: ``potluck_plugins.loaders._office.word.margins``, ``potluck_plugins.loaders._office.word.comments``.
"""

from __future__ import annotations

import pytest

from support.word import (
    field,
    margin,
    p,
    r,
    section,
    table,
    tc,
    tr,
)
from support.word_reading import STRICT, lines, read

COMMENTS = (
    f'<w:comment w:id="0" w:author="Ada  Kern">{p("Every 10")}{p("days?")}</w:comment>'
    f'<w:comment w:id="1">{p("Why?")}</w:comment>'
)


ANCHOR = '<w:r><w:commentReference w:id="{}"/></w:r>'


def test_comments_are_read_at_their_place_by_the_setting_and_otherwise_counted() -> None:
    body = [p("Every 14 days", ANCHOR.format(0), "."), p("End", ANCHOR.format(1))]
    document = read(*body, parts={"comments": COMMENTS})
    assert document.text == "Every 14 days.\nEnd"
    assert document.losses == ("text of comments was left out: 2 places, 17 characters",)

    document = read(*body, parts={"comments": COMMENTS}, options={"comments": True})
    assert document.text == "Every 14 days [comment by Ada Kern: Every 10 days?].\nEnd [comment: Why?]"
    assert document.losses == ()


def test_a_comment_that_is_anchored_nowhere_is_counted() -> None:
    document = read(p("End"), parts={"comments": COMMENTS}, options={"comments": True})
    assert document.losses == ("text of comments was left out: 2 places, 17 characters",)


PAGE = field("PAGE", r("3"))


PAGES = field("NUMPAGES", r("9"))


@STRICT
def test_headers_and_footers_come_first_in_their_section_and_once(strict: bool) -> None:
    parts = {
        "header1": p("QM-0417, revision 3"),
        "header2": p("Annex"),
        "footer1": p("Valid from 1 May 2026") + p("The body says this"),
        "header3": p("Cover"),
    }
    first = section(margin("header1"), margin("footer1"), margin("header3", "first"), "<w:titlePg/>")
    body = [
        p("The body says this"),
        p("One", properties=first),
        p("Two", properties=section(margin("header2"))),
        p("Three"),
        section(margin("header1")),
    ]
    assert lines(*body, parts=parts, strict=strict) == [
        "Cover",
        "QM-0417, revision 3",
        "Valid from 1 May 2026",
        "The body says this",
        "One",
        "Annex",
        "Two",
        "Three",
    ]


@pytest.mark.parametrize(
    ("footer", "found"),
    [
        (p(PAGE), []),
        (p("Page ", PAGE, " of ", PAGES), []),
        (p("- ", PAGE, " -"), []),
        (p("第", PAGE, "頁，共", PAGES, "頁"), []),
        (p("第 ", PAGE, " 页"), []),
        (p("Seite ", PAGE, " von ", PAGES), []),
        (p("17"), []),
        (p("Page ", f'<w:fldSimple w:instr="PAGE">{r("1")}</w:fldSimple>'), []),
        (p("<w:r><w:pgNum/></w:r>"), []),
        (p("QM-0417", "<w:r><w:tab/></w:r>", "Page ", PAGE, " of ", PAGES), ["QM-0417"]),
        (p("規範 C-12　第", PAGE, "頁"), ["規範 C-12"]),
        (table(tr("QM-0417", tc(p("Page ", PAGE)), "Rev. 3")), ["QM-0417 | Rev. 3"]),
    ],
)
def test_page_numbers_are_not_text_of_headers(footer: str, found: list[str]) -> None:
    assert lines(p("Body"), section(margin("footer1")), parts={"footer1": footer}) == [*found, "Body"]


@pytest.mark.parametrize(("kind", "switch"), [("first", "<w:titlePg/>"), ("even", "")])
def test_a_header_that_no_page_shows_is_not_read(kind: str, switch: str) -> None:
    parts = {"header1": p("Shown on some pages")}
    assert lines(p("Body"), section(margin("header1", kind)), parts=parts) == ["Body"]
    parts["settings"] = "<w:evenAndOddHeaders/>"
    assert lines(p("Body"), section(margin("header1", kind), switch), parts=parts) == ["Shown on some pages", "Body"]


def test_a_document_that_says_something_only_in_its_header_is_read() -> None:
    assert lines(p(""), section(margin("header1")), parts={"header1": p("Valid from 1 May 2026")}) == [
        "Valid from 1 May 2026"
    ]
