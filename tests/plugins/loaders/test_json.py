"""The ``json`` loader.

Modules: ``potluck_plugins.loaders._shared.jsontext``.
"""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from potluck.errors import DocumentLimit, UnreadableDocument
from support.loading import load, load_one


def test_a_value_is_written_with_the_keys_that_lead_to_it() -> None:
    value = {"guild": {"name": "讀書會"}, "tags": ["短", "rail"], "ok": True, "none": None}

    document = load_one("json", json.dumps(value))

    assert document.text == "guild.name: 讀書會\ntags: 短, rail\nok: true\nnone: null"


def test_records_are_set_apart_by_a_blank_line() -> None:
    value = {"messages": [{"from": "meg", "text": "幾點開始？"}, {"from": "kuan", "text": "晚上七點"}]}

    document = load_one("json", json.dumps(value))

    assert document.text == (
        "messages.from: meg\nmessages.text: 幾點開始？\n\nmessages.from: kuan\nmessages.text: 晚上七點"
    )


def test_long_texts_in_a_list_keep_lines_of_their_own() -> None:
    assert load_one("json", json.dumps({"a": ["長" * 80, "短"]})).text == "a: " + "長" * 80 + "\na: 短"


def test_half_a_surrogate_pair_is_replaced_and_told() -> None:
    document = load_one("json", r'{"text": "鋼軌 \ud83d 長 25 公尺 \ud83d\ude82 \\ud83d", "備註": ["\uDC00\ud83d"]}')
    assert document.text == "text: 鋼軌 \ufffd 長 25 公尺 🚂 \\ud83d\n備註: \ufffd\ufffd"
    assert document.losses == ("3 characters are halves of surrogate pairs and were replaced by \ufffd",)

    (record,) = load("json", r'{"text": "鋼軌", "name\ud83d": "x"}', text="text")
    assert record.metadata == {"name\ufffd": "x"}
    assert record.losses == ("1 character is half of a surrogate pair and was replaced by \ufffd",)


def test_numbers_stay_as_they_are_written() -> None:
    document = load_one("json", '{"a": 1.10, "b": 123456789012345678901.5, "c": 1e400, "d": ' + "9" * 5000 + "}")

    assert document.text.split("\n")[:3] == ["a: 1.10", "b: 123456789012345678901.5", "c: 1e400"]
    assert document.text.endswith("9" * 5000)


def test_a_key_that_comes_twice_keeps_both_values() -> None:
    assert load_one("json", '{"a": "一", "a": "二", "a": "三"}').text == "a: 一, 二, 三"


def test_json_lines_are_read_line_by_line() -> None:
    document = load_one("json", '{"a": "一"}\n\n{"a": "二"}\n')

    assert document.text == "a: 一\n\na: 二"


def test_a_line_that_is_cut_off_is_reported() -> None:
    document = load_one("json", '{"a": "一"}\n{"a": "二"}\n{"a": "三')

    assert document.text == "a: 一\n\na: 二"
    assert document.losses == ("1 left out: line 3 is not JSON",)


def test_a_record_becomes_a_document_where_the_text_has_a_key() -> None:
    rows = [{"id": "p1", "title": "短鋼軌", "text": "第一\r\n段", "tags": ["x"]}, {"id": "p2", "text": "second"}]

    found = load("json", "\n".join(map(json.dumps, rows)), "corpus.jsonl", text="text", id="id")

    assert [(one.source, one.text) for one in found] == [("corpus.jsonl#p1", "第一\n段"), ("corpus.jsonl#p2", "second")]
    assert found[0].metadata == {"id": "p1", "title": "短鋼軌", "tags": ["x"]}


def test_records_without_a_name_are_numbered() -> None:
    found = load("json", '[{"text": "一"}, {"text": "二"}]', text="text", id="id")

    assert [one.source for one in found] == ["file#1", "file#2"]


def test_records_without_a_text_are_counted() -> None:
    found = load("json", '[{"text": "一"}, {"body": "二"}, 3, {"text": null}]', text="text")

    assert [one.text for one in found] == ["一"]
    assert found[0].losses == ("3 left out: record 2, 3, 4 has no text under 'text'",)


def test_a_wrong_key_is_an_error() -> None:
    with pytest.raises(UnreadableDocument, match="none of its 1 records has a text under 'text'"):
        load("json", '[{"body": "一"}]', text="text")


def test_a_clause_in_a_record_begins_a_section() -> None:
    (found,) = load("json", '{"text": "1.4.4 短鋼軌：係指…"}', text="text")

    assert found.sections[0].number == "1.4.4"


@pytest.mark.parametrize(
    "content", ["[" * 100_000 + "]" * 100_000, '{"a":' * 300 + "1" + "}" * 300, "[" * 250 + "]" * 250]
)
def test_deep_nesting_is_a_clear_error(content: str) -> None:
    with pytest.raises(DocumentLimit, match="nested more than 200 deep"):
        load("json", content)


def test_brackets_in_a_text_are_not_nesting() -> None:
    assert load_one("json", json.dumps({"a": "[" * 1000})).text == "a: " + "[" * 1000


@pytest.mark.parametrize("content", ["hello", '{"a": "cut', "<html>", "{'a': 1}", '{"a": 1}}'])
def test_what_is_not_json_is_an_error_that_says_where(content: str) -> None:
    with pytest.raises(UnreadableDocument, match=r"it is not JSON \(.*line 1 column"):
        load("json", content)


@pytest.mark.parametrize("content", ["", " \n"])
def test_an_empty_file_gives_an_empty_text(content: str) -> None:
    assert load_one("json", content).text == ""


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "big5"])
def test_the_encoding_is_found(encoding: str) -> None:
    text = json.dumps({"說明": "軌道檢查之結果，應於每次作業完成之後填寫於紀錄表。"}, ensure_ascii=False)

    assert load_one("json", text.encode(encoding)).text.startswith("說明: 軌道檢查")


VALUES = st.recursive(
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0\r\ufeff")) | st.integers() | st.booleans(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc軌道", max_size=5), inner, max_size=4),
    max_leaves=12,
)


def leaves(value: object) -> list[str]:
    if isinstance(value, dict):
        return [leaf for key, inner in value.items() for leaf in [key if inner not in ([], {}) else "", *leaves(inner)]]
    if isinstance(value, list):
        return [leaf for inner in value for leaf in leaves(inner)]
    return [value if isinstance(value, str) else json.dumps(value)]


@given(VALUES)
def test_no_text_and_no_key_is_lost(value: object) -> None:
    text = load_one("json", json.dumps(value)).text

    for leaf in leaves(value):
        assert leaf in text
