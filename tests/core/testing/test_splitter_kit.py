"""The kit of splitters finds what is broken, by name: each mutant breaks one rule of a splitter that keeps them all."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from potluck.contracts import Splitter
from potluck.documents import Chunk, Document
from potluck.testing import Check, checks
from support.kits import broken


class Words(Splitter):
    """A chunk a word: a splitter that keeps every rule."""

    def split(self, document: Document) -> Iterator[Chunk]:
        for found in re.finditer(r"\S+", document.text):
            yield Chunk(found.start(), found.end(), found.group())


class Shifted(Words):
    def split(self, document: Document) -> Iterator[Chunk]:
        for chunk in super().split(document):
            yield replace(chunk, start=chunk.start + 1, end=chunk.end + 1)


class Lowered(Words):
    def split(self, document: Document) -> Iterator[Chunk]:
        for chunk in super().split(document):
            yield replace(chunk, text=chunk.text.lower())


class LosesTheLast(Words):
    def split(self, document: Document) -> Iterator[Chunk]:
        yield from list(super().split(document))[:-1]


class LosesHan(Words):
    def split(self, document: Document) -> Iterator[Chunk]:
        for found in re.finditer(r"[^\s\u4e00-\u9fff]+", document.text):
            yield Chunk(found.start(), found.end(), found.group())


class Backwards(Words):
    def split(self, document: Document) -> Iterator[Chunk]:
        yield from reversed(list(super().split(document)))


class Untrimmed(Words):
    def split(self, document: Document) -> Iterator[Chunk]:
        for found in re.finditer(r"\S+\s?", document.text):
            yield Chunk(found.start(), found.end(), found.group())


class EndsEmpty(Words):
    def split(self, document: Document) -> Iterator[Chunk]:
        yield from super().split(document)
        if document.text.strip():
            yield Chunk(len(document.text), len(document.text), "")


class Doubled(Words):
    def split(self, document: Document) -> Iterator[Chunk]:
        for chunk in super().split(document):
            yield from (chunk, chunk)


class Chancy(Words):
    def split(self, document: Document) -> Iterator[Chunk]:
        step = random.randint(1, 9)
        for chunk in super().split(document):
            for start in range(chunk.start, chunk.end, step):
                end = min(start + step, chunk.end)
                yield Chunk(start, end, document.text[start:end])


class Remembers(Words):
    def __init__(self) -> None:
        self.seen: set[str] = set()

    def split(self, document: Document) -> Iterator[Chunk]:
        for chunk in super().split(document):
            if (document.text, chunk.start) in self.seen:  # type: ignore[comparison-overlap]
                continue
            yield chunk
        self.seen |= {(document.text, chunk.start) for chunk in super().split(document)}  # type: ignore[misc]


class ReadsNames(Words):
    def split(self, document: Document) -> Iterator[Chunk]:
        if document.source.endswith(".pdf") and document.text.strip():
            text = document.text.strip()
            start = document.text.index(text)
            yield Chunk(start, start + len(text), text)
        else:
            yield from super().split(document)


class FailsOnBlank(Words):
    def split(self, document: Document) -> Iterator[Chunk]:
        if not document.text.strip():
            raise ValueError("nothing to split")
        yield from super().split(document)


class SharesState(Words):
    def __init__(self) -> None:
        self.document: Document | None = None

    def split(self, document: Document) -> Iterator[Chunk]:
        self.document = document
        place = 0
        while found := re.compile(r"\S+").search(self.document.text, place):
            yield Chunk(found.start(), found.end(), found.group())
            place = found.end()


class NeedsNumbers(Words):
    def split(self, document: Document) -> Iterator[Chunk]:
        for section in document.sections:
            assert section.number is not None
            int(section.number.split(".")[0])
        yield from super().split(document)


MUTANTS = [
    (Shifted, "bounds"), (Lowered, "text-is-span"), (LosesTheLast, "nothing-lost"), (LosesHan, "nothing-lost"),
    (Backwards, "in-order"), (Untrimmed, "trimmed"), (EndsEmpty, "bounds"), (Doubled, "no-copies"),
    (Chancy, "repeatable"), (Remembers, "repeatable"), (ReadsNames, "name-does-not-matter"),
    (FailsOnBlank, "blank-is-nothing"), (SharesState, "interleaved"), (NeedsNumbers, "sections-are-hints"),
]  # fmt: skip


@pytest.mark.parametrize(("mutant", "rule"), MUTANTS)
def test_a_broken_splitter_is_told_by_the_rule_that_it_breaks(tmp_path: Path, mutant: Any, rule: str) -> None:
    assert rule in broken("splitter", lambda own: mutant(), tmp_path)


def test_a_splitter_that_keeps_the_rules_breaks_none(tmp_path: Path) -> None:
    assert broken("splitter", lambda own: Words(), tmp_path) == set()


SETTINGS: list[tuple[str, dict[str, Any]]] = [
    *((name, {}) for name in ("recursive", "sections", "tokens")),
    *((name, {"chunk_size": 30, "chunk_overlap": 7}) for name in ("recursive", "tokens")),
    ("sections", {"max_size": 40}),
]


@pytest.mark.parametrize(("plugin", "settings"), SETTINGS, ids=str)
@pytest.mark.parametrize("check", checks("splitter"), ids=str)
def test_the_bundled_splitters_keep_the_rules(
    check: Check, plugin: str, settings: dict[str, Any], tmp_path: Path
) -> None:
    check(plugin, tmp_path, settings)
