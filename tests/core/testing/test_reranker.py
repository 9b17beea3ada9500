"""The kit of rerankers finds what is broken, by name: each mutant breaks one rule of a reranker that keeps them all.

Modules: ``potluck.testing.reranker``.
"""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from potluck.contracts import Candidates, Reranker, ScoreScale
from potluck.documents import Passage
from potluck.language import grams
from potluck.testing import checks
from support.kits import breaks, broken

SHARE = ScoreScale("share of the question's pairs of characters", 0.0, 1.0)


class Pairs(Reranker):
    """A reranker that keeps every rule: the more of the question's pairs of characters the better."""

    scale: Any = SHARE

    def __init__(self, folder: Path) -> None:
        self.seen = 0

    def rerank(self, batch: Sequence[Candidates]) -> Any:
        return [self.order(one) for one in batch]

    def order(self, one: Candidates) -> Any:
        asked = grams(one.question)
        scored = [replace(p, score=self.score(asked, p)) for p in one.passages]
        return sorted(scored, key=lambda passage: -passage.score)

    def score(self, asked: frozenset[str], passage: Passage) -> Any:
        return len(asked & grams(passage.text)) / (len(asked) or 1)


class Needy(Pairs):
    needs: ClassVar[Any] = frozenset({"vectors"})


class Unscaled(Pairs):
    scale = None


class TakesNone(Pairs):
    candidates = 0


class TakesAnotherNumber(Pairs):
    candidates = 33


class OnlyTheFirst(Pairs):
    def rerank(self, batch: Sequence[Candidates]) -> Any:
        return super().rerank(batch[:1])


class Tuples(Pairs):
    def order(self, one: Candidates) -> Any:
        return tuple(super().order(one))


class NeedsPassages(Pairs):
    def order(self, one: Candidates) -> Any:
        one.passages[0]
        return super().order(one)


class Trims(Pairs):
    def order(self, one: Candidates) -> Any:
        return [replace(passage, text=passage.text[:5]) for passage in super().order(one)]


class Twice(Pairs):
    def order(self, one: Candidates) -> Any:
        order = super().order(one)
        return [*order[:1], *order]


class Invents(Pairs):
    def order(self, one: Candidates) -> Any:
        return [Passage("mine", "mine", "mine", 0, 4, 1.0), *super().order(one)]


class WorstFirst(Pairs):
    def order(self, one: Candidates) -> Any:
        return super().order(one)[::-1]


class KeepsTheOldScores(Pairs):
    def order(self, one: Candidates) -> Any:
        old = {passage.id: passage.score for passage in one.passages}
        return [replace(passage, score=old[passage.id]) for passage in super().order(one)[::-1]]


class Percent(Pairs):
    def score(self, asked: frozenset[str], passage: Passage) -> Any:
        return super().score(asked, passage) * 100


class Below(Pairs):
    def score(self, asked: frozenset[str], passage: Passage) -> Any:
        return super().score(asked, passage) - 1


class NoNumber(Pairs):
    def score(self, asked: frozenset[str], passage: Passage) -> Any:
        return float("nan")


class Silent(Pairs):
    def order(self, one: Candidates) -> Any:
        return []


class FailsForMany(Pairs):
    def order(self, one: Candidates) -> Any:
        assert len(one.passages) < self.candidates
        return super().order(one)


class FailsForOne(Pairs):
    def order(self, one: Candidates) -> Any:
        scores = {passage.score for passage in one.passages}
        assert len(one.passages) != 1 or not scores
        return super().order(one)


class BestOfAll(Pairs):
    """Puts the scores of a batch between 0 and 1."""

    def rerank(self, batch: Sequence[Candidates]) -> Any:
        orders = super().rerank(batch)
        best = max((passage.score for order in orders for passage in order), default=1) or 1
        return [[replace(passage, score=passage.score / best) for passage in order] for order in orders]


class Tires(Pairs):
    def order(self, one: Candidates) -> Any:
        self.seen += 1
        return super().order(one)[: max(1, 10 - self.seen)]


class Careless(Pairs):
    """Divides by what a question without letters does not have."""

    def score(self, asked: frozenset[str], passage: Passage) -> Any:
        return len(asked & grams(passage.text)) / len(asked)


class Prints(Pairs):
    def order(self, one: Candidates) -> Any:
        print(one.question)
        return super().order(one)


class Calls(Pairs):
    def order(self, one: Candidates) -> Any:
        with contextlib.suppress(OSError):
            socket.create_connection(("192.0.2.1", 80), 0.01).close()
        return super().order(one)


class Numbered(Pairs):
    made = 0

    def identity(self) -> Any:
        Numbered.made += 1
        return {"number": str(Numbered.made)}


MUTANTS: list[tuple[type[Pairs], str]] = [
    (Needy, "says-what-it-is"),
    (Unscaled, "says-what-it-is"),
    (TakesNone, "says-what-it-is"),
    (OnlyTheFirst, "an-order-for-each-question"),
    (Tuples, "an-order-for-each-question"),
    (NeedsPassages, "an-order-for-each-question"),
    (Trims, "passages-as-given"),
    (Twice, "passages-as-given"),
    (Invents, "passages-as-given"),
    (WorstFirst, "best-first"),
    (KeepsTheOldScores, "best-first"),
    (Percent, "within-the-scale"),
    (Below, "within-the-scale"),
    (NoNumber, "within-the-scale"),
    (Silent, "keeps-some"),
    (FailsForMany, "takes-as-many-as-it-says"),
    (FailsForOne, "takes-as-many-as-it-says"),
    (BestOfAll, "alone-or-together"),
    (Tires, "repeatable"),
    (Careless, "any-text"),
    (Prints, "prints-nothing"),
    (Calls, "sends-nothing"),
    (Numbered, "identity-is-text"),
]


def test_a_reranker_that_does_as_it_should_breaks_no_rule(tmp_path: Path) -> None:
    assert broken("reranker", Pairs, tmp_path) == set()


@pytest.mark.parametrize(("mutant", "rule"), MUTANTS, ids=[f"{mutant.__name__}-{rule}" for mutant, rule in MUTANTS])
def test_a_broken_rule_is_named(mutant: type[Pairs], rule: str, tmp_path: Path) -> None:
    assert breaks("reranker", rule, mutant, tmp_path)


def test_every_rule_is_tried() -> None:
    assert {rule for _, rule in MUTANTS} == {check.rule for check in checks("reranker")}


def test_it_takes_as_many_as_the_settings_say(tmp_path: Path) -> None:
    assert breaks("reranker", "says-what-it-is", TakesAnotherNumber, tmp_path, {"candidates": 20})
    assert not breaks("reranker", "says-what-it-is", TakesAnotherNumber, tmp_path, {"candidates": 33})
