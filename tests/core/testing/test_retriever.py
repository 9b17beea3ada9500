"""The rules of retrievers find what is broken, by name: each mutant breaks one rule of a retriever that keeps them all.

Modules: ``potluck.testing.retriever``.
"""

from __future__ import annotations

import contextlib
import random
import socket
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from potluck.contracts import Ranking, ScoreScale
from potluck.language import grams
from potluck.testing import checks, retriever, retriever_index
from support.kits import breaks, broken, rules_of
from support.pair_retriever import SHARE, Pairs, Plain, Sections


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
]


@pytest.mark.parametrize(("mutant", "rule"), MUTANTS, ids=[f"{mutant.__name__}-{rule}" for mutant, rule in MUTANTS])
def test_a_broken_rule_is_named(mutant: type[Pairs], rule: str, tmp_path: Path) -> None:
    assert breaks("retriever", rule, mutant, tmp_path)


def test_every_rule_of_the_module_is_tried() -> None:
    assert {rule for _, rule in MUTANTS} == rules_of(retriever)


def test_the_kit_has_the_rules_of_these_modules() -> None:
    assert rules_of(retriever, retriever_index) == {check.rule for check in checks("retriever")}


@pytest.mark.parametrize("kind", [Pairs, Plain, Sections])
def test_a_retriever_that_does_as_it_should_breaks_no_rule(kind: Any, tmp_path: Path) -> None:
    assert broken("retriever", kind, tmp_path) == set()


@pytest.mark.parametrize("name", ["use", "k", "fit"])
def test_no_setting_is_called_as_one_of_every_recipe(name: str, tmp_path: Path) -> None:
    assert breaks("retriever", "says-what-it-is", Pairs, tmp_path, {name: 1})
