"""A question with its answers, as results and reports list it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from potluck.documents import Passage
from potluck.evaluation.results import Answered
from potluck.questions.question_file import Question
from potluck.results.comparison import AnswerResult, ChunkText, CitedSpan, GoldResult, QuestionResult

_SHOWN_BEYOND = 6
"""Passages that a question lists beyond those that the model was shown."""


def question_result(
    question: Question, answers: Mapping[str, tuple[Answered, int]], chunks: dict[str, ChunkText]
) -> QuestionResult:
    """A question with the answer of each variant, and how many passages its model was shown.

    Passages are put into ``chunks`` by their keys.
    """
    gold = GoldResult(
        ids=tuple(question.gold_ids),
        sections=tuple(question.gold_sections),
        answers=tuple(question.answers),
        facts=tuple(question.gold_facts),
    )
    listed = {name: _answer(one, k, chunks) for name, (one, k) in answers.items()}
    return QuestionResult(question.id, question.question, question.answerable, gold, listed, question.generated_by)


def _answer(one: Answered, k: int, chunks: dict[str, ChunkText]) -> AnswerResult:
    retrieved = one.retrieved[: k + _SHOWN_BEYOND]
    keys = [_chunk(passage, chunks) for passage in retrieved]
    return AnswerResult(
        text=one.answer.text,
        refused=one.refused,
        finish=one.answer.finish,
        scores=dict(one.score.values),
        seconds=round(one.seconds, 6),
        retrieved=tuple(keys),
        shown=min(k, len(keys)),
        citations=tuple(_citations(one, dict(zip(keys, retrieved, strict=True)))),
    )


def _chunk(passage: Passage, chunks: dict[str, ChunkText]) -> str:
    """The key of a passage, which is listed once: passages of other splitters are others."""
    key = f"{passage.source}:{passage.start}-{passage.end}"
    if key not in chunks:
        chunks[key] = ChunkText(passage.source, passage.section, passage.page, passage.page_label, passage.text)
    return key


def _citations(one: Answered, passages: Mapping[str, Passage]) -> Iterator[CitedSpan]:
    """Where the cited spans lie in the passages that are listed."""
    for cited in one.citations:
        for key, passage in passages.items():
            if passage.source == cited.source and passage.start <= cited.start and cited.end <= passage.end:
                yield CitedSpan(key, cited.start - passage.start, cited.end - passage.start)
                break
