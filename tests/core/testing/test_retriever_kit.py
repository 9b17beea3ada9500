"""The kit of retrievers finds what is broken, by name: each mutant breaks one rule of a retriever that keeps them all.

Modules: ``potluck.testing.retriever``, ``potluck.testing.retriever_index``, ``potluck.testing.retrieval``.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import random
import socket
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from potluck.contracts import IndexedRetriever, Ranking, Retriever, ScoreScale
from potluck.documents import Passage
from potluck.language import grams
from potluck.testing import Skipped, Subject, checks
from potluck.testing.retrieval import kit_corpus
from support.kits import breaks, broken

SHARE = ScoreScale("share of the question's pairs of characters", 0.0, 1.0, is_comparable=True)


class Pairs(IndexedRetriever):
    """A retriever that keeps every rule: it compares pairs of characters, which it keeps in one file."""

    scale: Any = SHARE
    threads: ClassVar[Any] = True

    def __init__(self, folder: Path) -> None:
        self.path = folder / "pairs.json"
        self.pairs: dict[str, list[str]] = {}

    def open(self, corpus: Any) -> None:
        self.corpus = corpus
        self.pairs = self.read()

    def read(self) -> dict[str, list[str]]:
        whole = self.path.read_bytes() if self.path.exists() else b""
        right = hashlib.sha256(whole[32:]).digest() == whole[:32]
        return dict(json.loads(whole[32:])) if right else {}

    def ids(self) -> set[str]:
        return set(self.pairs)

    def add(self, passages: Sequence[Passage]) -> None:
        self.pairs |= {passage.id: sorted(grams(passage.text)) for passage in passages}

    def delete(self, passage_ids: Sequence[str]) -> None:
        self.pairs = {one: pairs for one, pairs in self.pairs.items() if one not in passage_ids}

    def commit(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        body = json.dumps(dict(sorted(self.pairs.items()))).encode()
        self.path.write_bytes(hashlib.sha256(body).digest() + body)

    def retrieve(self, questions: Any, k: int, within: Any = None) -> Any:
        return [self.rank(question, k, within) for question in questions]

    def rank(self, question: str, k: int, within: Any) -> Any:
        asked = grams(question)
        if not asked:
            return Ranking(blind="it has no letters")
        shares = self.shares(asked, within)
        best = sorted((-share, one) for one, share in shares.items() if share)[:k]
        return Ranking(tuple(self.found(one, -share) for share, one in best))

    def shares(self, asked: Any, within: Any) -> dict[str, float]:
        wanted = self.pairs if within is None else self.pairs.keys() & within
        return {one: len(asked.intersection(self.pairs[one])) / len(asked) for one in wanted}

    def found(self, one: str, score: float) -> Any:
        return replace(self.corpus.passage(one), score=score)


class Needy(Pairs):
    needs: ClassVar[Any] = frozenset({"passages"})


class ListOfNeeds(Pairs):
    needs: ClassVar[Any] = ["texts"]


class Unscaled(Pairs):
    scale = "cosine"


class UpsideDownScale(Pairs):
    scale = ScoreScale("share", 1.0, 0.0)


class NoBatch(Pairs):
    batch_size = 0


class MaybeThreads(Pairs):
    threads: ClassVar[Any] = None


class Peeks(Pairs):
    """Compares vectors without saying so."""

    def rank(self, question: str, k: int, within: Any) -> Any:
        self.corpus.vectors(sorted(self.pairs)[:1])
        return super().rank(question, k, within)


class OnlyTheFirst(Pairs):
    def retrieve(self, questions: Any, k: int, within: Any = None) -> Any:
        return super().retrieve(questions[:1], k, within)


class Lists(Pairs):
    def rank(self, question: str, k: int, within: Any) -> Any:
        return list(super().rank(question, k, within).passages)


class FailsForNone(Pairs):
    def retrieve(self, questions: Any, k: int, within: Any = None) -> Any:
        assert questions, "a question"
        return super().retrieve(questions, k, within)


class Trims(Pairs):
    """Changes the text of what it found."""

    def found(self, one: str, score: float) -> Any:
        passage = super().found(one, score)
        return replace(passage, text=passage.text.rstrip("。."))


class Invents(Pairs):
    def found(self, one: str, score: float) -> Any:
        return replace(super().found(one, score), id=f"my-{one}")


class Generous(Pairs):
    def rank(self, question: str, k: int, within: Any) -> Any:
        return super().rank(question, k + 1, within)


class Twice(Pairs):
    def rank(self, question: str, k: int, within: Any) -> Any:
        ranking = super().rank(question, k, within)
        return replace(ranking, passages=(*ranking.passages[:1], *ranking.passages)[:k])


class WorstFirst(Pairs):
    def rank(self, question: str, k: int, within: Any) -> Any:
        ranking = super().rank(question, k, within)
        return replace(ranking, passages=ranking.passages[::-1])


class LowerIsBetter(Pairs):
    scale = replace(SHARE, higher_is_better=False)


class Percent(Pairs):
    def found(self, one: str, score: float) -> Any:
        return super().found(one, score * 100)


class Unlimited(Pairs):
    def found(self, one: str, score: float) -> Any:
        return super().found(one, float("inf"))


class Whole(Pairs):
    """Gives whole numbers as ``int``."""

    def found(self, one: str, score: float) -> Any:
        return super().found(one, 1)  # type: ignore[arg-type]


class English(Pairs):
    """Does not see Chinese, and does not say so."""

    def rank(self, question: str, k: int, within: Any) -> Any:
        ascii_only = "".join(one for one in question if one.isascii())
        return super().rank(ascii_only or "x", k, within)


class AlwaysBlind(Pairs):
    def rank(self, question: str, k: int, within: Any) -> Any:
        return Ranking(blind="it is night")


class BlindAndSeeing(Pairs):
    def rank(self, question: str, k: int, within: Any) -> Any:
        return replace(super().rank(question, k, within), blind="it is dusk")


class Careless(Pairs):
    """Fails for a question without letters."""

    def rank(self, question: str, k: int, within: Any) -> Any:
        found = self.shares(grams(question), within)
        1 / len(grams(question))
        return super().rank(question, k, within) if found is not None else None


class NeedsOne(Pairs):
    def rank(self, question: str, k: int, within: Any) -> Any:
        max(self.pairs)
        return super().rank(question, k, within)


class Everywhere(Pairs):
    def rank(self, question: str, k: int, within: Any) -> Any:
        return super().rank(question, k, None)


class FewWithin(Pairs):
    """Looks among the best of all, and not among those to which it is limited."""

    def rank(self, question: str, k: int, within: Any) -> Any:
        ranking = super().rank(question, k if within is None else 1, None)
        found = tuple(one for one in ranking.passages if within is None or one.id in within)
        return replace(ranking, passages=found)


class Crowded(Pairs):
    """What is asked together counts together."""

    def retrieve(self, questions: Any, k: int, within: Any = None) -> Any:
        return [self.rank(" ".join(questions), k, within) for _ in questions]


class Tires(Pairs):
    def rank(self, question: str, k: int, within: Any) -> Any:
        self.asked = getattr(self, "asked", 0) + 1
        return super().rank(question, k if self.asked < 12 else 1, within)


class Draws(Pairs):
    """Adds chance, another one for each instance."""

    def shares(self, asked: Any, within: Any) -> dict[str, float]:
        chance = self.__dict__.setdefault("chance", random.random() / 2)
        return {one: share * (1 - chance) for one, share in super().shares(asked, within).items()}


class OfOneThread(Pairs):
    """Can be used by the thread that opened it, as a connection to SQLite can."""

    def open(self, corpus: Any) -> None:
        super().open(corpus)
        self.thread = threading.get_ident()

    def rank(self, question: str, k: int, within: Any) -> Any:
        assert threading.get_ident() == self.thread, "another thread"
        return super().rank(question, k, within)


class Prints(Pairs):
    def rank(self, question: str, k: int, within: Any) -> Any:
        print(question)
        return super().rank(question, k, within)


class Calls(Pairs):
    def open(self, corpus: Any) -> None:
        super().open(corpus)
        with contextlib.suppress(OSError):
            socket.create_connection(("192.0.2.1", 80), 0.01).close()


class Numbered(Pairs):
    made = 0

    def identity(self) -> Any:
        Numbered.made += 1
        return {"number": str(Numbered.made)}


class PathIdentity(Pairs):
    def identity(self) -> Any:
        return {"path": Path("x")}


class BeginsFull(Pairs):
    def read(self) -> dict[str, list[str]]:
        return super().read() or {"root": []}


class Forgets(Pairs):
    """Deletes nothing."""

    def delete(self, passage_ids: Sequence[str]) -> None:
        pass


class Strict(Pairs):
    """Fails for an id that it does not know."""

    def delete(self, passage_ids: Sequence[str]) -> None:
        for one in passage_ids:
            del self.pairs[one]


class InMemory(Pairs):
    def commit(self) -> None:
        pass


class CountsTwice(Pairs):
    """What was ever added weighs on what is found."""

    def add(self, passages: Sequence[Passage]) -> None:
        super().add(passages)
        self.pairs["added"] = [*self.pairs.get("added", []), *(passage.id for passage in passages)]

    def ids(self) -> set[str]:
        return super().ids() - {"added"}

    def shares(self, asked: Any, within: Any) -> dict[str, float]:
        shares = super().shares(asked, within)
        return {one: share / (1 + len(self.pairs["added"])) for one, share in shares.items() if one != "added"}


class Hasty(Pairs):
    """Writes what is added at once."""

    def add(self, passages: Sequence[Passage]) -> None:
        super().add(passages)
        self.commit()


class Rereads(Pairs):
    def rank(self, question: str, k: int, within: Any) -> Any:
        self.pairs = self.read()
        return super().rank(question, k, within)


class Trusting(Pairs):
    """Writes its ids apart from the rest, and checks only them."""

    def commit(self) -> None:
        super().commit()
        self.path.with_suffix(".ids").write_text(json.dumps(sorted(self.pairs)))

    def read(self) -> dict[str, list[str]]:
        try:
            named = json.loads(self.path.with_suffix(".ids").read_text())
        except (OSError, ValueError):
            return {}
        return {one: super(Trusting, self).read().get(one, []) for one in named}


MUTANTS: list[tuple[type[Pairs], str]] = [
    (Needy, "says-what-it-is"),
    (ListOfNeeds, "says-what-it-is"),
    (Unscaled, "says-what-it-is"),
    (UpsideDownScale, "says-what-it-is"),
    (NoBatch, "says-what-it-is"),
    (MaybeThreads, "says-what-it-is"),
    (Peeks, "asks-for-what-it-needs"),
    (OnlyTheFirst, "a-ranking-for-each-question"),
    (Lists, "a-ranking-for-each-question"),
    (FailsForNone, "a-ranking-for-each-question"),
    (Trims, "passages-of-the-corpus"),
    (Invents, "passages-of-the-corpus"),
    (Generous, "at-most-k"),
    (Twice, "at-most-k"),
    (WorstFirst, "best-first"),
    (LowerIsBetter, "best-first"),
    (Percent, "within-the-scale"),
    (Unlimited, "within-the-scale"),
    (Whole, "within-the-scale"),
    (English, "finds-english-and-chinese"),
    (AlwaysBlind, "finds-english-and-chinese"),
    (BlindAndSeeing, "blind-finds-nothing"),
    (Careless, "any-question"),
    (NeedsOne, "an-empty-corpus"),
    (Everywhere, "only-within"),
    (FewWithin, "only-within"),
    (Crowded, "alone-or-together"),
    (Tires, "repeatable"),
    (Draws, "repeatable"),
    (OfOneThread, "threads-as-it-says"),
    (Prints, "prints-nothing"),
    (Calls, "sends-nothing"),
    (Numbered, "identity-is-text"),
    (PathIdentity, "identity-is-text"),
    (BeginsFull, "its-index-begins-empty"),
    (Forgets, "its-index-holds-what-it-is-told"),
    (Strict, "its-index-holds-what-it-is-told"),
    (InMemory, "its-index-opens-again"),
    (CountsTwice, "its-index-forgets-how-it-came"),
    (Hasty, "its-index-is-as-committed"),
    (Rereads, "its-readers-are-not-disturbed"),
    (Trusting, "its-damage-is-empty"),
]


class Plain(Retriever):
    """One without an index of its own: it reads all texts when it is opened."""

    needs = frozenset({"texts"})
    scale = SHARE

    def __init__(self, folder: Path) -> None:
        self.inner = Pairs(folder)

    def open(self, corpus: Any) -> None:
        self.inner.corpus = corpus
        self.inner.pairs = {one: sorted(grams(text)) for one, text in corpus.texts()}

    def retrieve(self, questions: Any, k: int, within: Any = None) -> Any:
        return self.inner.retrieve(questions, k, within)


class Sections(Plain):
    """Finds the section around a passage."""

    def retrieve(self, questions: Any, k: int, within: Any = None) -> Any:
        return [
            replace(ranking, passages=tuple(map(self.section, ranking.passages)))
            for ranking in super().retrieve(questions, k, within)
        ]

    def section(self, passage: Passage) -> Passage:
        sections = self.inner.corpus.document(passage).sections
        around = next(one for one in sections if one.start <= passage.start < one.end)
        found: Passage = self.inner.corpus.span(passage, around.start, around.end)
        return found


@pytest.mark.parametrize("kind", [Pairs, Plain, Sections])
def test_a_retriever_that_does_as_it_should_breaks_no_rule(kind: Any, tmp_path: Path) -> None:
    assert broken("retriever", kind, tmp_path) == set()


@pytest.mark.parametrize(("mutant", "rule"), MUTANTS, ids=[f"{mutant.__name__}-{rule}" for mutant, rule in MUTANTS])
def test_a_broken_rule_is_named(mutant: type[Pairs], rule: str, tmp_path: Path) -> None:
    assert breaks("retriever", rule, mutant, tmp_path)


def test_every_rule_is_tried() -> None:
    assert {rule for _, rule in MUTANTS} == {check.rule for check in checks("retriever")}


@pytest.mark.parametrize("name", ["use", "k", "fit"])
def test_no_setting_is_called_as_one_of_every_recipe(name: str, tmp_path: Path) -> None:
    assert breaks("retriever", "says-what-it-is", Pairs, tmp_path, {name: 1})


def test_the_rules_of_an_index_do_not_apply_where_there_is_none(tmp_path: Path) -> None:
    skipped = set()
    for check in checks("retriever"):
        try:
            check.on(Subject(Plain, tmp_path / check.rule))
        except Skipped:
            skipped.add(check.rule)

    own = {check.rule for check in checks("retriever") if check.rule.startswith("its-")}
    assert skipped == own | {"threads-as-it-says"}


def test_the_corpus_of_the_kit_is_made_of_its_documents() -> None:
    passages = kit_corpus()

    for passage in passages.passages.values():
        document = passages.document(passage)
        assert document.text[passage.start : passage.end] == passage.text
        assert passages.span(passage, passage.start, passage.end) == passage
    assert {len(document.sections) for document in passages.documents.values()} == {2}
