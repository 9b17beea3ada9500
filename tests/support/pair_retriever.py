"""Retrievers that keep every rule of their kit: they compare pairs of characters."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from potluck.contracts import IndexedRetriever, Ranking, Retriever, ScoreScale
from potluck.documents import Passage
from potluck.language import grams

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
