"""Answers by quoting: the sentences and table rows of the passages that answer best, word for word.

Needs no model file. What it cannot find it does not know: where the rare words of the question are in no passage, it
says so. Own method; words are weighted by rarity after Robertson and Zaragoza, The Probabilistic Relevance Framework:
BM25 and Beyond (2009).
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

import potluck
from potluck.contracts import ChatModel, ChatOptions, Context
from potluck.documents import Answer, Message, Passage, Usage
from potluck_plugins.chat._shared.questions import QuestionPart, question_parts
from potluck_plugins.chat._shared.quoting import pieces, shorten, text_of_pieces
from potluck_plugins.chat._shared.relevance import Evidence, Ranked
from potluck_plugins.chat._shared.units import Unit
from potluck_plugins.chat._shared.words import count_words, end_of, has_han

_ALSO = 0.95
"""A sentence this near to the chance of the best is quoted as well."""
_MENTIONS = 0.8
"""A section is about the thing if it covers this much of what the best covers."""
_TIED = 0.98
"""Rows of one table this near to each other: the table is meant, not the row."""


class ExtractiveConfig(ChatOptions):
    """Settings of the ``extractive`` chat model. Its tokens are Han characters and words; it does not sample."""

    threshold: float = Field(default=0.1, ge=0.0, le=1.0)
    """The least chance of being the answer, as estimated from its words, that a sentence needs to be quoted."""

    max_sentences: int = Field(default=3, ge=1)
    """The most sentences, rows or tables of an answer; a question with more parts gets one for each part."""


class Extractive(ChatModel):
    """Quotes from the ``passages`` of the last user message what answers its ``question``; always the same."""

    context_window = None
    reads_prompt = False
    ignores = frozenset({"temperature", "top_p", "presence_penalty", "frequency_penalty", "seed"})

    def __init__(self, config: ExtractiveConfig, context: Context) -> None:
        self._threshold = config.threshold
        self._most = config.max_sentences

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Han and Kana characters singly, words and numbers whole."""
        return sum(count_words(message.content) for message in messages)

    def chat(self, messages: Sequence[Message], options: ChatOptions) -> Answer:
        """Quote, or refuse in the language of the question."""
        asked = next((message for message in reversed(messages) if message.role == "user"), Message("user", ""))
        question = asked.content if asked.question is None else asked.question
        found = pieces(list(self._choose_units(question, asked.passages)), asked.passages)
        text = text_of_pieces(found, asked.passages) or ("我不知道" if has_han(question) else "I don't know")
        stopped = [place for stop in options.stop if stop and (place := text.find(stop)) >= 0]
        full = end_of(text, options.max_tokens)
        limit = min([len(text), *stopped, *([full] if full is not None else [])])
        kept = list(shorten(found, limit))
        return Answer(
            text=text_of_pieces(kept, asked.passages) if found else text[:limit],
            finish="length" if full == limit else "stop",
            usage=Usage(self.count_tokens(messages), count_words(text[:limit])),
            quotes=tuple(piece.quote for piece in kept),
        )

    def _choose_units(self, question: str, passages: Sequence[Passage]) -> list[tuple[Unit, QuestionPart]]:
        """The units to quote, part by part, each once."""
        evidence = Evidence(passages)
        wanted = question_parts(question)
        chosen: dict[Unit, QuestionPart] = {}  # in order of choice
        for part in wanted:
            ranked = [each for each in evidence.rank(part) if each.chance >= self._threshold]
            if part.listed:
                ranked = [each for each in ranked if each.unit not in chosen] or ranked
            most = 1 if part.single or len(wanted) > 1 else self._most
            for unit in self._mentions(ranked) if part.kind == "sections" else _best(ranked)[:most]:
                chosen.setdefault(unit, part)
        return list(chosen.items())

    def _mentions(self, ranked: Sequence[Ranked]) -> list[Unit]:
        """The best unit of each section, or passage without one, that is about the thing."""
        found: dict[str | int, Unit] = {}
        for each in ranked:
            if each.covered >= ranked[0].covered * _MENTIONS:
                found.setdefault(each.unit.label or each.unit.passage, each.unit)
        return list(found.values())[: self._most]


def _best(ranked: Sequence[Ranked]) -> list[Unit]:
    """The best unit and the sentences hardly worse; the whole table where its rows cannot be told apart."""
    if not ranked:
        return []
    chance, last, _, first = ranked[0]
    if first.table is None:
        return [each.unit for each in ranked if each.chance >= chance * _ALSO and each.unit.table is None]
    same = [each for each in ranked if (each.unit.passage, each.unit.table) == (first.passage, first.table)]
    if len(same) > 1 and same[1].chance >= chance * _TIED and same[1].last >= last * _TIED:
        return [first._replace(start=first.table[0], end=first.table[1], lead=None)]
    return [first]


@potluck.hookimpl
def potluck_chat() -> potluck.Offer[Extractive]:
    """Offer the quoting chat model."""
    return potluck.Offer(
        "quotes the sentences that answer; no model file, says when it does not know", ExtractiveConfig, Extractive
    )
