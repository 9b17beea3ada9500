"""Measuring: was the right passage found, is the answer right, and does it say so when it does not know?

All measures go from 0 to 1, higher is better. A measure is None where nothing could be measured, never a made-up
number. Pure functions; nothing is read or written.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from potluck.documents import Json, Passage
from potluck.evaluation.citations import citation_precision
from potluck.evaluation.questions import Question
from potluck.evaluation.text import any_contained, exact_match, f1, is_cjk, rouge_l, share_contained
from potluck.text import is_refusal

CUTS = (1, 2, 5)
"""The k of recall@k, precision@k and ndcg@k."""

DESCRIPTIONS: Mapping[str, str] = {
    **{f"recall@{k}": f"share of what should be found that is among the first {k}" for k in CUTS},
    **{f"precision@{k}": f"share of the first {k} that should be found" for k in CUTS},
    **{f"ndcg@{k}": f"gain of the first {k}, discounted by rank, against the best order" for k in CUTS},
    "map": "mean of the precision at the rank of each thing that should be found",
    "mrr": "one divided by the rank of the first right one",
    **{f"answer_recall@{k}": f"share of the facts that stand in the first {k} passages" for k in CUTS},
    "exact_match": "the answer is the right one in the same words",
    "f1": "words in common with the right answer; characters in Chinese",
    "rouge_l": "longest common subsequence with the right answer",
    "fact": "share of the facts that the answer contains",
    "citation_precision": "share of the clauses, numbers and quotations of an answer that its passages hold",
    "refusal_precision": "share of the refused questions that cannot be answered",
    "refusal_recall": "share of the questions that cannot be answered that were refused",
    "accuracy": "share of the examples whose label was chosen",
    "bits_per_character": "how surprised the model is by the right answer",
    "latency": "seconds of an answer",
    "cost": "US dollars of an answer",
}
"""The measures with what they mean."""

_OF_RUNS = {"refusal_precision", "refusal_recall", "accuracy", "bits_per_character", "latency", "cost"}

MEASURES = tuple(name for name in DESCRIPTIONS if name not in _OF_RUNS)
"""The measures that a question has by itself; a summary is their mean over the questions that have them."""

LOWER_IS_BETTER = frozenset({"latency", "cost", "perplexity", "bits_per_character"})
"""Measures of which less is better; of all others more is."""

_EXTENSION = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,9}$")


@dataclass(frozen=True, slots=True)
class QuestionScore:
    """How one question did.

    ``values`` holds those of ``MEASURES`` that apply to it. ``refused`` says whether the answer was that one does not
    know; None where no answer was asked for. ``empty`` is True for an answer without a character, ``filtered`` for one
    that a service's content filter withheld: it counts as wrong.
    """

    id: str
    answerable: bool
    values: Mapping[str, float]
    refused: bool | None = None
    empty: bool = False
    filtered: bool = False

    def as_json(self) -> dict[str, Json]:
        """As ``potluck evaluate --json`` lists it."""
        filtered: dict[str, Json] = {"filtered": True} if self.filtered else {}
        return {"answerable": self.answerable, "refused": self.refused, **filtered, **self.values}


def score(
    question: Question,
    passages: Sequence[Passage],
    answer: str | None,
    refused: bool | None = None,
    shown: int | None = None,
    filtered: bool = False,
) -> QuestionScore:
    """Measure one question.

    ``passages`` are all that were retrieved, best first; the model saw the first ``shown`` (all, if that is not said).
    ``answer`` is None where only retrieval is measured; one that failed is an empty text and counts as wrong.
    ``refused`` overrides what the answer's words say.

    An unanswerable question has no values: what counts is ``refused``. A refusal of an answerable one has an exact
    match and F1 of 0. So has one whose answer was ``filtered``, which is neither refused nor empty.
    """
    values: dict[str, float] = {}
    if question.answerable:
        values |= _retrieval(question, passages)
    if answer is None:
        return QuestionScore(question.id, question.answerable, values)
    if filtered:
        values |= _answer(question, "", refused=True) if question.answerable else {}
        return QuestionScore(question.id, question.answerable, values, refused=False, filtered=True)
    empty = not answer.strip()
    if refused is None:
        refused = not empty and is_refusal(answer)
    if question.answerable:
        values |= _answer(question, answer, refused)
        if not refused and (cited := citation_precision(answer, passages[:shown])) is not None:
            values["citation_precision"] = cited
    return QuestionScore(question.id, question.answerable, values, refused, empty)


def summarise(scores: Sequence[QuestionScore]) -> dict[str, float | None]:
    """The means of all measures, the two of refusing, and counts.

    ``refusal_precision`` is the share of the refused questions that cannot be answered, ``refusal_recall`` the share
    of the questions that cannot be answered that were refused.
    """
    measures = {name: _mean([one.values[name] for one in scores if name in one.values]) for name in MEASURES}
    answered = [one for one in scores if one.refused is not None]
    right = [float(not one.answerable) for one in answered if one.refused]
    caught = [float(bool(one.refused)) for one in answered if not one.answerable]
    return {
        **measures,
        "refusal_precision": _mean(right),
        "refusal_recall": _mean(caught),
        "questions": len(scores),
        "answerable": sum(one.answerable for one in scores),
        "with_gold": sum("mrr" in one.values for one in scores),
        "answered": len(answered),
        "refused": len(right),
        "empty": sum(one.empty for one in answered),
        "filtered": sum(one.filtered for one in answered),
    }


def document_id(source: str) -> str:
    """What ``gold_ids`` call a document: its file name without folder, extension, and what stands behind a ``#``."""
    name = re.split("#|::", source.replace("\\", "/"), maxsplit=1)[0].rsplit("/", 1)[-1]
    return _EXTENSION.sub("", name)


def gold_id(source: str, question: Question) -> str:
    """What the question would call a document: a record of a file (``corpus.jsonl#q7``) may go by its own name."""
    record = source.partition("#")[2]
    return record if record in question.gold_ids else document_id(source)


def gold_ranks(question: Question, passages: Sequence[Passage]) -> list[int | None]:
    """The rank of each thing that should have been found, counted from 0, or None where it was not found.

    Sections where the question names any: each at the best passage that holds it. Names the question documents
    besides (other than the sections again), only passages of those count. Else documents, of which each counts once,
    at its best place.
    """
    golds = dict.fromkeys(map(document_id, question.gold_ids))
    if not question.gold_sections:
        found = dict.fromkeys(gold_id(passage.source, question) for passage in passages)
        return _ranks(golds, [(name,) for name in found])
    sections = dict.fromkeys(question.gold_sections)
    anywhere = not golds or not golds.keys().isdisjoint(map(document_id, sections))
    held = [p.sections if anywhere or document_id(p.source) in golds else () for p in passages]
    return _ranks(sections, held)


def _ranks(golds: Mapping[str, None], held: Sequence[Sequence[str]]) -> list[int | None]:
    return [next((rank for rank, labels in enumerate(held) if gold in labels), None) for gold in golds]


def _retrieval(question: Question, passages: Sequence[Passage]) -> Iterator[tuple[str, float]]:
    ranks = gold_ranks(question, passages)
    if ranks:
        found = sorted(rank for rank in ranks if rank is not None)
        for k in CUTS:
            within = sum(rank < k for rank in found)
            yield f"recall@{k}", within / len(ranks)
            yield f"precision@{k}", len({rank for rank in found if rank < k}) / k
            yield f"ndcg@{k}", _ndcg(found, len(ranks), k)
        yield "map", sum((number + 1) / (place + 1) for number, place in enumerate(_places(found))) / len(ranks)
        best = min((rank for rank in ranks if rank is not None), default=None)
        yield "mrr", 0.0 if best is None else 1 / (best + 1)
    if question.answers or question.gold_facts:
        for k in CUTS:
            texts = (text for passage in passages[:k] for text in (passage.heading, passage.text))
            yield f"answer_recall@{k}", _facts(question, *texts)


def _ndcg(found: Sequence[int], golds: int, k: int) -> float:
    """With a gain of 1 for each (Järvelin and Kekäläinen 2002)."""
    best = sum(1 / math.log2(place + 2) for place in range(min(golds, k)))
    return sum(1 / math.log2(place + 2) for place in _places(found) if place < k) / best


def _places(ranks: Sequence[int]) -> list[int]:
    """The ranks, in order; what is found at one rank together counts as if one followed the other."""
    places: list[int] = []
    for rank in ranks:
        places.append(max(rank, places[-1] + 1) if places else rank)
    return places


def _answer(question: Question, answer: str, refused: bool) -> Iterator[tuple[str, float]]:
    golds = question.answers
    cjk = is_cjk(" ".join(golds) + question.question)
    if golds:
        yield "exact_match", 0.0 if refused else max(exact_match(answer, gold, cjk) for gold in golds)
        yield "f1", 0.0 if refused else max(f1(answer, gold, cjk) for gold in golds)
        yield "rouge_l", 0.0 if refused else max(rouge_l(answer, gold, cjk) for gold in golds)
    if golds or question.gold_facts:
        yield "fact", _facts(question, answer)


def _facts(question: Question, *texts: str) -> float:
    """The share of the facts that the texts contain; without facts, whether they contain one of the answers."""
    if question.gold_facts:
        return share_contained(question.gold_facts, *texts)
    return any_contained(question.answers, *texts)


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None
