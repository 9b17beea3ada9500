"""The rules of indexes of retrievers find what is broken, by name: each mutant breaks one rule.

Modules: ``potluck.testing.retriever_index``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from potluck.documents import Passage
from potluck.testing import Skipped, Subject, checks, retriever_index
from support.kits import breaks, rules_of
from support.pair_retriever import Pairs, Plain


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
    (BeginsFull, "its-index-begins-empty"),
    (Forgets, "its-index-holds-what-it-is-told"),
    (Strict, "its-index-holds-what-it-is-told"),
    (InMemory, "its-index-opens-again"),
    (CountsTwice, "its-index-forgets-how-it-came"),
    (Hasty, "its-index-is-as-committed"),
    (Rereads, "its-readers-are-not-disturbed"),
    (Trusting, "its-damage-is-empty"),
]


@pytest.mark.parametrize(("mutant", "rule"), MUTANTS, ids=[f"{mutant.__name__}-{rule}" for mutant, rule in MUTANTS])
def test_a_broken_rule_is_named(mutant: type[Pairs], rule: str, tmp_path: Path) -> None:
    assert breaks("retriever", rule, mutant, tmp_path)


def test_every_rule_of_the_module_is_tried() -> None:
    assert {rule for _, rule in MUTANTS} == rules_of(retriever_index)


def test_the_rules_of_an_index_do_not_apply_where_there_is_none(tmp_path: Path) -> None:
    skipped = set()
    for check in checks("retriever"):
        try:
            check.on(Subject(Plain, tmp_path / check.rule))
        except Skipped:
            skipped.add(check.rule)

    own = {check.rule for check in checks("retriever") if check.rule.startswith("its-")}
    assert skipped == own | {"threads-as-it-says"}
