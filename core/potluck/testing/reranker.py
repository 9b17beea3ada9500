"""The rules of rerankers. They are tried on passages that were found for questions in English and Chinese."""

from __future__ import annotations

import contextlib
import io
import math
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from potluck.contracts import Candidates, Reranker
from potluck.documents import Passage
from potluck.egress import allow_only
from potluck.testing.kit import Subject, fresh_component, need, need_as_offered, rule
from potluck.testing.retrieval import ODD_QUESTIONS, QUESTIONS, KitEmbedder, kit_corpus, scale_problem

_NEAR = 1e-6
_NEEDS = {"embedder", "chat"}
_FEW = 8

_fresh_reranker: Callable[[Subject], AbstractContextManager[Reranker]] = fresh_component
"""A fresh reranker of the plugin under test, closed in the end."""


def _candidates(question: str, count: int = _FEW) -> Candidates:
    """The passages that the kit's own embedder finds for a question, best first."""
    passages, (vector,) = kit_corpus(), KitEmbedder().embed_questions([question])
    return Candidates(question, tuple(passages.nearest(vector, count)))


def _batch(reranker: Any) -> list[Candidates]:
    return [_candidates(question, min(_FEW, reranker.candidates)) for question in QUESTIONS]


def _rerank(reranker: Any, batch: Sequence[Candidates]) -> list[list[Passage]]:
    """The orders. Breaks the rule if the result is anything else."""
    orders = reranker.rerank(list(batch))
    need(isinstance(orders, list) and len(orders) == len(batch), f"of {len(batch)} questions it gives {orders!r:.200}")
    for order in orders:
        need(isinstance(order, list), f"an order is a {type(order).__name__}, not a list")
        need(all(isinstance(one, Passage) for one in order), f"it gives {order!r:.200}")
    return list(orders)


def _need_same(one: Sequence[Passage], other: Sequence[Passage], what: str) -> None:
    ids = [passage.id for passage in one], [passage.id for passage in other]
    need(ids[0] == ids[1], f"{what}: {ids[0][:3]} became {ids[1][:3]}")
    for a, b in zip(one, other, strict=True):
        need(math.isclose(a.score, b.score, abs_tol=_NEAR, rel_tol=_NEAR), f"{what}: {a.score} became {b.score}")


@rule("reranker", "says-what-it-is")
def check_declared(subject: Subject) -> None:
    """What it needs, its scale and the rest are of the contract's types; it takes as many as the settings say."""
    with _fresh_reranker(subject) as reranker:
        need(isinstance(reranker.needs, frozenset), f"needs is {reranker.needs!r}")
        unknown = sorted(map(repr, reranker.needs.difference(_NEEDS)))
        need(not unknown, f"it needs {', '.join(unknown)}; there are: {', '.join(sorted(_NEEDS))}")
        need(not (wrong := scale_problem(reranker.scale)), wrong)
        for name in ("candidates", "batch_size"):
            value = getattr(reranker, name)
            need(type(value) is int and value > 0, f"{name} is {value!r}")
        wanted = subject.settings.get("candidates", reranker.candidates)
        need(reranker.candidates == wanted, f"candidates is {reranker.candidates}, and the settings say {wanted}")
        need_as_offered(subject, reranker)


@rule("reranker", "an-order-for-each-question")
def check_orders(subject: Subject) -> None:
    """Each question has an order; of no passages there is an empty one, and of no questions there is none."""
    with _fresh_reranker(subject) as reranker:
        _rerank(reranker, _batch(reranker))
        need(_rerank(reranker, [Candidates(QUESTIONS[0], ())]) == [[]], "of no passages it gives some")
        need(_rerank(reranker, []) == [], "of no questions it gives an order")


@rule("reranker", "passages-as-given")
def check_passages(subject: Subject) -> None:
    """It returns passages that it was given, each at most once, with another score and nothing else."""
    with _fresh_reranker(subject) as reranker:
        batch = _batch(reranker)
        for one, order in zip(batch, _rerank(reranker, batch), strict=True):
            given = {passage.id: passage for passage in one.passages}
            for passage in order:
                need(passage.id in given, f"it returns {passage.id!r}, which it was not given for {one.question!r}")
                need(replace(given[passage.id], score=passage.score) == passage, f"{passage.id} was changed")
            need(len({passage.id for passage in order}) == len(order), "a passage is there twice")


@rule("reranker", "best-first")
def check_order(subject: Subject) -> None:
    """Passages come best first, by its scale."""
    with _fresh_reranker(subject) as reranker:
        for order in _rerank(reranker, _batch(reranker)):
            scores = [passage.score for passage in order]
            need(scores == sorted(scores, reverse=reranker.scale.higher_is_better), f"the scores are {scores[:5]}")


@rule("reranker", "within-the-scale")
def check_scale(subject: Subject) -> None:
    """A score is a ``float``, neither infinite nor NaN, and within its scale."""
    with _fresh_reranker(subject) as reranker:
        lowest, highest = reranker.scale.lowest, reranker.scale.highest
        for score in (passage.score for order in _rerank(reranker, _batch(reranker)) for passage in order):
            need(type(score) is float and math.isfinite(score), f"a score is {score!r} ({type(score).__name__})")
            need(lowest is None or score >= lowest - _NEAR, f"the score {score} is less than {lowest}")
            need(highest is None or score <= highest + _NEAR, f"the score {score} is more than {highest}")


@rule("reranker", "keeps-some")
def check_kept(subject: Subject) -> None:
    """It keeps some of the passages found, for at least one question."""
    with _fresh_reranker(subject) as reranker:
        need(any(_rerank(reranker, _batch(reranker))), "it leaves out every passage of every question")


@rule("reranker", "takes-as-many-as-it-says")
def check_candidates(subject: Subject) -> None:
    """It orders a single passage, and as many as it says that it takes."""
    with _fresh_reranker(subject) as reranker:
        for count in (1, reranker.candidates):
            found = _candidates(QUESTIONS[1], count)
            copies = -(-count // max(1, len(found.passages)))
            many = [replace(p, id=f"{p.id}-{n}") for n in range(copies) for p in found.passages][:count]
            (order,) = _rerank(reranker, [Candidates(QUESTIONS[1], tuple(many))])
            need(len(order) <= count, f"of {count} passages it returns {len(order)}")


@rule("reranker", "alone-or-together")
def check_batch(subject: Subject) -> None:
    """A question's passages have the same order whatever stands beside them."""
    with _fresh_reranker(subject) as reranker:
        batch = _batch(reranker)
        alone = [_rerank(reranker, [one])[0] for one in batch]
        for one, other in zip(alone, _rerank(reranker, batch[::-1])[::-1], strict=True):
            _need_same(one, other, "with other questions")


@rule("reranker", "repeatable")
def check_repeatable(subject: Subject) -> None:
    """The same passages have the same order again, whatever was asked before, and from another instance."""
    with _fresh_reranker(subject) as reranker, _fresh_reranker(subject) as another:
        batch = _batch(reranker)
        first = _rerank(reranker, batch)
        for again, who in ((reranker, "the second time"), (another, "from another instance")):
            for one, other in zip(first, _rerank(again, batch), strict=True):
                _need_same(one, other, who)


@rule("reranker", "any-text")
def check_texts(subject: Subject) -> None:
    """Any question and any passage that is not blank is taken: long, of signs only, of any script."""
    with _fresh_reranker(subject) as reranker:
        for question in ODD_QUESTIONS:
            found = _candidates(QUESTIONS[1], min(3, reranker.candidates)).passages
            odd = (*found[:-1], replace(found[-1], text=question, end=found[-1].start + len(question)))
            try:
                _rerank(reranker, [Candidates(question, odd)])
            except AssertionError:
                raise
            except Exception as error:
                raise AssertionError(f"{type(error).__name__}: {error}, of {question!r:.80}") from error


@rule("reranker", "prints-nothing")
def check_silent(subject: Subject) -> None:
    """It prints nothing on standard output, which belongs to the command."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), _fresh_reranker(subject) as reranker:
        _rerank(reranker, _batch(reranker))
    need(not printed.getvalue(), f"it printed {printed.getvalue()[:80]!r}")


@rule("reranker", "sends-nothing")
def check_egress(subject: Subject) -> None:
    """It sends nothing to another machine than the one that its ``sends_to`` names."""
    with allow_only(subject.sends_to) as shut, _fresh_reranker(subject) as reranker:
        _rerank(reranker, _batch(reranker))
    need(not shut.refused, f"it tried to reach {', '.join(shut.refused)}")


@rule("reranker", "identity-is-text")
def check_identity(subject: Subject) -> None:
    """``identity`` is a mapping of texts, the same for two instances."""
    with _fresh_reranker(subject) as reranker, _fresh_reranker(subject) as another:
        one, other = dict(reranker.identity()), dict(another.identity())
    need(one == other, "two instances have two identities")
    need(all(isinstance(part, str) for pair in one.items() for part in pair), f"it is {one}")
