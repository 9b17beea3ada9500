"""Clause numbers before headings and paragraphs.

Modules: ``potluck_plugins.loaders._shared.numbers``.
"""

from __future__ import annotations

import pytest

from potluck_plugins.loaders._shared.numbers import clause, number_and_title, section


@pytest.mark.parametrize(
    ("heading", "number", "title"),
    [
        ("1.4.4 短鋼軌", "1.4.4", "短鋼軌"),
        ("1.4 Scope", "1.4", "Scope"),
        ("1. Scope", "1", "Scope"),
        ("1 Scope", "1", "Scope"),
        ("  12：範圍  ", "12", "範圍"),
        ("3、範圍", "3", "範圍"),
        ("3範圍", "3", "範圍"),
        ("1.2", "1.2", ""),
        ("999 Scope", "999", "Scope"),
        ("第1章 通則", "第1章", "通則"),
        ("第 一 章　總則", "第一章", "總則"),
        ("第十二條", "第十二條", ""),
        ("一、總則", "一", "總則"),
        ("二十三、 附則", "二十三", "附則"),
        ("1. 3 個步驟", "1", "3 個步驟"),
        ("1.5 年度", "1.5", "年度"),
        ("3. 年度計畫", "3", "年度計畫"),
        ("5 mm", None, "5 mm"),
        ("5 mmol/l", "5", "mmol/l"),
        ("3 個步驟", None, "3 個步驟"),
        ("3個步驟", None, "3個步驟"),
        ("2024年計畫", None, "2024年計畫"),
        ("1234 Scope", None, "1234 Scope"),
        ("3D models", None, "3D models"),
        ("1st quarter", None, "1st quarter"),
        ("3%的人", None, "3%的人"),
        ("Scope", None, "Scope"),
        ("", None, ""),
        ("一二三四、總則", None, "一二三四、總則"),
    ],
)
def test_the_number_is_taken_off_a_heading_but_no_quantity(heading: str, number: str | None, title: str) -> None:
    assert number_and_title(heading) == (number, title)


@pytest.mark.parametrize(
    ("paragraph", "found"),
    [
        ("第1章 通則", ("第1章", "通則", 1)),
        ("第 1 編　總則", ("第1編", "總則", 1)),
        ("第二章", ("第二章", "", 1)),
        ("第三節 軌道", ("第三節", "軌道", 2)),
        ("第三节 轨道", ("第三节", "轨道", 2)),
        ("第3條 甲方應於三日內交付。", ("第3條", "甲方應於三日內交付", 3)),
        ("第3条 甲方应于三日内交付；逾期罚款", ("第3条", "甲方应于三日内交付", 3)),
        ("第2款 價金：一百元", ("第2款", "價金", 4)),
        ("第3條：定義", ("第3條", "定義", 3)),
        ("第3條" + " 甲" * 60, ("第3條", ("甲 " * 30).strip(), 3)),
        ("1.4.4 短鋼軌：係指長度", ("1.4.4", "短鋼軌", 3)),
        ("1.4 短鋼軌", ("1.4", "短鋼軌", 2)),
        ("第3條", None),
        ("第二章之規定", None),
        ("第二章 的規定", None),
        ("第二章 及第三章", None),
        ("第二章通則", None),
        ("第二章 通則，以及其他", None),
        ("第二章 通則。", None),
        ("第二章 " + "長" * 36, ("第二章", "長" * 36, 1)),
        ("第二章 " + "長" * 37, None),
        ("第二章 通則 .......... 12", None),
        ("第二章 通則……………… 12", None),
        ("第3條 第4條之規定", None),
        ("一般的段落", None),
    ],
)
def test_a_paragraph_begins_a_section_by_its_number(paragraph: str, found: tuple[str, str, int] | None) -> None:
    assert section(paragraph) == found


def test_an_article_may_name_dots_far_behind_its_beginning() -> None:
    far = "第3條 " + "甲" * 120 + "....... 12"

    assert section(far) == ("第3條", "甲" * 60, 3)


@pytest.mark.parametrize(
    ("paragraph", "found"),
    [
        ("1.4.4 短鋼軌：係指長度在標準以下", ("1.4.4", "短鋼軌")),
        ("1.4.4短鋼軌", ("1.4.4", "短鋼軌")),
        ("1.4.4「短鋼軌」係指", ("1.4.4", "「短鋼軌」係指")),
        ("  1.2 Scope. The rest  ", ("1.2", "Scope. The rest")),
        ("1.2：範圍", ("1.2", "範圍")),
        ("1.2. Scope", ("1.2", "Scope")),
        ("1.2 範圍。其餘", ("1.2", "範圍")),
        ("1.2 範圍;其餘", ("1.2", "範圍")),
        ("1.2 範圍\n其餘", ("1.2", "範圍")),
        ("1.2 " + "長" * 70, ("1.2", "長" * 60)),
        ("1.2 " + "長" * 70 + "：其餘", ("1.2", "長" * 60)),
        ("1.0 Scope", ("1.0", "Scope")),
        ("1.2.3.4.5.6.7 深", ("1.2.3.4.5.6.7", "深")),
        ("99.99 Scope", ("99.99", "Scope")),
        # Quantities, addresses, versions, and entries of a table of contents.
        ("1.5 m 以下", None),
        ("1.5 公尺", None),
        ("1.5 kg", None),
        ("1.5 倍", None),
        ("1.4.4Short", None),
        ("1.5 更新", ("1.5", "更新")),
        ("1.5更新", None),
        ("10.0.0.1 Host", None),
        ("1.100 Scope", None),
        ("1.05 Scope", None),
        ("01.2 Scope", None),
        ("0.5 Scope", None),
        ("1.2 scope", None),
        ("1.2 (see)", ("1.2", "(see)")),
        ("1.2 + 3", None),
        ("1.2 Scope ........ 12", None),
        ("1.2 Scope····· 12", None),
        ("1.2 Scope..... x", ("1.2", "Scope..... x")),
        ("1.2 Scope.. 12", ("1.2", "Scope.. 12")),
        ("1.2", None),
        ("1.2.3.4.5.6.7.8 Scope", None),
        ("12 Scope", None),
        ("短鋼軌", None),
    ],
)
def test_a_clause_begins_with_a_number_of_several_parts(paragraph: str, found: tuple[str, str] | None) -> None:
    assert clause(paragraph) == found


def test_a_clause_of_a_very_long_paragraph_may_name_dots_far_behind_its_beginning() -> None:
    assert clause("1.2 " + "甲" * 120 + "....... 12") == ("1.2", "甲" * 60)
    assert clause("1.2 " + "甲" * 100 + "....... 12") is None


@pytest.mark.parametrize(
    ("before", "number", "follows"),
    [
        ("1.4.4", "1.4.5", True),
        ("1.4.4", "1.5", True),
        ("1.4.4", "1.5.1", True),
        ("1.4.4", "2.1", True),
        ("1.4.4", "2.1.1", True),
        ("1.4.4", "1.4.4.1", True),
        ("1.4.4", "1.4.4.1.1", True),
        ("1.4.4", "1.4.4", False),
        ("1.4.4", "1.4.6", False),
        ("1.4.4", "1.4.3", False),
        ("1.4.4", "1.4", False),
        ("1.4.4", "1.6", False),
        ("1.4.4", "1.5.2", False),
        ("1.4.4", "3.1", False),
        ("1.4.4", "2.2", False),
        ("1.4.4", "1.4.4.2", False),
        ("1.4.4", "1.4.4.1.2", False),
        ("第1章", "1.1", True),
        ("第1章", "1.2", False),
        (None, "1.1", True),
        (None, "1.2", False),
        (None, "0.1", True),
        ("1.9", "1.10", True),
        ("9", "10.1", True),
    ],
)
def test_what_may_be_a_quantity_is_a_clause_where_it_goes_on_from_the_one_before(
    before: str | None, number: str, follows: bool
) -> None:
    expected = (number, "m gauge") if follows else None

    assert clause(f"{number} m gauge", before) == expected
    assert section(f"{number} m gauge", before) == (expected and (*expected, number.count(".") + 1))
