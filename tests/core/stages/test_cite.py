"""Citations: the quotes of a model that quotes, else the sentences that say the same as the answer.

Modules: ``potluck.stages.cite``.
"""

from __future__ import annotations

import pytest

from potluck.documents import Answer, Passage, Quote
from potluck.errors import ContractBroken
from potluck.stages.answer import AnswerWithSources
from potluck.stages.cite import cite

PASSAGES = [
    Passage("id4", "規範4.doc", "短鋼軌係指長度在標準長度以下5m以上之鋼軌。短鋼軌不得使用於外軌。", 100, 136, 0.9),
    Passage("id6", "規範6.doc", "長鋼軌係指長度在25m以上未滿200m之鋼軌。", 100, 124, 0.8),
]


def narrow(one: Passage, start: int, end: int) -> Passage:
    return Passage(one.id, one.source, one.text[start:end], one.start + start, one.start + end, one.score)


def test_the_quotes_of_a_model_are_its_citations() -> None:
    given = AnswerWithSources(Answer("25m以上", quotes=(Quote(1, 10, 15),)), tuple(PASSAGES))

    (citation,) = cite(given, narrow)

    assert (citation.text, citation.start) == (PASSAGES[1].text[10:15], 110)


def test_a_quote_outside_its_passage_breaks_the_contract() -> None:
    with pytest.raises(ContractBroken, match="outside"):
        cite(AnswerWithSources(Answer("x", quotes=(Quote(0, 5, 500),)), tuple(PASSAGES)), narrow)


def test_an_answer_in_own_words_is_cited_by_the_sentences_that_say_the_same() -> None:
    given = AnswerWithSources(Answer("短鋼軌是指長度在標準長度以下、5m以上的鋼軌。天氣很好。"), tuple(PASSAGES))

    (citation,) = cite(given, narrow)

    assert citation.text == "短鋼軌係指長度在標準長度以下5m以上之鋼軌。"


def test_a_refusal_cites_nothing() -> None:
    assert cite(AnswerWithSources(Answer("我不知道", quotes=(Quote(0, 0, 3),)), tuple(PASSAGES)), narrow) == []
