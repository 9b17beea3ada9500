"""The rules of retrievers. They are tried on passages and questions in English and Chinese."""

from __future__ import annotations

import contextlib
import io
import math
from collections.abc import Iterator, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, get_args

from potluck.contracts import IndexedRetriever, Ranking, RetrievalNeed, Retriever
from potluck.documents import Passage
from potluck.egress import allow_only
from potluck.overlap import is_cjk
from potluck.testing.kit import Skipped, Subject, need, need_as_offered, rule
from potluck.testing.retrieval import ODD_QUESTIONS, QUESTIONS, KitCorpus, kit_corpus, scale_problem, use_corpus

_MANY = 10
_NEAR = 1e-6
"""By how much scores that should be equal may differ."""
_NEEDS = get_args(RetrievalNeed)
_COMMON = {"use", "k", "fit"}
"""The keys beside the settings of a retriever in a recipe."""


@contextmanager
def open_retriever(subject: Subject, passages: KitCorpus | None = None, folder: str = "own") -> Iterator[Any]:
    """A fresh retriever over some passages, with its own index up to date if it has one; closed in the end."""
    passages = kit_corpus() if passages is None else passages
    with use_corpus(passages):
        retriever: Retriever = subject.make(folder)
        try:
            retriever.open(passages)
            if isinstance(retriever, IndexedRetriever) and retriever.ids() != passages.ids:
                fill_index(retriever, passages)
                retriever.close()
                retriever = subject.make(folder)
                retriever.open(passages)
            yield retriever
        finally:
            retriever.close()


def fill_index(retriever: IndexedRetriever, passages: KitCorpus) -> None:
    """Bring a retriever's own index up to date, as potluck does."""
    held, wanted = retriever.ids(), passages.ids
    retriever.delete(sorted(held - wanted))
    retriever.add([passages.passage(one) for one in sorted(wanted - held)])
    retriever.commit()


def retrieve_all(
    retriever: Any, questions: Sequence[str], k: int = _MANY, within: Set[str] | None = None
) -> list[Ranking]:
    """Its rankings. Breaks the rule if the result is anything else."""
    found = retriever.retrieve(list(questions), k, within)
    need(
        isinstance(found, list) and len(found) == len(questions),
        f"of {len(questions)} questions it gives {found!r:.200}",
    )
    for ranking in found:
        need(isinstance(ranking, Ranking), f"it gives {ranking!r:.200}, which is not a Ranking")
        need(isinstance(ranking.passages, tuple), f"the passages are a {type(ranking.passages).__name__}, not a tuple")
        for passage in ranking.passages:
            need(isinstance(passage, Passage), f"it found {passage!r:.200}, which is not a Passage")
    return list(found)


def passage_spans(ranking: Ranking) -> list[tuple[str, int, int]]:
    """The passages' spans, in order."""
    return [(passage.id, passage.start, passage.end) for passage in ranking.passages]


def need_same(one: Sequence[Ranking], other: Sequence[Ranking], what: str) -> None:
    """Break the rule unless two lists of rankings are the same, but for rounding."""
    for first, second in zip(one, other, strict=True):
        need(
            passage_spans(first) == passage_spans(second),
            f"{what}: {passage_spans(first)[:3]} became {passage_spans(second)[:3]}",
        )
        for a, b in zip(first.passages, second.passages, strict=True):
            need(math.isclose(a.score, b.score, abs_tol=_NEAR, rel_tol=_NEAR), f"{what}: {a.score} became {b.score}")


@rule("retriever", "says-what-it-is")
def check_declared(subject: Subject) -> None:
    """What it needs, its scale and the rest are of the contract's types; no setting takes a name of the recipe's."""
    taken = sorted(_COMMON & set(subject.settings))
    need(not taken, f"a setting is called {', '.join(taken)}, as one that every recipe has")
    with open_retriever(subject) as retriever:
        need(isinstance(retriever.needs, frozenset), f"needs is {retriever.needs!r}")
        unknown = sorted(map(repr, retriever.needs.difference(_NEEDS)))
        need(not unknown, f"it needs {', '.join(unknown)}; there are: {', '.join(_NEEDS)}")
        need(not (wrong := scale_problem(retriever.scale)), wrong)
        need(type(retriever.batch_size) is int and retriever.batch_size > 0, f"batch_size is {retriever.batch_size!r}")
        need(type(retriever.threads) is bool, f"threads is {retriever.threads!r}")
        need_as_offered(subject, retriever)


@rule("retriever", "asks-for-what-it-needs")
def check_needs(subject: Subject) -> None:
    """It asks the corpus for nothing but what ``needs`` names."""
    passages = kit_corpus()
    with open_retriever(subject, passages) as retriever:
        retrieve_all(retriever, QUESTIONS)
        hidden = passages.asked - retriever.needs
        inner = [one for one in subject.settings.values() if isinstance(one, list | tuple | dict)]
        need(not hidden or inner, f"it asks for {', '.join(sorted(hidden))}, and its needs are {set(retriever.needs)}")


@rule("retriever", "a-ranking-for-each-question")
def check_rankings(subject: Subject) -> None:
    """Each question has a ranking; no question has none."""
    with open_retriever(subject) as retriever:
        retrieve_all(retriever, QUESTIONS)
        retrieve_all(retriever, [])


@rule("retriever", "passages-of-the-corpus")
def check_passages(subject: Subject) -> None:
    """It returns passages of the corpus, or spans of their documents, with another score and nothing else."""
    passages = kit_corpus()
    with open_retriever(subject, passages) as retriever:
        for found in (one for ranking in retrieve_all(retriever, QUESTIONS) for one in ranking.passages):
            need(found.id in passages.ids, f"it found {found.id!r}, which is not in the corpus")
            whole = replace(passages.passage(found.id), score=found.score)
            same = found in (whole, passages.span(whole, found.start, found.end))
            need(same, f"{found.id} was changed: {found!r:.300}")


@rule("retriever", "at-most-k")
def check_k(subject: Subject) -> None:
    """A question has at most ``k`` passages, each once."""
    with open_retriever(subject) as retriever:
        for k in (1, 2, 7, 500):
            for ranking in retrieve_all(retriever, QUESTIONS, k):
                found = [one.id for one in ranking.passages]
                need(len(found) <= k, f"{len(found)} passages for k = {k}")
                need(len(set(found)) == len(found), f"a passage is there twice, for k = {k}")


@rule("retriever", "best-first")
def check_order(subject: Subject) -> None:
    """Passages come best first, by its scale."""
    with open_retriever(subject) as retriever:
        for ranking in retrieve_all(retriever, QUESTIONS):
            scores = [one.score for one in ranking.passages]
            need(scores == sorted(scores, reverse=retriever.scale.higher_is_better), f"the scores are {scores[:5]}")


@rule("retriever", "within-the-scale")
def check_scale(subject: Subject) -> None:
    """A score is a ``float``, neither infinite nor NaN, and within its scale."""
    with open_retriever(subject) as retriever:
        lowest, highest = retriever.scale.lowest, retriever.scale.highest
        for score in (one.score for ranking in retrieve_all(retriever, QUESTIONS) for one in ranking.passages):
            need(type(score) is float and math.isfinite(score), f"a score is {score!r} ({type(score).__name__})")
            need(lowest is None or score >= lowest - _NEAR, f"the score {score} is less than {lowest}")
            need(highest is None or score <= highest + _NEAR, f"the score {score} is more than {highest}")


@rule("retriever", "finds-english-and-chinese")
def check_found(subject: Subject) -> None:
    """If passages are asked for word by word, some of each language are found, unless it says that it is blind."""
    passages = kit_corpus()
    asked = [passage for passage in passages.passages.values() if passage.source == "規範 manual.txt"]
    with open_retriever(subject, passages) as retriever:
        rankings = retrieve_all(retriever, [passage.text for passage in asked], 5)
    for language in (False, True):
        seen = [(p, r) for p, r in zip(asked, rankings, strict=True) if is_cjk(p.text) is language and not r.blind]
        met = any(p.text in one.text for p, r in seen for one in r.passages)
        name = "Chinese" if language else "English"
        need(met or not seen, f"no {name} passage is found by its own words")
    need(not all(ranking.blind for ranking in rankings), "it is blind for every question")


@rule("retriever", "blind-finds-nothing")
def check_blind(subject: Subject) -> None:
    """``blind`` is a text, and if it says something, nothing is found."""
    with open_retriever(subject) as retriever:
        for ranking in retrieve_all(retriever, [*QUESTIONS, *ODD_QUESTIONS]):
            need(isinstance(ranking.blind, str) and ranking.blind.isprintable(), f"blind is {ranking.blind!r}")
            need(not (ranking.blind and ranking.passages), f"it is blind, and found {len(ranking.passages)} passages")


@rule("retriever", "any-question")
def check_odd(subject: Subject) -> None:
    """Any question that is not blank can be asked."""
    with open_retriever(subject) as retriever:
        for question in ODD_QUESTIONS:
            try:
                retrieve_all(retriever, [question])
            except AssertionError:
                raise
            except Exception as error:
                raise AssertionError(f"{type(error).__name__}: {error}, of {question!r:.80}") from error


@rule("retriever", "an-empty-corpus")
def check_empty(subject: Subject) -> None:
    """If there are no passages, nothing is found."""
    with open_retriever(subject, KitCorpus({}, {})) as retriever:
        for ranking in retrieve_all(retriever, QUESTIONS):
            need(not ranking.passages, f"it found {len(ranking.passages)} passages")


@rule("retriever", "only-within")
def check_within(subject: Subject) -> None:
    """Limited to some ids it finds only those, and finds them as if the others were not there."""
    passages = kit_corpus()
    some = [frozenset(sorted(passages.ids)[::2]), frozenset(one for one in passages.ids if one.startswith("no"))]
    asked = [*QUESTIONS, *(passages.passage(one).text for one in sorted(some[1]))]
    with open_retriever(subject, passages) as retriever:
        for ranking in retrieve_all(retriever, asked, _MANY, frozenset()):
            need(not ranking.passages, "limited to nothing it finds something")
        free = retrieve_all(retriever, asked, len(passages.ids))
        for within in some:
            limited = retrieve_all(retriever, asked, len(passages.ids), within)
            for question, before, after in zip(asked, free, limited, strict=True):
                strange = [one.id for one in after.passages if one.id not in within]
                need(not strange, f"it found {', '.join(strange[:3])}, to which it was not limited")
                lost = {one.id for one in before.passages if one.id in within} - {one.id for one in after.passages}
                need(not lost, f"limited, it no longer finds {', '.join(sorted(lost)[:3])} for {question!r}")


@rule("retriever", "alone-or-together")
def check_batch(subject: Subject) -> None:
    """A question has the same ranking whatever it is asked with."""
    with open_retriever(subject) as retriever:
        alone = [retrieve_all(retriever, [question])[0] for question in QUESTIONS]
        together = retrieve_all(retriever, [*QUESTIONS[::-1], *ODD_QUESTIONS[:3]])[: len(QUESTIONS)][::-1]
        need_same(alone, together, "asked with others")


@rule("retriever", "repeatable")
def check_repeatable(subject: Subject) -> None:
    """A question has the same ranking again, whatever was asked before, and from another instance."""
    with open_retriever(subject) as retriever:
        first = retrieve_all(retriever, QUESTIONS)
        retrieve_all(retriever, ODD_QUESTIONS)
        need_same(first, retrieve_all(retriever, QUESTIONS), "asked again")
    with open_retriever(subject, folder="another") as another:
        need_same(first, retrieve_all(another, QUESTIONS), "asked of another instance")


@rule("retriever", "threads-as-it-says")
def check_threads(subject: Subject) -> None:
    """Asked from several threads at once it finds the same, if it allows threads."""
    with open_retriever(subject) as retriever:
        if not retriever.threads:
            raise Skipped("threads wait for each other")
        first = retrieve_all(retriever, QUESTIONS)
        with ThreadPoolExecutor(4) as pool:
            for found in pool.map(lambda _: retrieve_all(retriever, QUESTIONS), range(12)):
                need_same(first, found, "asked from several threads")


@rule("retriever", "prints-nothing")
def check_silent(subject: Subject) -> None:
    """It prints nothing on standard output, which belongs to the command."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), open_retriever(subject) as retriever:
        retrieve_all(retriever, QUESTIONS)
    need(not printed.getvalue(), f"it printed {printed.getvalue()[:80]!r}")


@rule("retriever", "sends-nothing")
def check_egress(subject: Subject) -> None:
    """It sends nothing to another machine than the one that its ``sends_to`` names."""
    with allow_only(subject.sends_to) as shut, open_retriever(subject) as retriever:
        retrieve_all(retriever, QUESTIONS)
    need(not shut.refused, f"it tried to reach {', '.join(shut.refused)}")


@rule("retriever", "identity-is-text")
def check_identity(subject: Subject) -> None:
    """``identity`` is a mapping of texts, the same for two instances, known before it is opened."""
    with use_corpus(kit_corpus()):
        one, other = subject.make(), subject.make("another")
    try:
        first, second = dict(one.identity()), dict(other.identity())
    finally:
        one.close()
        other.close()
    need(first == second, "two instances have two identities")
    need(all(isinstance(part, str) for pair in first.items() for part in pair), f"it is {first}")
