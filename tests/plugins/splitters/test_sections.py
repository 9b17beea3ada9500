"""The section splitter: one clause a chunk, under its headings.

Modules: ``potluck_plugins.splitters._shared.division``.
"""

from __future__ import annotations

from typing import Any

import pytest

from potluck.documents import Chunk, Document, Section, sections_within
from potluck_plugins.splitters._shared.tables import tables

LONG = "軌距應以軌距尺量測，每十公尺一處。" * 6
TABLE = "表3-1 許可差\n項目 | 正線 | 側線\n軌距 | +3 | +5\n水平 | ±3 | ±5\n高低 | ±4 | ±7\n"


def document(*parts: tuple[int, str, str, str], before: str = "") -> Document:
    """A document of sections: level, number, title and text."""
    text, sections = before, []
    for level, number, title, body in parts:
        start = len(text)
        text += f"{number} {title}".strip() + "\n" + body
        sections.append(Section(start, len(text), number or None, title, level))
    return Document("spec.docx", text, sections=tuple(sections))


def cut(make: Any, given: Document, **settings: Any) -> list[Chunk]:
    return list(make("sections", **settings).split(given))


def test_every_clause_of_the_specification_is_a_chunk_under_its_headings(make: Any, specification: Document) -> None:
    chunks = {chunk.text.split()[0]: chunk for chunk in cut(make, specification)}

    with_text = [s for s in specification.sections if "\n" in specification.text[s.start : s.end].strip()]
    assert list(chunks) == ["第1章", *(section.number for section in with_text)]
    assert chunks["1.4.4"].heading == "第1章 通則 > 1.4 定義"
    assert chunks["1.4.4"].text.startswith("1.4.4 短鋼軌\n係指長度在標準長度以下5m以上之鋼軌。")
    assert chunks["3.10"].heading == "第3章 施工"
    for number, chunk in chunks.items():
        assert sections_within(specification.sections, chunk.start, chunk.end)[0].number == number


def test_a_heading_without_text_ends_the_chunk_before_it(make: Any) -> None:
    given = document((1, "1", "總則", "適用範圍。\n"), (1, "2", "定義", ""), (2, "2.1", "鋼軌", "係指軌條。\n"))

    assert [(chunk.heading, chunk.text) for chunk in cut(make, given)] == [
        ("", "1 總則\n適用範圍。\n2 定義"),
        ("2 定義", "2.1 鋼軌\n係指軌條。"),
    ]


def test_a_heading_stands_alone_where_the_chunk_before_it_is_full(make: Any) -> None:
    given = document((1, "1", "總則", "適用範圍。\n"), (1, "2", "定義", ""), (2, "2.1", "鋼軌", "係指軌條。\n"))

    assert [chunk.text for chunk in cut(make, given, max_size=12)] == [
        "1 總則\n適用範圍。",
        "2 定義",
        "2.1 鋼軌\n係指軌條。",
    ]


def test_a_clause_that_is_one_line_is_a_chunk_of_its_own(make: Any) -> None:
    given = document((1, "1", "鋼軌不得有裂紋。", ""), (1, "2", "軌枕不得有破損。", ""), (1, "3", "道碴須潔淨。", ""))

    assert [chunk.text for chunk in cut(make, given)] == ["1 鋼軌不得有裂紋。", "2 軌枕不得有破損。", "3 道碴須潔淨。"]


def test_a_long_clause_is_divided_at_sentences_and_its_heading_goes_along(make: Any) -> None:
    given = document((1, "3", "施工", ""), (2, "3.8", "檢驗", LONG))

    chunks = cut(make, given, max_size=60)

    assert chunks[0].text == "3 施工"
    assert chunks[1].text.startswith("3.8 檢驗\n軌距應以")
    assert [chunk.heading for chunk in chunks] == ["", "3 施工", "3 施工 > 3.8 檢驗"]
    assert all(chunk.text.endswith("。") and len(chunk.text) <= 60 for chunk in chunks[1:])


def test_the_parts_of_a_long_text_above_smaller_sections_are_not_joined_again(make: Any) -> None:
    given = document((1, "3", "施工", "甲" * 30 + "。" + "乙" * 60 + "。\n"), (2, "3.1", "準備", "文。"))

    chunks = cut(make, given, max_size=70)

    assert [chunk.text.replace("\n", "")[:6] for chunk in chunks] == ["3 施工甲甲", "乙" * 6, "3.1 準備"[:6]]
    assert [chunk.heading for chunk in chunks] == ["", "3 施工", "3 施工"]


def test_a_heading_is_never_left_alone_by_dividing(make: Any) -> None:
    given = document((1, "3", "施工", "\n\n" + "甲" * 100))

    chunks = cut(make, given, max_size=50)

    assert chunks[0].text.startswith("3 施工\n\n\n甲")
    assert all(len(chunk.text) <= 50 for chunk in chunks)


@pytest.mark.parametrize("rows", [TABLE, TABLE.replace(" | ", "\t"), TABLE.replace(" | ", "|").replace("\n", "\n|")])
def test_a_table_stays_whole_with_its_caption_where_it_fits(make: Any, rows: str) -> None:
    table = rows.removesuffix("|").strip()
    given = document((1, "3.8", "許可差", f"{LONG}\n{table}\n{LONG}"))

    chunks = cut(make, given, max_size=130)

    assert [table in chunk.text for chunk in chunks].count(True) == 1


def test_rows_of_a_table_that_does_not_fit_take_its_first_row_along(make: Any) -> None:
    given = document((1, "3.8", "許可差", TABLE))

    chunks = cut(make, given, max_size=45)

    assert [(chunk.heading, chunk.text.splitlines()[-1]) for chunk in chunks] == [
        ("", "軌距 | +3 | +5"),
        ("3.8 許可差\n項目 | 正線 | 側線", "高低 | ±4 | ±7"),
    ]


def test_a_chunk_that_begins_with_the_first_row_does_not_get_it_twice(make: Any) -> None:
    rows = TABLE.split("\n", 1)[1]

    chunks = cut(make, document((1, "3.8", "許可差", f"{LONG}\n{rows}")), max_size=45)

    heading = next(chunk.heading for chunk in chunks if chunk.text.startswith("項目"))
    assert heading == "3.8 許可差"


def test_one_line_with_a_bar_is_not_a_table() -> None:
    assert tables("a | b\ntext\n", 0, 11) == []
    assert [table.header for table in tables("a | b\nc | d\n", 0, 12)] == ["a | b"]


def test_english_sections_are_divided_at_english_sentences(make: Any) -> None:
    given = document((1, "4", "Payment", "The contractor is paid 80 percent. The rest follows clause 4.2.1. It ends."))

    assert [chunk.text for chunk in cut(make, given, max_size=50)] == [
        "4 Payment\nThe contractor is paid 80 percent.",
        "The rest follows clause 4.2.1. It ends.",
    ]


def test_text_before_the_first_section_is_kept(make: Any) -> None:
    chunks = cut(make, document((1, "1", "總則", "適用。"), before="封面\n"))

    assert [(chunk.heading, chunk.text) for chunk in chunks] == [("", "封面"), ("", "1 總則\n適用。")]


def test_a_document_without_sections_is_divided_at_paragraphs(make: Any) -> None:
    text = "\n\n".join(f"第{number}段。{'甲' * 20}。" for number in range(6))

    chunks = cut(make, Document("plain.txt", text), max_size=60)

    assert [chunk.text.count("段") for chunk in chunks] == [2, 2, 2]
    assert {chunk.heading for chunk in chunks} == {""}


def test_a_heading_that_is_a_whole_paragraph_is_shortened_where_it_is_carried(make: Any) -> None:
    chunks = cut(make, document((1, "1", "長" * 500, "文。\n"), (2, "", "節", "文。")))

    assert "長" * 500 in chunks[0].text
    assert chunks[1].heading == "1 " + "長" * 77 + "…"


def test_a_size_below_one_is_refused(make: Any) -> None:
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        make("sections", max_size=0)
