"""The ``html`` loader, and what all loaders of markup share."""

from __future__ import annotations

import pytest

from support.loading import load_one, outline

ARTICLE = "軌道檢查之結果，應於每次作業完成之後填寫於紀錄表，並且交給負責的工程師簽認。"


def test_a_page_is_read_as_it_is_seen() -> None:
    document = load_one(
        "html",
        "<html><head><title> 軌道 \n規範</title><style>p {}</style></head><body><script>alert(1)</script>"
        "<!-- 註解 --><template>樣板</template><h1>第1章 總則</h1><p>一段<b>粗</b>體</p><noscript>no</noscript>"
        "<ul><li>甲<li>乙</ul><p hidden>藏</p><div style='color: red; display : none'>也藏</div></body></html>",
    )

    assert document.text == "第1章 總則\n一段粗體\n甲\n乙"
    assert document.metadata["title"] == "軌道規範"
    assert outline(document) == [("第1章", "總則", 1)]


def test_a_table_becomes_rows() -> None:
    document = load_one("html", "<table><tr><th>項目<th>值<tr><td>軌距<td>1067 <p>mm</table>")

    assert document.text == "項目 | 值\n軌距 | 1067 mm"


def test_a_table_that_arranges_a_page_is_no_table() -> None:
    inner = "<table><tr><td>a<td>b<tr><td>c<td>d</table>"

    document = load_one("html", f"<table><tr><td><h2>標題</h2><p>一<p>二</td><td>{inner}</td></tr></table>")

    assert document.text == "標題\n一\n二\na | b\nc | d"
    assert outline(document) == [(None, "標題", 2)]


def test_lines_that_were_broken_in_the_source_are_joined() -> None:
    document = load_one("html", "<p>中文的一句\n  話。</p><p>two\n words</p><p>一<br>二</p><pre>a\n  b</pre>")

    assert document.text == "中文的一句話。\ntwo words\n一\n二\na\n  b"


def test_a_clause_begins_a_section_in_a_page_without_headings() -> None:
    document = load_one("html", "<p>1.4.4 短鋼軌：係指…<br>1.4.5 長鋼軌：係指…</p>")

    assert [section.number for section in document.sections] == ["1.4.4", "1.4.5"]


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ('<meta charset="big5">', "big5"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=Big5">', "big5"),
        ("<meta charset=gb2312>", "gb18030"),
        ("<meta charset='shift_jis'>", "cp932"),
        ('<?xml version="1.0" encoding="big5"?>', "big5"),
        ("", "big5"),
        ("", "gb18030"),
        ("", "utf-8"),
        ('<meta charset="big5">', "utf-8"),
    ],
)
def test_the_encoding_is_the_declared_one_or_the_likely_one(head: str, encoding: str) -> None:
    text = ARTICLE if encoding != "cp932" else "この文書は、線路の検査について説明するものです。"

    document = load_one("html", f"{head}<p>{text}</p>".encode(encoding))

    assert document.text == text
    assert document.metadata["encoding"] == encoding
    assert bool(document.losses) == (head != "" and encoding == "utf-8")


def test_the_mark_of_utf_16_goes_before_what_the_page_says() -> None:
    document = load_one("html", f'<meta charset="big5"><p>{ARTICLE}</p>'.encode("utf-16"))

    assert document.text == ARTICLE


def test_the_setting_goes_before_all() -> None:
    document = load_one("html", '<meta charset="gb2312"><p>軌道</p>'.encode("big5"), encoding="big5")

    assert document.text == "軌道"


def test_twenty_thousand_nested_elements_are_read() -> None:
    document = load_one(
        "html", "<title>t</title>" + "<div>" * 20_000 + "深處文字<script>x</script>" + "</div>" * 20_000
    )

    assert document.text == "深處文字"
    assert document.metadata["title"] == "t"


def test_a_deeply_nested_page_keeps_its_headings_and_tables() -> None:
    page = "<h1>1.2 深處</h1><table><tr><td>a</td><td>b</td></tr></table><svg><text>x</text></svg><p>尾</p>"

    document = load_one("html", "<div>" * 5000 + page)

    assert document.text == "1.2 深處\na | b\n尾"
    assert outline(document) == [("1.2", "深處", 1)]


@pytest.mark.parametrize("page", ["", "   ", "<!-- nothing -->", "<html></html>", "<?xml version='1.0'?>"])
def test_a_page_without_text_gives_an_empty_text(page: str) -> None:
    assert load_one("html", page).text == ""


@pytest.mark.parametrize(
    "page", ["<div=x>甲</div>", "<d\x07iv>甲", "<p\x00>甲", "<en-ü<div>甲", "<td>甲", "<tr><td>甲"]
)
def test_broken_tags_cost_no_text(page: str) -> None:
    assert load_one("html", page).text.strip(" |") == "甲"


def test_nothing_is_fetched_and_no_entity_reads_a_file() -> None:
    page = '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><p>a &x; &eacute; &lt;b&gt;</p>'

    document = load_one("html", page)

    assert "root:" not in document.text
    assert document.text.endswith("é <b>")


@pytest.mark.parametrize(
    ("page", "said"), [("<html><p>甲", True), ("<HTML lang=zh><p>甲</HTML >", False), ("<p>甲", False)]
)
def test_a_page_that_is_opened_and_not_closed_may_be_cut_off(page: str, said: bool) -> None:
    document = load_one("html", page)

    assert document.text == "甲"
    assert any("</html>" in loss for loss in document.losses) == said
