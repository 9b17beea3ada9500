"""Numbers in the formats of lists and notes, as Word shows them.

Modules: ``potluck_plugins.loaders._shared.numerals``.
"""

from __future__ import annotations

import pytest

from potluck_plugins.loaders._shared.numerals import format_number


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("decimal", {0: "0", 1: "1", 10: "10", 32_767: "32767", -3: "-3"}),
        ("unknownFormat", {1: "1", 12: "12"}),
        ("none", {1: "", 0: "", 40_000: ""}),
        ("lowerLetter", {1: "a", 2: "b", 26: "z", 27: "aa", 28: "bb", 52: "zz", 53: "aaa"}),
        ("upperLetter", {1: "A", 26: "Z", 27: "AA", 54: "BBB"}),
        ("ordinal", {1: "1st", 2: "2nd", 3: "3rd", 4: "4th", 9: "9th", 10: "10th", 11: "11th", 12: "12th"}),
        ("ordinal", {13: "13th", 19: "19th", 20: "20th", 21: "21st", 22: "22nd", 23: "23rd", 24: "24th"}),
        ("ordinal", {101: "101st", 111: "111th", 112: "112th", 119: "119th", 121: "121st", 211: "211th", 213: "213th"}),
        ("hex", {9: "9", 10: "A", 16: "10", 255: "FF"}),
        ("numberInDash", {1: "- 1 -", 12: "- 12 -"}),
        ("decimalZero", {1: "01", 9: "09", 10: "10", 100: "100"}),
        ("decimalZero3", {1: "001", 10: "010", 1000: "1000"}),
        ("decimalZero4", {12: "0012"}),
        ("decimalFullWidth", {1: "１", 10: "１０", 23: "２３"}),
        ("decimalFullWidth2", {9: "９"}),
    ],
)
def test_numbers_and_letters(kind: str, written: dict[int, str]) -> None:
    assert {value: format_number(value, kind) for value in written} == written


def test_a_roman_numeral_is_written_with_each_of_its_parts() -> None:
    parts = {1: "i", 4: "iv", 5: "v", 9: "ix", 10: "x", 40: "xl", 50: "l", 90: "xc", 100: "c", 400: "cd", 500: "d"}
    parts |= {900: "cm", 1000: "m", 2: "ii", 3: "iii", 6: "vi", 8: "viii", 39: "xxxix", 41: "xli", 89: "lxxxix"}
    parts |= {99: "xcix", 399: "cccxcix", 499: "cdxcix", 899: "dcccxcix", 999: "cmxcix", 2026: "mmxxvi", 4000: "mmmm"}

    assert {value: format_number(value, "lowerRoman") for value in parts} == parts
    assert {value: format_number(value, "upperRoman") for value in parts} == {
        n: text.upper() for n, text in parts.items()
    }


@pytest.mark.parametrize("kind", ["chineseCounting", "taiwaneseCountingThousand", "japaneseCounting"])
def test_a_number_is_counted_in_chinese(kind: str) -> None:
    counted = {1: "一", 9: "九", 10: "十", 11: "十一", 19: "十九", 20: "二十", 21: "二十一", 99: "九十九", 100: "一百"}
    counted |= {101: "一百零一", 110: "一百一十", 111: "一百一十一", 120: "一百二十", 200: "二百", 305: "三百零五"}
    counted |= {1000: "一千", 1001: "一千零一", 1010: "一千零一十", 1100: "一千一百", 1101: "一千一百零一"}
    counted |= {2030: "二千零三十", 9999: "九千九百九十九", 10_000: "10000"}

    assert {value: format_number(value, kind) for value in counted} == counted


def test_the_numerals_of_contracts_differ_from_those_of_lists_and_between_the_scripts() -> None:
    traditional = {1: "壹", 2: "貳", 3: "參", 6: "陸", 10: "壹拾", 11: "壹拾壹", 105: "壹佰零伍", 1000: "壹仟"}
    simplified = {1: "壹", 2: "贰", 3: "叁", 6: "陆", 10: "壹拾", 20: "贰拾", 4050: "肆仟零伍拾", 800: "捌佰"}

    assert {value: format_number(value, "ideographLegalTraditional") for value in traditional} == traditional
    assert {value: format_number(value, "chineseLegalSimplified") for value in simplified} == simplified
    assert format_number(10_000, "ideographLegalTraditional") == "10000"


@pytest.mark.parametrize("kind", ["ideographDigital", "taiwaneseDigital", "japaneseDigitalTenThousand"])
def test_digits_are_written_one_by_one_in_chinese(kind: str) -> None:
    assert [format_number(value, kind) for value in (1, 10, 29, 305, 2026)] == [
        "一",
        "一〇",
        "二九",
        "三〇五",
        "二〇二六",
    ]


@pytest.mark.parametrize(
    ("kind", "first", "last", "length"),
    [
        ("ideographTraditional", "甲", "癸", 10),
        ("ideographZodiac", "子", "亥", 12),
        ("aiueo", "ア", "ン", 46),
        ("aiueoFullWidth", "ア", "ン", 46),
        ("iroha", "イ", "ン", 48),
        ("irohaFullWidth", "イ", "ン", 48),
        ("ganada", "가", "하", 14),
        ("chosung", "ㄱ", "ㅎ", 14),
        ("russianLower", "а", "я", 29),
        ("russianUpper", "А", "Я", 29),
    ],
)
def test_the_letters_of_a_sequence_begin_again_at_its_end(kind: str, first: str, last: str, length: int) -> None:
    assert format_number(1, kind) == first
    assert format_number(length, kind) == last
    assert format_number(length + 1, kind) == first
    assert len({format_number(value, kind) for value in range(1, length + 1)}) == length


@pytest.mark.parametrize(
    ("kind", "first", "last"),
    [
        ("decimalEnclosedCircle", "①", "⑳"),
        ("decimalEnclosedCircleChinese", "①", "⑳"),
        ("decimalEnclosedParen", "⑴", "⒇"),
        ("decimalEnclosedFullstop", "⒈", "⒛"),
    ],
)
def test_enclosed_numbers_end_at_twenty(kind: str, first: str, last: str) -> None:
    assert [format_number(value, kind) for value in (1, 20, 21)] == [first, last, "21"]


@pytest.mark.parametrize("kind", ["lowerLetter", "upperRoman", "taiwaneseCounting", "ideographTraditional"])
def test_a_number_of_a_damaged_file_makes_no_row_of_letters_without_end(kind: str) -> None:
    assert [format_number(value, kind) for value in (0, -1, 32_768, 10**9)] == ["0", "-1", "32768", "1000000000"]
    assert format_number(32_767, kind) != "32767" or kind == "taiwaneseCounting"
