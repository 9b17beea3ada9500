"""The ``langchain`` splitter: the contract with several classes, and places that are never wrong."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from potluck.documents import Document
from potluck.errors import ContractBroken
from potluck.testing import Check, Violation, checks
from potluck.testing.kit import subject
from potluck_plugins.splitters.langchain import locate
from support.kits import hold

_PACKAGE = "langchain_text_splitters"
SETTINGS: dict[str, dict[str, Any]] = {
    "recursive": {"class": f"{_PACKAGE}.RecursiveCharacterTextSplitter", "arguments": {"chunk_size": 300}},
    "recursive with an overlap": {
        "class": f"{_PACKAGE}.RecursiveCharacterTextSplitter",
        "arguments": {"chunk_size": 30, "chunk_overlap": 10},
    },
    "with white space": {
        "class": f"{_PACKAGE}.RecursiveCharacterTextSplitter",
        "arguments": {"chunk_size": 50, "chunk_overlap": 0, "strip_whitespace": False, "keep_separator": "end"},
    },
    "at full stops, which are left out": {
        "class": f"{_PACKAGE}.CharacterTextSplitter",
        "arguments": {"separator": "。", "chunk_size": 20, "chunk_overlap": 0},
    },
    "markdown": {"class": f"{_PACKAGE}.MarkdownTextSplitter", "arguments": {"chunk_size": 80, "chunk_overlap": 20}},
}
OF_LIMITS = {"within-its-limit", "overlap-is-held", "chinese-is-split"}
"""Rules of settings that are the class's, whose names the kit does not know."""
HEADINGS = {
    "class": f"{_PACKAGE}.MarkdownHeaderTextSplitter",
    "arguments": {"headers_to_split_on": [["#", "title"]]},
}


def split(text: str, folder: Path, written: dict[str, Any]) -> list[str]:
    splitter = subject("splitter", "langchain", folder, written).make()
    return [chunk.text for chunk in splitter.split(Document("a.md", text))]


@pytest.mark.parametrize("name", SETTINGS)
@pytest.mark.parametrize("check", checks("splitter"), ids=str)
def test_it_keeps_the_contract(check: Check, name: str, tmp_path: Path) -> None:
    if (check.rule, name) == ("any-text", "at full stops, which are left out"):
        # What the kit makes up may hold two full stops in a row, for which see the test below.
        try:
            check("langchain", tmp_path, SETTINGS[name])
        except Violation as violation:
            if "is not in the document" not in str(violation):
                raise
    else:
        hold(check, "langchain", SETTINGS[name], tmp_path, OF_LIMITS)


@pytest.mark.parametrize("size", [3, 10, 40])
@given(
    text=st.text(alphabet="ab道碴。，\n ", max_size=300),
    overlap=st.integers(0, 2),
    keep=st.sampled_from([True, False, "end"]),
    strip=st.booleans(),
)
def test_all_that_the_recursive_splitter_makes_is_found_again(
    size: int, text: str, overlap: int, keep: Any, strip: bool
) -> None:
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        chunk_size=size, chunk_overlap=overlap, keep_separator=keep, strip_whitespace=strip
    )
    pieces = splitter.split_text(text)
    spans = locate(text, pieces)

    assert {"".join(text[start:end].split()) for start, end in spans} == {"".join(p.split()) for p in pieces} - {""}
    covered = bytearray(len(text))
    for start, end in spans:
        covered[start:end] = b"\1" * (end - start)
    assert all(covered[place] or character.isspace() for place, character in enumerate(text))


def test_a_text_in_which_the_splitter_makes_one_full_stop_of_two_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractBroken, match="is not in the document: a text that the splitter changes cannot be cite"):
        split("甲。。乙", tmp_path, SETTINGS["at full stops, which are left out"])


@pytest.mark.parametrize("times", [2, 30])
@pytest.mark.parametrize("sentence", ["道碴厚度不得小於三十公分", "The ballast is thirty deep"])
def test_equal_sentences_whose_full_stops_are_left_out_have_a_place_each(
    sentence: str, times: int, tmp_path: Path
) -> None:
    text = f"{sentence}。" * times

    assert split(text, tmp_path, SETTINGS["at full stops, which are left out"]) == [f"{sentence}。"] * times
    assert locate("甲。乙。甲。甲。", ["甲", "乙", "甲", "甲"]) == [(0, 2), (2, 4), (4, 6), (6, 8)]


def test_places_are_right_where_lengths_are_counted_in_tokens_and_those_of_langchain_are_not() -> None:
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    text = " ".join(f"字{number:03}" for number in range(60))
    splitter = RecursiveCharacterTextSplitter(
        chunk_size=12, chunk_overlap=6, length_function=lambda part: len(part.split()), add_start_index=True
    )
    pieces = splitter.split_text(text)
    true = [text.index(piece) for piece in pieces]

    assert [start for start, _ in locate(text, pieces)] == true
    assert [one.metadata["start_index"] for one in splitter.create_documents([text])] != true


def test_a_heading_that_is_left_out_goes_to_what_stands_below_it(tmp_path: Path) -> None:
    text = "# 軌道\n\n道碴厚度\n\n# 號誌\n\nSignals are red.\n"

    assert split(text, tmp_path, HEADINGS) == [
        "# 軌道\n\n道碴厚度",
        "# 號誌\n\nSignals are red.",
    ]


def test_a_character_that_a_splitter_deletes_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ContractBroken, match="is not in the document"):
        split("# 軌道\n\n👷\u200d♀️ 巡查", tmp_path, HEADINGS)


def test_a_full_stop_that_is_left_out_goes_to_its_sentence(tmp_path: Path) -> None:
    text = "道碴厚度不得小於三十公分。巡查每週至少一次，並作成紀錄。今天的天氣很好。"

    assert split(text, tmp_path, SETTINGS["at full stops, which are left out"]) == [
        "道碴厚度不得小於三十公分。",
        "巡查每週至少一次，並作成紀錄。",
        "今天的天氣很好。",
    ]


@pytest.mark.parametrize(
    ("text", "pieces", "said"),
    [
        ("The ballast.", ["the ballast."], "'theballast.' is not in the document"),
        ("道碴厚度", ["道碴", "\ufffd度"], "is not in the document"),
        ("one two", ["two", "one"], "stands only behind those that come after it"),
        ("x" * 300 + " end", ["end"], "300 characters left out before the piece 'end'"),
        ("begin " + "x" * 300, ["begin"], "300 characters left out at the end"),
    ],
)
def test_a_text_that_has_no_place_is_an_error(text: str, pieces: list[str], said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        locate(text, pieces)


def test_the_error_names_class_and_document(tmp_path: Path) -> None:
    pytest.importorskip("bs4")
    settings = {
        "class": f"{_PACKAGE}.HTMLSemanticPreservingSplitter",
        "arguments": {"headers_to_split_on": [["h1", "title"]]},
    }
    with pytest.raises(ContractBroken, match=r"HTMLSemanticPreservingSplitter: a.md: "):
        split("<h1>軌道 &amp; Track</h1><p>The &lt;ballast&gt; is deep</p>", tmp_path, settings)
