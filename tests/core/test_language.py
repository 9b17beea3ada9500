"""Sentences and character pairs in both languages."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from potluck.language import grams, is_chinese, sentences


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
