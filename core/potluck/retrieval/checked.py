"""Retrievers and rerankers whose results are checked against the contract, and named where they break it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence, Set
from contextlib import nullcontext
from dataclasses import replace
from threading import RLock

from potluck.contracts import Candidates, Corpus, Ranking, Reranker, Retriever, ScoreScale
from potluck.documents import Json, Passage
from potluck.errors import ContractBroken
from potluck.fingerprints import fingerprint
from potluck.workspace.answer_cache import AnswerCache


class CheckedRetriever(Retriever):
    """A retriever that passes questions on to another one and checks what comes back. Threads may share it."""

    threads = True

    def __init__(self, retriever: Retriever, corpus: Corpus, label: str) -> None:
        """``retriever`` is open on the corpus; ``label`` is what messages call it."""
        self.scale, self.batch_size = retriever.scale, retriever.batch_size
        self._retriever, self._corpus, self._label = retriever, corpus, label
        self._turn = nullcontext() if retriever.threads else RLock()

    def open(self, corpus: Corpus) -> None:
        """It is open."""

    def retrieve(self, questions: Sequence[str], k: int, within: Set[str] | None = None) -> list[Ranking]:
        """The rankings of the retriever. Raises ``ContractBroken``."""
        with self._turn:
            rankings = list(self._retriever.retrieve(questions, k, within))
        if len(rankings) != len(questions):
            raise ContractBroken(f"{self._label} gave {len(rankings)} rankings for {len(questions)} questions")
        for ranking in rankings:
            for wrong in self._problems(ranking, k, within):
                raise ContractBroken(f"{self._label} {wrong}")
        return rankings

    def _problems(self, ranking: Ranking, k: int, within: Set[str] | None) -> Iterator[str]:
        passages = ranking.passages
        if ranking.blind and passages:
            yield f"found {len(passages)} passages for a question for which it says that it is blind"
        if len(passages) > k:
            yield f"found {len(passages)} passages, and was asked for {k}"
        yield from score_problems(passages, self.scale)
        for passage in passages:
            if passage.id not in self._corpus.ids or (within is not None and passage.id not in within):
                yield f"found the passage {passage.id!r}, which is not among those that it may find"
            elif not self._is_of_corpus(passage):
                yield f"changed the passage {passage.id!r} of {passage.source}"

    def _is_of_corpus(self, passage: Passage) -> bool:
        whole = replace(self._corpus.passage(passage.id), score=passage.score)
        return passage == whole or passage == self._corpus.span(whole, passage.start, passage.end)


class CheckedReranker:
    """A reranker that is given no more than it takes, and whose results are checked and kept. Threads may share it."""

    def __init__(self, reranker: Reranker, label: str, fingerprint: str) -> None:
        """``fingerprint`` is of all that decides the order of passages."""
        self.candidates, self.batch_size = reranker.candidates, max(1, reranker.batch_size)
        self._reranker, self._label, self._fingerprint, self._turn = reranker, label, fingerprint, RLock()

    def rerank(self, batch: Sequence[Candidates], cache: AnswerCache) -> list[list[Passage]]:
        """The order of each question's passages, asked for at most once. Raises ``ContractBroken``."""
        keys = [self._key(one) for one in batch]
        kept = {key: cache.answer(key) for key in keys}
        missing = {key: one for key, one in zip(keys, batch, strict=True) if kept[key] is None and one.passages}
        if missing:
            for key, order in zip(missing, self._ask(list(missing.values())), strict=True):
                kept[key] = {"order": order}
                cache.keep_answer(key, {"order": order})
        return [_restore_order(one.passages, kept[key]) for key, one in zip(keys, batch, strict=True)]

    def _ask(self, batch: Sequence[Candidates]) -> list[Json]:
        """For each question the places of its passages in their new order, each with its score."""
        with self._turn:
            found = list(self._reranker.rerank(batch))
        if len(found) != len(batch):
            raise ContractBroken(f"{self._label} gave {len(found)} orders for {len(batch)} questions")
        return [self._places(passages, one.passages) for passages, one in zip(found, batch, strict=True)]

    def _places(self, passages: Sequence[Passage], given: Sequence[Passage]) -> Json:
        for wrong in score_problems(passages, self._reranker.scale):
            raise ContractBroken(f"{self._label} {wrong}")
        places = {passage.id: place for place, passage in enumerate(given)}
        for passage in passages:
            if passage.id not in places or replace(given[places[passage.id]], score=passage.score) != passage:
                raise ContractBroken(f"{self._label} returned a passage that it was not given: {passage.id!r}")
        return [[places[passage.id], float(passage.score)] for passage in passages]

    def _key(self, one: Candidates) -> str:
        given: list[Json] = [[p.id, p.start, p.end, p.text, p.heading, p.score] for p in one.passages]
        return fingerprint("rerank", self._fingerprint, one.question, given)


def score_problems(passages: Sequence[Passage], scale: ScoreScale) -> Iterator[str]:
    """What is wrong with a ranking by its scores, as clauses without a subject."""
    if len({passage.id for passage in passages}) != len(passages):
        yield "gave a passage twice"
    scores = [passage.score for passage in passages]
    strange = next((score for score in scores if not math.isfinite(score)), None)
    if strange is not None:
        yield f"gave the score {strange}"
    elif scores != sorted(scores, reverse=scale.higher_is_better):
        yield "did not give the best first"


def _restore_order(passages: Sequence[Passage], kept: dict[str, Json] | None) -> list[Passage]:
    order = [] if kept is None else kept["order"]
    assert isinstance(order, list)
    places = [one for one in order if isinstance(one, list)]
    return [replace(passages[int(str(place))], score=float(str(score))) for place, score in places]
