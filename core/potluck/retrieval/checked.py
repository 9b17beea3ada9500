"""Retrievers and rerankers whose results are checked against the contract, and named where they break it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import nullcontext
from dataclasses import replace
from numbers import Real
from threading import RLock
from typing import Any, cast

from potluck.contracts import Candidates, Corpus, Ranking, Reranker, Retriever, ScoreScale
from potluck.documents import Json, Passage
from potluck.errors import ContractBroken
from potluck.fingerprints import fingerprint
from potluck.plugin_faults import name_failures, name_type
from potluck.workspace.answer_cache import AnswerCache

_NEAR = 1e-4
"""How far a score may lie outside of its scale: vectors of unit length are rounded."""


class CheckedRetriever(Retriever):
    """A retriever that passes questions on to another one and checks what comes back. Threads may share it."""

    threads = True

    def __init__(self, retriever: Retriever, corpus: Corpus, label: str, plugin: str = "") -> None:
        """``retriever`` is open on the corpus; ``label`` is what messages call it.

        ``plugin`` names it with its package, for what it raises. Raises ``ContractBroken`` for one without a scale.
        """
        self.scale, self.batch_size = _declared_scale(retriever, label), retriever.batch_size
        self._retriever, self._corpus, self._label, self._plugin = retriever, corpus, label, plugin or label
        self._turn = nullcontext() if retriever.threads else RLock()

    def open(self, corpus: Corpus) -> None:
        """It is open."""

    def retrieve(self, questions: Sequence[str], k: int, within: Set[str] | None = None) -> list[Ranking]:
        """The rankings of the retriever. Raises ``ContractBroken``, or ``BrokenPlugin`` for one that fails."""
        with self._turn, name_failures(self._plugin):
            found: object = self._retriever.retrieve(questions, k, within)
            rankings = _as_list(found, f"{self._label} returned", "rankings")
        for ranking in rankings:
            _require_ranking(ranking, self._label)
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

    def __init__(self, reranker: Reranker, label: str, fingerprint: str, plugin: str = "") -> None:
        """``fingerprint`` is of all that decides the order of passages.

        ``plugin`` names it with its package, for what it raises. Raises ``ContractBroken`` for one without a scale.
        """
        self.candidates, self.batch_size = reranker.candidates, max(1, reranker.batch_size)
        self._reranker, self._label, self._fingerprint, self._turn = reranker, label, fingerprint, RLock()
        self._scale, self._plugin = _declared_scale(reranker, label), plugin or label

    def rerank(self, batch: Sequence[Candidates], cache: AnswerCache) -> list[list[Passage]]:
        """The order of each question's passages, asked for at most once.

        Raises ``ContractBroken``, or ``BrokenPlugin`` for a reranker that fails.
        """
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
        with self._turn, name_failures(self._plugin):
            returned: object = self._reranker.rerank(batch)
            found = _as_list(returned, f"{self._label} returned", "lists of passages")
        if len(found) != len(batch):
            raise ContractBroken(f"{self._label} gave {len(found)} orders for {len(batch)} questions")
        return [self._places(passages, one.passages) for passages, one in zip(found, batch, strict=True)]

    def _places(self, order: object, given: Sequence[Passage]) -> Json:
        passages = _require_passages(order, f"{self._label} returned")
        for wrong in score_problems(passages, self._scale):
            raise ContractBroken(f"{self._label} {wrong}")
        places = {passage.id: place for place, passage in enumerate(given)}
        for passage in passages:
            if passage.id not in places:
                raise ContractBroken(f"{self._label} returned a passage that it was not given: {passage.id!r}")
            if replace(given[places[passage.id]], score=passage.score) != passage:
                raise ContractBroken(f"{self._label} changed the passage {passage.id!r} of {passage.source}")
        return [[places[passage.id], float(passage.score)] for passage in passages]

    def _key(self, one: Candidates) -> str:
        given: list[Json] = [[p.id, p.start, p.end, p.text, p.heading, p.score] for p in one.passages]
        return fingerprint("rerank", self._fingerprint, one.question, given)


def score_problems(passages: Sequence[Passage], scale: ScoreScale) -> Iterator[str]:
    """The problems with a ranking's scores, as clauses without a subject."""
    if len({passage.id for passage in passages}) != len(passages):
        yield "gave a passage twice"
    scores = [passage.score for passage in passages]
    strange = next((score for score in scores if not _is_finite_number(score)), 0.0)
    if not _is_finite_number(strange):
        yield f"gave the score {strange}"
        return
    outside = [score for score in scores if not _is_within(score, scale)]
    if outside:
        yield f"gave the score {outside[0]}, and its scale {_bounds_text(scale)}"
    elif scores != sorted(scores, reverse=scale.higher_is_better):
        yield "did not give the best first"


def _declared_scale(component: Retriever | Reranker, label: str) -> ScoreScale:
    scale: object = getattr(component, "scale", None)
    if not isinstance(scale, ScoreScale):
        raise ContractBroken(f"{label} has the scale {scale!r}: expected a ScoreScale")
    return scale


def _as_list(found: object, said: str, what: str) -> list[Any]:
    """A plugin's result for several questions; the caller checks each entry."""
    if isinstance(found, str | Mapping | Ranking) or not isinstance(found, Iterable):
        raise ContractBroken(f"{said} {name_type(found)}, expected a list of {what}")
    return list(found)


def _require_ranking(ranking: object, label: str) -> None:
    if not isinstance(ranking, Ranking):
        raise ContractBroken(f"{label} returned {name_type(ranking)} for a question, expected a Ranking")
    _require_passages(ranking.passages, f"{label} returned a Ranking with")
    if not isinstance(blind := cast(object, ranking.blind), str):
        raise ContractBroken(f"{label} returned a Ranking whose 'blind' is {name_type(blind)}, expected a text")


def _require_passages(passages: object, said: str) -> Sequence[Passage]:
    if not isinstance(passages, list | tuple):
        raise ContractBroken(f"{said} {name_type(passages)} for a question, expected passages")
    for one in passages:
        if not isinstance(one, Passage):
            raise ContractBroken(f"{said} {name_type(one)} among the passages of a question, expected a Passage")
    return passages


def _is_finite_number(score: object) -> bool:
    return isinstance(score, Real) and not isinstance(score, bool) and math.isfinite(score)


def _is_within(score: float, scale: ScoreScale) -> bool:
    too_low = scale.lowest is not None and score < scale.lowest - _NEAR
    return not too_low and (scale.highest is None or score <= scale.highest + _NEAR)


def _bounds_text(scale: ScoreScale) -> str:
    if scale.highest is None:
        return f"begins at {scale.lowest:g}"
    return f"ends at {scale.highest:g}" if scale.lowest is None else f"goes from {scale.lowest:g} to {scale.highest:g}"


def _restore_order(passages: Sequence[Passage], kept: dict[str, Json] | None) -> list[Passage]:
    order = [] if kept is None else kept["order"]
    assert isinstance(order, list)
    places = [one for one in order if isinstance(one, list)]
    return [replace(passages[int(str(place))], score=float(str(score))) for place, score in places]
