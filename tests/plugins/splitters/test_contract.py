"""What every splitter promises, on all kinds of text."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from potluck.documents import Chunk, Document, Section

SPLITTERS: list[tuple[str, dict[str, Any]]] = [
    ("recursive", {}),
    ("recursive", {"chunk_size": 12, "chunk_overlap": 5}),
    ("recursive", {"chunk_size": 12, "chunk_overlap": 5, "separators": "langchain"}),
    ("recursive", {"chunk_size": 9, "chunk_overlap": 9, "separators": ["。", "\n"]}),
    ("recursive", {"chunk_size": 1, "chunk_overlap": 0}),
    ("sections", {}),
    ("sections", {"max_size": 15}),
    ("sections", {"max_size": 1}),
    ("tokens", {"chunk_size": 6, "chunk_overlap": 3}),
    ("tokens", {"chunk_size": 1, "chunk_overlap": 0}),
]

PIECES = [
    *(
        "鋼軌",
        "長度在25m以上，未滿200m。",
        "「不行！」他說；",
        "１２。",
        "Rails are long. ",
        "See 1.4.4, or 3.14: ",
        "word",
    ),
    *(" ", "  \t", "\u3000", "\n", "\n\n\n", "\r\n", "\f", "\u200b", "\ufeff", "\0"),
    *("👩‍👩‍👧‍👦", "🇹🇼🇯🇵", "👍🏽", "e\u0301\u0323", "한글", "ภาษา", "\u0301", "，\ufe00"),
    *("項目 | 正線\n", "軌距 | +3\n", "表3-1 許可差\n", "1. ", "x" * 30, "甲" * 30, "ab" * 15),
]
texts = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=30).map("".join),
    st.text(max_size=60),
    st.builds(lambda piece, times: piece * times, st.sampled_from(PIECES), st.integers(1, 40)),
)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """A text under headings, some of it before, between and behind them."""
    text, sections = draw(texts), list[Section]()
    for level in draw(st.lists(st.integers(1, 4), max_size=6)):
        start = len(text)
        title = draw(st.sampled_from(["通則", "Scope", "", "長" * 90]))
        text += f"{len(sections)} {title}" + draw(st.sampled_from(["\n", "\n\n", " "])) + draw(texts)
        sections.append(Section(start, len(text), str(len(sections)), title, level))
        text += draw(st.sampled_from(["", "\n", "between"]))
    return Document("document.txt", text, sections=tuple(sections))


def assert_contract(document: Document, chunks: list[Chunk]) -> None:
    covered = set[int]()
    for chunk in chunks:
        assert chunk.text == document.text[chunk.start : chunk.end]
        assert chunk.text == chunk.text.strip() != ""
        covered.update(range(chunk.start, chunk.end))
    assert all(a.start <= b.start for a, b in pairwise(chunks))
    assert [c for i, c in enumerate(document.text) if i not in covered and not c.isspace()] == []


@pytest.mark.parametrize(("name", "settings"), SPLITTERS)
@settings(deadline=None)
@given(document=documents())
def test_nothing_is_lost_and_every_chunk_knows_its_place(
    make: Any, name: str, settings: dict[str, Any], document: Document
) -> None:
    splitter = make(name, **settings)
    chunks = list(splitter.split(document))

    assert_contract(document, chunks)
    if "separators" not in settings:
        assert all(a.end < b.end for a, b in pairwise(chunks)), "a chunk only repeats what stands in the one before"
    again = Document("other name.txt", document.text, sections=document.sections)
    assert list(splitter.split(again)) == chunks


@pytest.mark.parametrize(("name", "settings"), SPLITTERS)
def test_real_documents_lose_nothing(
    make: Any, name: str, settings: dict[str, Any], specification: Document, passages: dict[str, list[str]]
) -> None:
    splitter = make(name, **settings)
    assert_contract(specification, list(splitter.split(specification)))
    for held in passages.values():
        document = Document("all.txt", "\n\n".join(held[:40]))
        assert_contract(document, list(splitter.split(document)))


@pytest.mark.parametrize("name", ["recursive", "sections", "tokens"])
def test_a_document_without_text_has_no_chunks(make: Any, name: str) -> None:
    assert list(make(name).split(Document("empty.txt", ""))) == []
    assert list(make(name).split(Document("blank.txt", " \n\u3000\n"))) == []


CLUSTERS = ["👩‍👩‍👧‍👦", "🇹🇼🇯🇵🇰🇷", "👍🏽", "e\u0301\u0323", "，\ufe00", "\u1112\u1161\u11ab", "か\u3099"]


@pytest.mark.parametrize("name", ["recursive", "sections"])
@settings(deadline=None)
@given(clusters=st.lists(st.sampled_from(CLUSTERS), min_size=5, max_size=30), size=st.integers(8, 24))
def test_no_cut_stands_inside_what_readers_take_for_a_character(
    make: Any, name: str, clusters: list[str], size: int
) -> None:
    limits = {"max_size": size} if name == "sections" else {"chunk_size": size, "chunk_overlap": 5}
    regex = pytest.importorskip("regex", reason="it knows the grapheme clusters of UAX 29")
    text = "".join(clusters)
    inside = {place for found in regex.finditer(r"\X", text) for place in range(found.start() + 1, found.end())}
    for chunk in make(name, **limits).split(Document("text.txt", text)):
        assert not {chunk.start, chunk.end} & inside


EVIL = ["a", "\n", ".", "甲", "🇹🇼", "e\u0301", "!?", "a | b\n", "\n ", '."', "|", "a.", "。」", "\u0301", "表\n", "1."]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", ["recursive", "sections", "tokens"])
def test_no_text_takes_more_than_linear_time(make: Any, name: str) -> None:
    splitter = make(name)
    size = 100_000
    for text in [*(piece * (size // len(piece)) for piece in EVIL), "a." + " " * size + "b", "\n" + " " * size + "x"]:
        chunks = list(splitter.split(Document("evil.txt", text)))
        assert sum(len(chunk.text) for chunk in chunks) >= len("".join(text.split()))


def test_importing_the_splitters_imports_nothing_heavy() -> None:
    code = """
import sys
from potluck_plugins.splitters import recursive, sections, tokens
print(*({"tokenizers", "tiktoken", "langchain_core", "langchain_text_splitters", "numpy"} & set(sys.modules)))
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""
