"""Citing: from an answer to the spans of the documents that support it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from potluck.documents import Passage
from potluck.errors import ContractBroken
from potluck.language import grams, sentences
from potluck.refusals import is_refusal
from potluck.stages.answer import AnswerWithSources, quotes_within

_SUPPORT = 0.5
"""Share of a sentence's character pairs that a passage's sentence must hold to be cited for it."""


def cite(given: AnswerWithSources, narrow: Callable[[Passage, int, int], Passage]) -> list[Passage]:
    """The citations of an answer, in the order in which the answer uses them; none for a refusal.

    A model that quotes says itself what it quotes. For any other each sentence of the answer is checked against each
    sentence of the passages. ``narrow`` makes the passage for a span of a passage's text.
    """
    if is_refusal(given.answer.text):
        return []
    if given.answer.quotes:
        if not quotes_within(given.answer.quotes, given.passages):
            raise ContractBroken("the chat model's quotes lie outside its passages")
        spans = [(quote.passage, quote.start, quote.end) for quote in given.answer.quotes]
    else:
        spans = list(_find_support(given.answer.text, given.passages))
    return [narrow(given.passages[passage], start, end) for passage, start, end in dict.fromkeys(spans)]


def _find_support(answer: str, passages: Sequence[Passage]) -> Iterable[tuple[int, int, int]]:
    units = [
        (number, start, end, grams(passage.text[start:end]))
        for number, passage in enumerate(passages)
        for start, end in sentences(passage.text)
    ]
    for start, end in sentences(answer):
        wanted = grams(answer[start:end])
        if not wanted:
            continue
        best = max(units, key=lambda unit: len(wanted & unit[3]), default=None)
        if best is not None and len(wanted & best[3]) >= _SUPPORT * len(wanted):
            yield best[:3]
