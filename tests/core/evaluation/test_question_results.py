"""A question is listed with each answer, and passages that several answers share are listed once.

Modules: ``potluck.evaluation.question_results``.
"""

from __future__ import annotations

from dataclasses import replace

from potluck.evaluation.question_results import question_result
from potluck.results.comparison import ChunkText, CitedSpan
from support.reports import asked


def test_answers_share_their_passages() -> None:
    one, chunks = asked().answered[0], dict[str, ChunkText]()
    found = question_result(one.question, {"a": (one, 2), "b": (one, 1)}, chunks)
    assert len(chunks) == 3
    assert found.answers["a"].retrieved == found.answers["b"].retrieved == tuple(chunks)
    assert [answer.shown for answer in found.answers.values()] == [2, 1]
    assert found.gold.answers == one.question.answers


def test_a_citation_lies_where_it_lies_in_its_passage() -> None:
    one, chunks = asked().answered[0], dict[str, ChunkText]()
    (first, *_), (cited,) = one.retrieved, one.citations
    moved = replace(one, citations=[replace(cited, start=3, end=9)])
    found = question_result(one.question, {"a": (moved, 3)}, chunks)
    assert found.answers["a"].citations == (CitedSpan(f"{first.source}:{first.start}-{first.end}", 3, 9),)
    elsewhere = replace(one, citations=[replace(cited, source="other.doc")])
    assert question_result(one.question, {"a": (elsewhere, 3)}, {}).answers["a"].citations == ()


def test_more_passages_than_the_model_was_shown_are_listed_up_to_six() -> None:
    one = asked().answered[0]
    many = [replace(one.retrieved[0], source=f"規範-{n}.doc") for n in range(20)]
    found = question_result(one.question, {"a": (replace(one, retrieved=many), 2)}, {})
    assert (found.answers["a"].shown, len(found.answers["a"].retrieved)) == (2, 8)
