"""The kit of splitters finds what is broken, by name: each mutant breaks one rule of a splitter that keeps them all.

Modules: ``potluck.contracts.splitter``, ``potluck.testing.splitter``.
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from potluck.contracts import Splitter
from potluck.documents import Chunk, Document
from potluck.installation import pip_command
from potluck.testing import Check, Skipped, Subject, Violation, checks
from potluck.testing.texts import is_torn
from support.kits import breaks, broken, hold


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


class Pieces(Splitter):
    """As much as fits, cut between what readers take for characters: a splitter with a limit that keeps every rule."""

    size, overlap, more = 20, 5, 0

    def places(self, text: str) -> list[int]:
        return [place for place in range(len(text)) if not is_torn(text, place)] + [len(text)]

    def length(self, text: str) -> int:
        return len(text)

    def repeats(self, text: str) -> bool:
        return self.length(text) <= self.overlap

    def split(self, document: Document) -> Iterator[Chunk]:
        text, places = document.text, self.places(document.text)
        first = reached = 0
        while first < len(places) - 1:
            last = first + 1
            while (
                last < len(places) - 1 and self.length(text[places[first] : places[last + 1]]) <= self.size + self.more
            ):
                last += 1
            whole = text[places[first] : places[last]]
            start = places[first] + len(whole) - len(whole.lstrip())
            end = start + len(whole.strip())
            if end > max(start, reached):
                yield Chunk(start, end, text[start:end])
                reached = end
            again = last
            while last < len(places) - 1 and again > first + 1 and self.repeats(text[places[again - 1] : places[last]]):
                again -= 1
            first = again


class Tokens(Pieces):
    """The same, in tokens: a character of Chinese is two."""

    def length(self, text: str) -> int:
        return sum(2 if character > "\u2e7f" else 1 for character in text)

    def count_tokens(self, texts: list[str]) -> list[int]:
        return [self.length(text) for text in texts]


class Small(Pieces):
    size, overlap = 4, 0


class OneMore(Pieces):
    more = 1


class CountsCharactersForTokens(Tokens):
    def length(self, text: str) -> int:
        return len(text)

    def count_tokens(self, texts: list[str]) -> list[int]:
        return [Tokens.length(self, text) for text in texts]


class RepeatsMore(Pieces):
    overlap = 9


class NeedsBlanks(Pieces):
    def places(self, text: str) -> list[int]:
        return [0, *(found.end() for found in re.finditer(r"\s+", text) if found.end() < len(text)), len(text)]


class Crumbles(Pieces):
    def length(self, text: str) -> int:
        return len(text) * (20 if re.search("[\u4e00-\u9fff]", text) else 1)


class CutsAnywhere(Pieces):
    def places(self, text: str) -> list[int]:
        return list(range(len(text) + 1))


class CutsPictures(Pieces):
    def places(self, text: str) -> list[int]:
        return sorted({*super().places(text), *(found.end() for found in re.finditer("\u200d", text))})


class TripsOverNul(Words):
    def split(self, document: Document) -> Iterator[Chunk]:
        if "\0" in document.text:
            raise ValueError("embedded null")
        yield from super().split(document)


class LosesUnassigned(Words):
    """Takes for white space what is no character yet."""

    def split(self, document: Document) -> Iterator[Chunk]:
        for chunk in super().split(document):
            if len(chunk.text) > 1 or unicodedata.category(chunk.text) != "Cn":
                yield chunk


MUTANTS = [
    (Shifted, "bounds"), (Lowered, "text-is-span"), (LosesTheLast, "nothing-lost"), (LosesHan, "nothing-lost"),
    (Backwards, "in-order"), (Untrimmed, "trimmed"), (EndsEmpty, "bounds"), (Doubled, "no-copies"),
    (Chancy, "repeatable"), (Remembers, "repeatable"), (ReadsNames, "name-does-not-matter"),
    (FailsOnBlank, "blank-is-nothing"), (SharesState, "interleaved"), (NeedsNumbers, "sections-are-hints"),
    (OneMore, "within-its-limit"), (CountsCharactersForTokens, "within-its-limit"), (RepeatsMore, "overlap-is-held"),
    (NeedsBlanks, "chinese-is-split"), (Crumbles, "chinese-is-split"), (CutsAnywhere, "characters-are-whole"),
    (CutsPictures, "characters-are-whole"), (TripsOverNul, "any-text"), (LosesUnassigned, "any-text"),
]  # fmt: skip


LIMITS = {"chunk_size": Pieces.size, "chunk_overlap": Pieces.overlap}


@pytest.mark.parametrize(("mutant", "rule"), MUTANTS)
def test_a_broken_splitter_is_told_by_the_rule_that_it_breaks(tmp_path: Path, mutant: Any, rule: str) -> None:
    settings = LIMITS if issubclass(mutant, Pieces) else {}
    assert breaks("splitter", rule, lambda own: mutant(), tmp_path, settings)


def test_every_rule_has_a_mutant() -> None:
    assert {rule for _, rule in MUTANTS} == {check.rule for check in checks("splitter")}


class GivesTexts(Words):
    def split(self, document: Document) -> Any:
        return document.text.split()


class GivesNothing(Words):
    def split(self, document: Document) -> Any:
        return None


@pytest.mark.parametrize(
    ("kind", "rule", "told"),
    [
        (GivesTexts, "bounds", "split of sample-0.txt ('x') gives 'x', which is not a Chunk"),
        (GivesNothing, "bounds", "split of sample-0.txt ('x') gives None, and no chunks one by one"),
        (Shifted, "bounds", "a chunk from 1 to 2 is no part of the characters 0 to 1 of sample-0.txt ('x')"),
        (GivesTexts, "interleaved", "split of one.txt (4,484 characters, "),
        (
            LosesTheLast,
            "sections-are-hints",
            "with no sections 'ballast' is in no chunk of '1 軌道 track\\nThe ballast.\\n'",
        ),
    ],
)
def test_a_broken_rule_says_what_the_splitter_gave(tmp_path: Path, kind: type[Splitter], rule: str, told: str) -> None:
    (check,) = (one for one in checks("splitter") if one.rule == rule)
    with pytest.raises(Violation) as caught:
        check.on(Subject(lambda own: kind(), tmp_path))
    assert str(caught.value).startswith(f"{rule}: {told}")


def test_what_only_made_up_texts_find_breaks_no_other_rule(tmp_path: Path) -> None:
    for mutant in (TripsOverNul, LosesUnassigned):
        assert broken("splitter", lambda own, mutant=mutant: mutant(), tmp_path / mutant.__name__) == {"any-text"}


@pytest.mark.parametrize(("kind", "settings"), [(Words, {}), (Pieces, LIMITS), (Tokens, LIMITS)])
def test_a_splitter_that_keeps_the_rules_breaks_none(tmp_path: Path, kind: Any, settings: dict[str, Any]) -> None:
    assert broken("splitter", lambda own: kind(), tmp_path, settings) == set()


def skipped(kind: type[Splitter], settings: dict[str, Any], folder: Path) -> dict[str, str]:
    """The rules that do not apply to a splitter, with the reasons."""
    found = {}
    for check in checks("splitter"):
        try:
            check.on(Subject(lambda own: kind(), folder, settings))
        except Skipped as reason:
            found[check.rule] = str(reason)
    return found


def test_a_rule_of_limits_does_not_apply_to_a_splitter_without_one(tmp_path: Path) -> None:
    assert set(skipped(Words, {}, tmp_path)) == {"within-its-limit", "overlap-is-held", "chinese-is-split"}
    assert skipped(Pieces, LIMITS, tmp_path) == {}
    assert set(skipped(Small, {"max_size": 4}, tmp_path)) == {"overlap-is-held", "characters-are-whole"}


def test_without_hypothesis_the_texts_of_the_kit_are_tried_and_the_rest_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    assert skipped(Pieces, LIMITS, tmp_path) == {
        "any-text": f"hypothesis is not installed, which makes up texts: {pip_command('hypothesis')}"
    }


def test_hypothesis_leaves_nothing_where_the_process_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (check,) = (one for one in checks("splitter") if one.rule == "any-text")
    with tempfile.TemporaryDirectory() as folder:
        check("recursive", Path(folder))
    assert list(tmp_path.iterdir()) == []


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
    hold(check, plugin, settings, tmp_path, {"overlap-is-held"} if plugin == "sections" else ())


def test_a_tokenizer_of_ones_own_counts_the_limit(tmp_path: Path) -> None:
    tokenizers = pytest.importorskip("tokenizers")
    model = tokenizers.models.WordLevel({"[UNK]": 0}, unk_token="[UNK]")
    tokenizer = tokenizers.Tokenizer(model)
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Split(tokenizers.Regex("."), "isolated")
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    settings = {"tokenizer": str(tmp_path / "tokenizer.json"), "chunk_size": 24, "chunk_overlap": 6}
    for check in checks("splitter"):
        check("tokens", tmp_path / check.rule, settings)
