"""The recursive splitter: LangChain's chunks where asked for, and better ends in Chinese.

Modules: ``potluck_plugins.splitters._shared.boundaries``, ``potluck_plugins.splitters._shared.division``.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_text_splitters import RecursiveCharacterTextSplitter
from pydantic import ValidationError

from potluck.documents import Document

ALPHABET = "ab甲乙。， \n\t\u3000é🙂"
sizes = st.integers(1, 25).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size)))


def cut(make: Any, text: str, **settings: Any) -> list[str]:
    return [chunk.text for chunk in make("recursive", **settings).split(Document("text.txt", text))]


def langchain(text: str, size: int, overlap: int, separators: list[str] | None = None) -> list[str]:
    theirs = RecursiveCharacterTextSplitter(chunk_size=size, chunk_overlap=overlap, separators=separators)
    return list(theirs.split_text(text))


@pytest.mark.parametrize("name", ["qa_zh", "qa_en"])
def test_real_passages_give_the_chunks_of_langchain(make: Any, passages: dict[str, list[str]], name: str) -> None:
    for text in ["\n\n".join(passages[name]), "\n".join(passages[name]), "".join(passages[name]).replace("\n", "")]:
        assert cut(make, text, chunk_overlap=200, separators="langchain") == langchain(text, 500, 200)


def test_the_specification_gives_the_chunks_of_langchain(make: Any, specification: Document) -> None:
    ours = cut(make, specification.text, chunk_overlap=200, separators="langchain")

    assert ours == langchain(specification.text, 500, 200)
    assert len(ours) > 10


@settings(deadline=None)
@given(text=st.text(alphabet=ALPHABET, max_size=120), size=sizes)
def test_any_text_gives_the_chunks_of_langchain(make: Any, text: str, size: tuple[int, int]) -> None:
    ours = cut(make, text, chunk_size=size[0], chunk_overlap=size[1], separators="langchain")
    # LangChain does not strip chunks of a single character; ours are never white space.
    theirs = [chunk for chunk in langchain(text, *size) if chunk.strip()]

    assert ours == theirs


@settings(deadline=None)
@given(
    text=st.text(alphabet=ALPHABET, max_size=120),
    size=sizes,
    separators=st.lists(st.text(alphabet="ab甲。 \n", max_size=2), min_size=1, max_size=4),
)
def test_a_list_of_separators_means_what_langchain_takes_it_for(
    make: Any, text: str, size: tuple[int, int], separators: list[str]
) -> None:
    ours = cut(make, text, chunk_size=size[0], chunk_overlap=size[1], separators=separators)
    # LangChain leaves the white space of a piece that no separator can cut.
    theirs = [chunk.strip() for chunk in langchain(text, *size, separators) if chunk.strip()]

    assert ours == theirs


@settings(deadline=None)
@given(text=st.text(alphabet=ALPHABET, max_size=200), size=sizes)
def test_no_chunk_is_longer_than_the_size(make: Any, text: str, size: tuple[int, int]) -> None:
    assert all(len(chunk) <= size[0] for chunk in cut(make, text, chunk_size=size[0], chunk_overlap=size[1]))


def test_a_piece_without_a_separator_stays_whole(make: Any) -> None:
    assert cut(make, "甲甲甲甲。乙", chunk_size=2, chunk_overlap=0, separators=["。"]) == ["甲甲甲甲", "。乙"]


def test_offsets_are_right_in_a_text_that_repeats_itself(make: Any) -> None:
    splitter = make("recursive", chunk_size=10, chunk_overlap=4, separators="langchain")

    chunks = list(splitter.split(Document("text.txt", "甲" * 100)))

    assert [chunk.start for chunk in chunks] == list(range(0, 91, 6))
    assert {chunk.end - chunk.start for chunk in chunks} == {10}


def test_chinese_chunks_end_where_sentences_or_clauses_do(make: Any, passages: dict[str, list[str]]) -> None:
    text = "".join(passages["qa_zh"]).replace("\n", "")

    def good(chunks: list[str]) -> float:
        return sum(chunk[-1] in "。！？；，、：」』）" for chunk in chunks) / len(chunks)

    assert good(cut(make, text)) > 0.99
    assert good(cut(make, text, separators="langchain")) < 0.2


def test_numbers_stay_whole(make: Any) -> None:
    text = "短鋼軌見1.4.4及3.14公分，計3,000根，於12:30以10.0.0.1傳送" * 20
    inside = {
        place for number in re.finditer(r"\d[\d.,:]*\d", text) for place in range(number.start() + 1, number.end())
    }

    for size in range(10, 40):
        for chunk in make("recursive", chunk_size=size, chunk_overlap=5).split(Document("text.txt", text)):
            assert not {chunk.start, chunk.end} & inside


def test_an_english_sentence_ends_before_a_blank_and_a_capital_only(make: Any) -> None:
    text = "See clause 1.4.4 for rails of 3.14 m. The next one says more, e.g. this. It ends here."

    assert cut(make, text, chunk_size=45, chunk_overlap=0) == [
        "See clause 1.4.4 for rails of 3.14 m.",
        "The next one says more, e.g. this.",
        "It ends here.",
    ]


def test_the_number_of_a_list_stays_with_its_sentence(make: Any) -> None:
    text = "1. General rules hold here.\n12. Special rules hold for rails of all kinds and lengths"

    assert cut(make, text, chunk_size=30, chunk_overlap=0) == [
        "1. General rules hold here.",
        "12. Special rules hold for",
        "rails of all kinds and lengths",
    ]
    assert cut(make, text[29:], chunk_size=30, chunk_overlap=0)[0] == "2. Special rules hold for"


def test_white_space_at_the_end_makes_no_further_chunk(make: Any) -> None:
    assert cut(make, "甲甲\n", chunk_size=2, chunk_overlap=2) == ["甲甲"]


def test_the_overlap_begins_with_a_sentence(make: Any) -> None:
    text = "".join(f"第{number}句話在這裡。" for number in "一二三四五六")

    assert cut(make, text, chunk_size=18, chunk_overlap=9) == [
        "第一句話在這裡。第二句話在這裡。",
        "第二句話在這裡。第三句話在這裡。",
        "第三句話在這裡。第四句話在這裡。",
        "第四句話在這裡。第五句話在這裡。",
        "第五句話在這裡。第六句話在這裡。",
    ]


def test_a_quotation_mark_stays_with_its_sentence(make: Any) -> None:
    assert cut(make, "他說：「不行。」然後就走了。", chunk_size=8, chunk_overlap=0) == [
        "他說：「不行。」",
        "然後就走了。",
    ]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"chunk_size": 0}, "greater than or equal to 1"),
        ({"chunk_overlap": -1}, "greater than or equal to 0"),
        ({"chunk_overlap": 1.5}, "less than 1"),
        ({"chunk_overlap": "200%"}, "valid integer"),
        ({"separators": []}, "at least 1 item"),
        ({"separators": "chinese"}, "'cjk' or 'langchain'"),
        ({"chunk": 1}, "Extra inputs are not permitted"),
    ],
)
def test_wrong_settings_are_refused(make: Any, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        make("recursive", **settings)
