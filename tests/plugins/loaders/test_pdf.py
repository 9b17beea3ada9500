"""The ``pdf`` loader.

Modules: ``potluck_plugins.loaders._shared.bidi``, ``potluck_plugins.loaders._shared.lines``,
``potluck_plugins.loaders._shared.outline``, ``potluck_plugins.loaders._shared.pdfchars``,
``potluck_plugins.loaders._shared.pdfforms``, ``potluck_plugins.loaders._shared.pdfminer``,
``potluck_plugins.loaders._shared.pdfrules``, ``potluck_plugins.loaders._shared.pdftext``,
``potluck_plugins.loaders._shared.pdfvertical``.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from potluck.errors import NoText, PasswordNeeded, UnreadableDocument
from support.loading import load, load_file, load_one, make_loader, outline, squeezed
from support.pdf import Bookmark, Line, column, make_pdf

WIDE = "短鋼軌係指長度在標準長度以下五公尺以上之鋼軌其使用應經工程司同意"


def test_pages_hold_their_text() -> None:
    document = load_one(
        "pdf", make_pdf([column("第一頁"), column("page two", "end")], info={"Title": "規範", "Author": "A"})
    )

    assert document.text == "第一頁\npage two\nend"
    assert [(document.text[page.start : page.end], page.number) for page in document.pages] == [
        ("第一頁\n", 1),
        ("page two\nend", 2),
    ]
    assert document.metadata == {"title": "規範", "author": "A", "page_count": 2}


def test_lines_that_were_broken_within_a_chinese_sentence_are_joined() -> None:
    document = load_one("pdf", make_pdf([column(WIDE, "後始得為之。", "下段始，" + WIDE[:28], "完。")]))

    assert document.text == WIDE + "後始得為之。\n下段始，" + WIDE[:28] + "完。"


@pytest.mark.parametrize("following", ["1.4.5 長鋼軌", "第2章 材料", "（一）鋼軌", "• 鋼軌", "2. 鋼軌", "a) 鋼軌"])
def test_a_heading_or_an_item_is_joined_to_nothing(following: str) -> None:
    assert load_one("pdf", make_pdf([column(WIDE, following, WIDE)])).text.split("\n")[:2] == [WIDE, following]


def test_short_lines_and_english_lines_stay_as_they_are() -> None:
    names = ["王小明", "李大同", "陳美麗"]
    english = ["The gauge is measured fourteen millimetres below the top", "of the rail, at right angles."]

    document = load_one("pdf", make_pdf([column(*names, *english)]))

    assert document.text.split("\n") == [*names, *english]


def test_hyphens_at_the_end_of_a_line_join_words_and_keep_signs() -> None:
    document = load_one(
        "pdf", make_pdf([column("the mainte-", "nance of rails", "許可差為 +0mm 至-", "30mm，不得超過")])
    )

    assert document.text == "the maintenance of rails\n許可差為 +0mm 至-30mm，不得超過"


def test_clauses_and_chapters_become_sections() -> None:
    document = load_one(
        "pdf", make_pdf([column("第 1 章 通則", "1.4.4 短鋼軌", "係指…", "見第2章 材料。"), column("1.4.5 Rail")])
    )

    assert outline(document) == [("第1章", "通則", 1), ("1.4.4", "短鋼軌", 3), ("1.4.5", "Rail", 3)]
    assert [document.text[s.start : s.end].split("\n")[0] for s in document.sections] == [
        "第 1 章 通則",
        "1.4.4 短鋼軌",
        "1.4.5 Rail",
    ]


def test_bookmarks_become_sections_where_their_title_stands() -> None:
    outlined = [Bookmark("Foo", 1, 760), Bookmark("總則", 1, 700), Bookmark("Foo", 1, 650), Bookmark("elsewhere", 0, 1)]
    pages = [column("Contents", "1 Foo"), column("1 Foo", "text", "總 則", "text", "4 Foo", "text")]

    document = load_one("pdf", make_pdf(pages, outlined))

    assert outline(document) == [("1", "Foo", 1), (None, "總 則", 1), ("4", "Foo", 1)]
    assert document.sections[0].start == document.pages[1].start


def test_cells_of_a_table_are_set_apart() -> None:
    rows = [
        cell
        for number, (name, one, two) in enumerate([("項目", "正線", "側線"), ("軌距", "+3、-2", "+5、-3")])
        for cell in (
            Line(name, 700 - 20 * number),
            Line(one, 700 - 20 * number, 200),
            Line(two, 700 - 20 * number, 300),
        )
    ]

    assert load_one("pdf", make_pdf([rows])).text == "項目 | 正線 | 側線\n軌距 | +3、-2 | +5、-3"


def test_a_number_far_from_its_heading_belongs_to_it() -> None:
    document = load_one("pdf", make_pdf([[Line("1.4.4", 700), Line("短鋼軌", 700, 130)]]))

    assert outline(document) == [("1.4.4", "短鋼軌", 3)]
    assert document.text == "1.4.4 短鋼軌"


def test_two_columns_are_read_one_after_the_other() -> None:
    document = load_one("pdf", make_pdf([[*column("左一", "左二"), *column("右一", "右二", x=320)]]))

    assert document.text == "左一\n左二\n右一\n右二"


def test_a_page_that_is_turned_is_read() -> None:
    text = load_one("pdf", make_pdf([column("轉過來", "second")], rotate=90)).text

    assert sorted(text.split("\n")) == ["second", "轉過來"]


def test_rare_characters_radicals_and_ligatures_are_read() -> None:
    assert (
        load_one("pdf", make_pdf([column("\U00020bb7野家的⽂件", "e\ufb03cient 😀")])).text
        == "\U00020bb7野家的文件\nefficient 😀"
    )


def test_a_page_without_a_text_layer_is_reported() -> None:
    document = load_one("pdf", make_pdf([column("這裡有"), [], column("也有"), []]))

    assert document.losses == ("no text layer on page 2, 4: a scan or a picture",)
    assert [page.number for page in document.pages] == [1, 3]
    assert document.pages[-1].end == len(document.text)


def test_a_file_without_any_text_layer_seems_to_be_scanned() -> None:
    with pytest.raises(NoText, match="none of its 2 pages has a text layer: it seems to be scanned"):
        load("pdf", make_pdf([[], []]))


def test_characters_without_a_meaning_are_reported() -> None:
    document = load_one("pdf", make_pdf([column("甲\ue001\ue002")]))

    assert document.losses == ("2 characters without a meaning outside the file's own fonts",)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", r"it is empty \(0 bytes\)"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "it looks like an HTML page"),
        (b"PK\x03\x04rest", "a zip archive or an office file"),
        (b"just text", "plain text"),
        (b"\x89PNG\x00\x00", "no document of a known kind"),
        (b"%PDF-1.7\n", "damaged or cut off"),
        (make_pdf([column("甲")])[:400], "damaged or cut off"),
    ],
)
def test_what_is_not_a_whole_pdf_is_an_error_that_says_what_it_is(content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableDocument, match=reason):
        load("pdf", content)


def test_an_encrypted_file_needs_its_password(shared_data: Path) -> None:
    path = shared_data / "bad" / "aes-256.pdf"

    with pytest.raises(PasswordNeeded, match=r"it is encrypted$"):
        load_file("pdf", path)
    with pytest.raises(PasswordNeeded, match="the password does not open it"):
        load_file("pdf", path, password="wrong")
    (document,) = load_file("pdf", path, password="foo")

    assert "Secret!" in document.text


def test_the_release_of_the_library_is_part_of_the_identity() -> None:
    assert set(make_loader("pdf").identity()) == {"pypdfium2"}


def test_every_section_of_a_real_specification_is_found_whole(shared_data: Path) -> None:
    (path,) = (shared_data / "spec_zh").glob("*.pdf")
    gold = [json.loads(line) for line in (shared_data / "spec_zh" / "sections.jsonl").read_text("utf-8").splitlines()]
    (document,) = load_file("pdf", path)
    running = [squeezed(line) for line in ("施工規範範例　僅供軟體測試", "文件編號：TRK-00001 第 1.0 版")]

    found = {}
    for section in document.sections:
        text = squeezed(document.text[section.start : section.end])
        for line in running:
            text = text.replace(line, "")
        found[section.number] = text

    assert len(gold) == 101
    assert {one["section"] for one in gold} == set(found)
    assert [
        one["section"] for one in gold if found[one["section"]] != squeezed(one["section"] + one["title"] + one["text"])
    ] == []


def test_sentences_of_a_real_article_are_whole(shared_data: Path) -> None:
    (document,) = load_file("pdf", shared_data / "docs" / "zh_article.pdf")

    assert "收錄〈與荷蘭守將書〉則與當時荷蘭所記書信不同" in document.text
    assert "南京諸臣遂於南直隸首都金陵擁立福王朱由崧登基" in document.text
