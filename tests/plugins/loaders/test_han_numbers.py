"""Numbers in Chinese characters.

Modules: ``potluck_plugins.loaders._office.han_numbers``.
"""

from __future__ import annotations

import pytest

from potluck_plugins.loaders._office.han_numbers import han_digits, han_number

TAIWAN, CHINA, JAPAN = 0x404, 0x804, 0x411


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("0", "〇"),
        ("7", "七"),
        ("007", "七"),
        ("10", "一十"),
        ("105", "一百〇五"),
        ("1005", "一千〇五"),
        ("10000000", "一千萬"),
        ("10000005", "一千萬〇五"),
        ("9999999999999999", "九千九百九十九兆九千九百九十九億九千九百九十九萬九千九百九十九"),
        ("10000000000000000", "10000000000000000"),
        ("-2.50", "-二.五〇"),
        ("1E+21", "1E+21"),
        ("", ""),
    ],
)
def test_a_number_is_put_into_words(number: str, words: str) -> None:
    assert han_number(number, 1, TAIWAN) == han_number(number, 1, 0) == words


def test_the_signs_are_those_of_the_format_and_its_language() -> None:
    number = "1234567890"

    assert han_number(number, 2, TAIWAN) == "壹拾貳億參仟肆佰伍拾陸萬柒仟捌佰玖拾"
    assert han_number(number, 2, CHINA) == "壹拾贰亿叁仟肆佰伍拾陆万柒仟捌佰玖拾"
    assert han_digits(number, 2, CHINA) == "壹贰叁肆伍陆柒捌玖零"
    assert han_digits(number, 1, TAIWAN) == "一二三四五六七八九〇"
    for kind, locale in ((0, TAIWAN), (1, JAPAN)):
        assert han_number(number, kind, locale) == han_digits(number, kind, locale) == number
