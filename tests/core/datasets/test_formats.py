"""The format of a row is recognised by the names of its fields, in English and Chinese.

Modules: ``potluck.datasets.formats``.
"""

from __future__ import annotations

from typing import Any

import pytest

from potluck.datasets.formats import PAIRS, find_field, find_pair, meaning_of, recognise, turns_field


@pytest.mark.parametrize(
    ("fields", "form"),
    [
        ({"messages": [], "tools": []}, "chat"),
        ({"id": 1, "conversations": [], "system": ""}, "sharegpt"),
        ({"conversation": []}, "sharegpt"),
        ({"instruction": "", "input": "", "output": "", "history": []}, "alpaca"),
        ({"instruction": "", "output": "", "system": ""}, "alpaca"),
        ({"instruction": "", "input": "", "output": ""}, "pairs"),
        ({"prompt": "", "chosen": "", "rejected": ""}, "preference"),
        ({"input": {}, "preferred_output": [], "non_preferred_output": []}, "preference"),
        ({"問題": "", "答案": ""}, "pairs"),
        ({"text": ""}, "text"),
        ({"內容": ""}, "text"),
        ({"a": "", "b": ""}, None),
        ({}, None),
    ],
)
def test_a_format_is_known_by_its_fields(fields: dict[str, Any], form: str | None) -> None:
    assert recognise(fields) == form


@pytest.mark.parametrize("pair", PAIRS)
def test_every_usual_pair_is_found(pair: tuple[str, str]) -> None:
    assert find_pair(dict.fromkeys(("id", *reversed(pair)))) == pair


@pytest.mark.parametrize(
    ("given", "target"),
    [
        ("問題", "答案"),
        ("问题", "回答"),
        ("訊息", "標籤"),
        ("文字", "類別"),
        ("简讯", "标签"),
        ("指令", "輸出"),
        ("輸入", "輸出"),
        ("提示", "補全"),
        ("原文", "摘要"),
        ("Question", "ANSWER"),
        ("ｔｅｘｔ", " Label "),
    ],
)
def test_pairs_in_chinese_and_in_other_letters_are_found_as_they_are_written(given: str, target: str) -> None:
    assert find_pair(["編號", target, given]) == (given, target)


def test_a_field_of_the_name_itself_goes_before_one_that_means_the_same() -> None:
    assert find_field("question", ["問題", "question"]) == "question"
    assert find_field("question", ["問題", "題目"]) == "問題"
    assert find_field("question", ["備註"]) is None
    assert (meaning_of("標籤"), meaning_of("Gold Label")) == ("label", "gold_label")
    assert turns_field(["conversation", "conversations"]) == "conversations"
