"""The ``epub`` loader, and the limits of archives.

Modules: ``potluck_plugins.loaders._shared.markup``, ``potluck_plugins.loaders._shared.markup_images``,
``potluck_plugins.loaders._shared.markup_lists``, ``potluck_plugins.loaders._shared.markup_reader``,
``potluck_plugins.loaders._shared.markup_style``, ``potluck_plugins.loaders._shared.mathml``,
``potluck_plugins.loaders._shared.style_sheet``.
"""

from __future__ import annotations

import io
import zipfile

import pytest

from potluck.errors import DocumentLimit, PasswordNeeded, UnreadableDocument
from support.books import archive, book, xhtml
from support.loading import load, load_one, outline


def test_chapters_come_in_the_order_of_the_spine() -> None:
    content = book(
        {
            "two%20b.xhtml": xhtml("<h1>第2章 材料</h1><p>鋼軌</p>"),
            "one.xhtml": xhtml("<h1>第1章 總則</h1><p>範圍</p>"),
        },
        ["one.xhtml", "two%20b.xhtml"],
    )

    document = load_one("epub", content)

    assert document.text == "第1章 總則\n範圍\n第2章 材料\n鋼軌"
    assert outline(document) == [("第1章", "總則", 1), ("第2章", "材料", 1)]
    assert document.metadata == {"title": "軌道 規範", "creator": "王小明", "language": "zh-TW"}


def test_a_chapter_that_is_empty_or_damaged_costs_that_chapter() -> None:
    content = bytearray(
        book({"a.xhtml": xhtml("<p>甲</p>"), "b.xhtml": xhtml("<p>" + "乙" * 99 + "</p>"), "c.xhtml": ""})
    )
    place = content.index(b"OEBPS/b.xhtml") + len("OEBPS/b.xhtml") + 10
    content[place : place + 5] = b"\xff" * 5

    document = load_one("epub", bytes(content))

    assert document.text == "甲"
    assert document.losses == ("the chapter OEBPS/b.xhtml is damaged",)


def test_a_chapter_that_is_missing_is_reported() -> None:
    file = io.BytesIO(book({"a.xhtml": xhtml("<p>甲</p>"), "b.xhtml": xhtml("乙")}))
    with zipfile.ZipFile(file) as whole:
        rest = {name: whole.read(name) for name in whole.namelist() if not name.endswith("b.xhtml")}

    document = load_one("epub", archive(rest))

    assert document.text == "甲"
    assert document.losses == ("the chapter OEBPS/b.xhtml is missing",)


def test_a_chapter_in_another_encoding_is_read() -> None:
    page = '<?xml version="1.0" encoding="big5"?><html><body><p>軌道檢查</p></body></html>'

    assert load_one("epub", book({"a.xhtml": page.encode("big5")})).text == "軌道檢查"


def test_a_protected_book_says_so() -> None:
    method = '<encryption><EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/></encryption>'

    with pytest.raises(PasswordNeeded, match="DRM"):
        load("epub", book({"a.xhtml": xhtml("x")}, **{"META-INF/encryption.xml": method}))


def test_fonts_that_are_made_unusable_do_no_harm() -> None:
    method = '<encryption><EncryptionMethod Algorithm="http://www.idpf.org/2008/embedding"/></encryption>'

    assert load_one("epub", book({"a.xhtml": xhtml("甲")}, **{"META-INF/encryption.xml": method})).text == "甲"


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04", b"plain text", archive({"a.txt": "x"}), archive({"META-INF/container.xml": "<container/>"})],
)
def test_what_is_not_a_book_is_an_error(content: bytes) -> None:
    with pytest.raises(UnreadableDocument):
        load("epub", content)


def test_a_book_that_is_cut_off_is_an_error() -> None:
    content = book({"a.xhtml": xhtml("<p>甲</p>")})

    with pytest.raises(UnreadableDocument, match="damaged or cut off"):
        load("epub", content[: len(content) // 2])


def test_an_archive_that_inflates_without_end_is_refused() -> None:
    with pytest.raises(DocumentLimit, match="looks like a bomb"):
        load("epub", book({"a.xhtml": xhtml("<p>甲</p>"), "b.xhtml": b" " * (40 << 20)}))


def test_what_no_chapter_needs_may_be_damaged_or_inflate_without_end() -> None:
    content = bytearray(book({"a.xhtml": xhtml("<p>甲</p>")}, big=b"\0" * (40 << 20), picture=bytes(range(256)) * 9))
    place = content.index(b"picture") + len("picture") + 10
    content[place : place + 5] = b"\xff" * 5

    document = load_one("epub", bytes(content))

    assert (document.text, document.losses) == ("甲", ())


def test_an_archive_of_too_many_members_is_refused() -> None:
    with pytest.raises(DocumentLimit, match="10001 members"):
        load("epub", archive({f"{number}": "" for number in range(10_001)}, zipfile.ZIP_STORED))


def test_notes_beside_the_spine_are_read_once_where_the_text_links_them() -> None:
    chapter = "<p>荷重為25<a epub:type='noteref' href='notes%20a.xhtml#n1'>1</a>kN</p>"
    pages = {
        "one.xhtml": xhtml(chapter + "<a href='https://example.org/x.xhtml'>x</a> <a href='two.xhtml'>next</a>"),
        "two.xhtml": xhtml(chapter + "<a href='missing.xhtml'>y</a>"),
        "notes%20a.xhtml": xhtml("<aside id='n1'>1 冬季為20kN</aside>"),
        "unlinked.xhtml": xhtml("<p>advertisement</p>"),
    }

    document = load_one("epub", book(pages, ["one.xhtml", "two.xhtml"]))

    assert document.text == "荷重為25[1]kN\nx next\n荷重為25[1]kN\ny\n1 冬季為20kN"
    assert document.losses == ()


def test_formulas_and_deleted_text_of_a_book_are_read_as_in_a_page() -> None:
    formula = (
        "<math xmlns='http://www.w3.org/1998/Math/MathML'><mi>A</mi><mo>=</mo><msup><mn>10</mn><mn>6</mn></msup></math>"
    )

    document = load_one("epub", book({"a.xhtml": xhtml(f"<p>{formula}</p><p>票價<del>14</del>16元</p>")}))

    assert document.text == "A=10⁶\n票價16元"
    assert document.losses == ("struck-out text was left out: 1 place, 2 characters",)
