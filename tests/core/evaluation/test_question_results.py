"""A question is listed with each answer, and passages that several answers share are listed once.

Modules: ``potluck.evaluation.question_results``.
"""

from __future__ import annotations

from dataclasses import replace

from potluck.evaluation.question_results import question_result
from potluck.questions.question_file import Question
from potluck.results.comparison import ChunkText, CitedSpan, GoldResult
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


def test_a_question_says_what_is_right_and_an_answer_what_was_said_and_how_it_scores() -> None:
    known = Question(
        "q7", "多厚？", gold_ids=("規範.doc",), gold_sections=("3.2",), answers=("20公分",), gold_facts=("20",),
        answerable=False,
    )  # fmt: skip
    *_, refused = asked().answered
    found = question_result(known, {"a": (replace(refused, seconds=0.12345678), 0)}, {})

    assert (found.id, found.question, found.answerable) == ("q7", "多厚？", False)
    assert found.gold == GoldResult(("規範.doc",), ("3.2",), ("20公分",), ("20",))
    one = found.answers["a"]
    assert (one.text, one.refused, one.finish, one.seconds) == ("我不知道", True, "stop", 0.123457)
    assert (one.scores, one.shown) == ({"f1": 0.0, "recall@2": 1.0}, 0)


def test_a_passage_is_listed_with_its_place_and_a_citation_has_to_lie_within_it() -> None:
    one, chunks = asked().answered[0], dict[str, ChunkText]()
    (first, *_), (cited,) = one.retrieved, one.citations
    later = replace(first, start=100, end=100 + len(first.text))
    spans = ((104, 109), (0, first.end), (0, first.end + 1))
    citations = [replace(cited, start=start, end=end) for start, end in spans]
    moved = replace(one, retrieved=[first, later], citations=citations)
    found = question_result(one.question, {"a": (moved, 2)}, chunks)

    assert [*chunks] == [f"{first.source}:0-{first.end}", f"{first.source}:100-{later.end}"]
    assert chunks[f"{first.source}:0-{first.end}"] == ChunkText(first.source, "3.2.2", 4, None, first.text)
    assert [(span.start, span.end) for span in found.answers["a"].citations] == [(104, 109), (0, first.end)]
