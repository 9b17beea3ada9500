"""Where the rules of splitters draw their lines: what is just allowed, and what is just not.

Modules: ``potluck.testing.splitter``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from potluck.contracts import Splitter
from potluck.documents import Chunk, Document
from potluck.testing import Skipped, Subject, Violation, checks
from support.kits import violating


class Windows(Splitter):
    """Chunks of ``size`` characters, each of which repeats ``overlap`` of the one before."""

    def __init__(self, size: int, overlap: int = 0) -> None:
        self.size, self.overlap = size, overlap

    def split(self, document: Document) -> Iterator[Chunk]:
        place, length = 0, len(document.text)
        while place < length:
            end = min(place + self.size, length)
            yield Chunk(place, end, document.text[place:end])
            if end == length:
                return
            place = end - self.overlap


class Counting(Windows):
    """The same, which counts so many tokens a character."""

    tokens = 1

    def count_tokens(self, texts: list[str]) -> list[int]:
        return [self.tokens * len(text) for text in texts]


class Fivefold(Counting):
    tokens = 5


class Listed(Splitter):
    """Gives the chunks that a function makes of a document."""

    def __init__(self, made: Callable[[Document], list[Chunk]]) -> None:
        self.made = made

    def split(self, document: Document) -> Iterator[Chunk]:
        yield from self.made(document)


def check(rule: str, folder: Path, splitter: Splitter, settings: Mapping[str, Any] | None = None) -> None:
    (one,) = (one for one in checks("splitter") if one.rule == rule)
    one.on(Subject(lambda own: splitter, folder, settings or {}))


def whole(document: Document) -> list[Chunk]:
    text = document.text.strip()
    start = document.text.index(text)
    return [Chunk(start, start + len(text), text)] if text else []


@pytest.mark.parametrize(
    ("rule", "splitter", "settings"),
    [
        ("within-its-limit", Windows(10), {"chunk_size": 10}),
        ("within-its-limit", Windows(10), {"max_size": 10}),
        ("within-its-limit", Windows(10), {"chunk_size": 10, "max_size": 3}),
        ("within-its-limit", Windows(10), {"chunk_size": None, "max_size": 11}),
        ("within-its-limit", Counting(10), {"chunk_size": 10}),
        ("within-its-limit", Fivefold(2), {"chunk_size": 10}),
        ("within-its-limit", Fivefold(1), {"chunk_size": 4}),
        ("overlap-is-held", Windows(20), {"chunk_size": 20, "chunk_overlap": 0}),
        ("overlap-is-held", Windows(20, 5), {"chunk_size": 20, "chunk_overlap": 5}),
        ("overlap-is-held", Windows(20, 5), {"chunk_size": 20, "chunk_overlap": 0.25}),
        ("overlap-is-held", Counting(20, 5), {"chunk_size": 20, "chunk_overlap": 3}),
        ("chinese-is-split", Windows(20), {"chunk_size": 20}),
        ("chinese-is-split", Windows(10), {"chunk_size": 20}),
        ("chinese-is-split", Fivefold(4), {"chunk_size": 20}),
        ("characters-are-whole", Listed(whole), {"chunk_size": 8}),
        ("characters-are-whole", Listed(whole), {}),
        ("bounds", Windows(10), {}),
        ("text-is-span", Windows(10), {}),
        ("nothing-lost", Windows(10), {}),
        ("in-order", Windows(10, 9), {}),
        ("no-copies", Windows(10, 9), {}),
        ("blank-is-nothing", Listed(whole), {}),
        ("sections-are-hints", Windows(10), {}),
    ],
)
def test_what_is_just_allowed_is_let_pass(
    rule: str, splitter: Splitter, settings: dict[str, Any], tmp_path: Path
) -> None:
    check(rule, tmp_path, splitter, settings)


def alter(start: int = 0, end: int = 0) -> Splitter:
    """Of a whole text a chunk that begins and ends so much later."""

    def made(document: Document) -> list[Chunk]:
        last = len(document.text) + end
        return [Chunk(start, last, document.text[max(0, start) : last])] if document.text else []

    return Listed(made)


@pytest.mark.parametrize(
    ("rule", "splitter", "settings", "message"),
    [
        ("within-its-limit", Windows(10), {"chunk_size": 9}, "has 10 characters, and may have 9"),
        ("within-its-limit", Windows(10), {"max_size": 9}, "has 10 characters, and may have 9"),
        ("within-its-limit", Counting(10), {"chunk_size": 9}, "has 10 tokens, and may have 9"),
        ("within-its-limit", Fivefold(2), {"chunk_size": 4}, "has 10 tokens, and may have 4"),
        ("overlap-is-held", Windows(20, 5), {"chunk_size": 20, "chunk_overlap": 4}, "5 characters of sample-"),
        ("overlap-is-held", Windows(20, 5), {"chunk_size": 20, "chunk_overlap": 0.2}, "5 characters of sample-"),
        ("overlap-is-held", Counting(20, 5), {"chunk_size": 20, "chunk_overlap": 2}, "5 tokens of sample-"),
        ("chinese-is-split", Windows(9), {"chunk_size": 20}, "chunks has 9 characters"),
        ("chinese-is-split", Windows(21), {"chunk_size": 20}, "has 21 characters, and may have 20"),
        ("chinese-is-split", Listed(whole), {"chunk_size": 20}, " characters give 1 chunks"),
        ("characters-are-whole", Windows(8), {"chunk_size": 8}, "is cut at "),
        ("characters-are-whole", Windows(9), {}, "is cut at "),
        ("bounds", alter(end=1), {}, "no part of the characters 0 to"),
        ("bounds", alter(start=-1), {}, "-1 to "),
        ("text-is-span", Listed(lambda one: [Chunk(0, 1, "\x01")]), {}, "at 0"),
        ("nothing-lost", alter(start=5), {}, " of sample-"),
        ("nothing-lost", alter(end=-9), {}, " of "),
        ("in-order", Listed(lambda one: [Chunk(1, 2, "a"), Chunk(0, 1, "b")]), {}, "start at [1, 0]"),
        ("trimmed", Listed(lambda one: [Chunk(0, 2, "a ")]), {}, "'a ' of sample-"),
        ("trimmed", Listed(lambda one: [Chunk(0, 0, "")]), {}, "'' of sample-"),
        ("no-copies", Listed(lambda one: [Chunk(0, 1, "a"), Chunk(0, 1, "a")]), {}, "comes twice"),
        ("blank-is-nothing", Listed(lambda one: [Chunk(0, 0, "")]), {}, "'' gave chunks"),
        ("blank-is-nothing", Windows(10), {}, "' ' gave chunks"),
        ("sections-are-hints", Listed(lambda one: []), {}, "with no sections 'ballast' is in no chunk"),
        ("any-text", Windows(10), {}, " of a text ("),
        (
            "bounds",
            Listed(lambda one: [Chunk(0, 0, "")]),
            {},
            "a chunk from 0 to 0 is no part of the characters 0 to 1",
        ),
    ],
)
def test_what_is_just_not_allowed_is_told(
    rule: str, splitter: Splitter, settings: dict[str, Any], message: str, tmp_path: Path
) -> None:
    with violating(rule, message):
        check(rule, tmp_path, splitter, settings)


@pytest.mark.parametrize(
    ("rule", "settings", "reason"),
    [
        ("within-its-limit", {}, "it has no setting chunk_size or max_size"),
        ("within-its-limit", {"chunk_size": "large"}, "it has no setting chunk_size or max_size"),
        ("overlap-is-held", {"chunk_size": 20}, "it has no setting chunk_overlap"),
        ("overlap-is-held", {"chunk_overlap": 5}, "it has no setting chunk_size or max_size"),
        ("chinese-is-split", {}, "it has no setting chunk_size or max_size"),
        ("characters-are-whole", {"chunk_size": 7}, "within 7 not every character is whole"),
    ],
)
def test_a_rule_about_a_setting_that_is_not_there_does_not_apply(
    rule: str, settings: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    with pytest.raises(Skipped, match=reason):
        check(rule, tmp_path, Windows(10), settings)


def test_a_limit_in_the_settings_holds_for_made_up_texts_too(tmp_path: Path) -> None:
    check("any-text", tmp_path, Words())
    with pytest.raises(Violation, match="characters, and may have 2"):
        check("any-text", tmp_path, Words(), {"chunk_size": 2})


class Words(Splitter):
    """A chunk a word."""

    def split(self, document: Document) -> Iterator[Chunk]:
        place = 0
        for word in document.text.split():
            place = document.text.index(word, place)
            yield Chunk(place, place + len(word), word)
            place += len(word)


@pytest.mark.parametrize("source", [".docx", "very/long"])
def test_a_name_that_matters_is_told_whichever_it_is(source: str, tmp_path: Path) -> None:
    def made(document: Document) -> list[Chunk]:
        return [] if source in document.source else whole(document)

    with pytest.raises(Violation, match=r"sample-0\.txt \('x'\) gives other chunks under another name"):
        check("name-does-not-matter", tmp_path, Listed(made))


def test_what_is_split_otherwise_the_second_time_or_by_another_is_told(tmp_path: Path) -> None:
    (one,) = (one for one in checks("splitter") if one.rule == "repeatable")
    made: list[int] = []

    def build(size: Callable[[int], int]) -> Callable[[Path], Any]:
        def of(own: Path) -> Any:
            made.append(1)
            return Windows(size(len(made)))

        return of

    one.on(Subject(build(lambda number: 10), tmp_path))
    with pytest.raises(Violation, match="another instance gave other chunks"):
        one.on(Subject(build(lambda number: 10 + number % 2), tmp_path))
    seen: list[str] = []

    def forgetful(document: Document) -> list[Chunk]:
        seen.append(document.source)
        return whole(document) if seen.count(document.source) == 1 else []

    with pytest.raises(Violation, match="the same instance gave other chunks the second time"):
        one.on(Subject(lambda own: Listed(forgetful), tmp_path))
