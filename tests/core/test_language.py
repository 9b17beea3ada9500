"""Sentences and character pairs in both languages."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from potluck.language import describe_half_losses, fold, grams, is_chinese, sentences, whole_characters


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


def test_chinese_sentences_end_at_full_width_stops_with_their_closing_quotes() -> None:
    assert cut("他說：「不行。」然後走了！真的？是；好") == ["他說：「不行。」", "然後走了！", "真的？", "是；", "好"]


def test_a_clause_number_or_a_decimal_is_not_an_end() -> None:
    assert cut("See 1.4.4 for 3.14 mm. The next one. e.g. this") == [
        "See 1.4.4 for 3.14 mm.",
        "The next one. e.g. this",
    ]


@given(st.text(alphabet=st.sampled_from("甲乙。！ \n.A1「」"), max_size=60))
def test_sentences_are_in_order_and_lose_only_white_space(text: str) -> None:
    spans = list(sentences(text))

    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    assert "".join("".join(text[a:b] for a, b in spans).split()) == "".join(text.split())


def test_pairs_ignore_width_and_case() -> None:
    assert grams("２５ｍ 短鋼軌") == grams("25M短鋼軌")
    assert "短 鋼" in grams("短鋼軌")


def test_script() -> None:
    assert is_chinese("rail 軌")
    assert not is_chinese("rail レール")


def test_a_text_of_one_unit_has_no_pairs_and_is_compared_by_that_unit() -> None:
    assert grams("鋼") == {"鋼"}
    assert grams("Rail") == {"rail"}
    assert grams("。") == frozenset()


def test_what_is_folded_tells_no_case_width_white_space_or_digits_apart() -> None:
    assert fold(" Ｒail \n 12　公尺３ ") == fold("rail 7 公尺05") == "rail 0 公尺0"


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("\ud83d\ude00軌", "😀軌"),
        ("\ud800軌\udfff", "\ufffd軌\ufffd"),
        ("\ud7ff\ue000", "\ud7ff\ue000"),
        ("rail", "rail"),
    ],
)
def test_halves_of_surrogate_pairs_are_put_together_or_replaced(text: str, whole: str) -> None:
    assert whole_characters(text) == whole


def test_halves_that_were_replaced_are_counted_in_words() -> None:
    assert describe_half_losses(0) == []
    assert describe_half_losses(1) == ["1 character is half of a surrogate pair and was replaced by \ufffd"]
    assert describe_half_losses(2) == ["2 characters are halves of surrogate pairs and were replaced by \ufffd"]
