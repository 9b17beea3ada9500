"""The prompts of recipes that have none of their own, in the language of the question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from potluck.documents import Passage
from potluck.language import is_chinese


@dataclass(frozen=True, slots=True)
class Prompts:
    """One language's wording: to answer, to refine an answer, to ask for a score, to refuse, to show an example."""

    answer: str
    refine: str
    score: str
    refusal: str
    example: str


CHINESE = Prompts(
    answer=(
        "請只根據以下內容回答問題；若內容中沒有答案，請只回答「我不知道」。\n\n{examples}內容：\n{context}\n\n問題：{question}\n回答："
    ),
    refine=(
        "問題：{question}\n目前的回答：{answer}\n\n以下是另外的內容：\n{context}\n\n"
        "若這些內容有助於回答，請改寫得更完整；否則請照原樣重複目前的回答。\n回答："
    ),
    score="\n最後另起一行，以「分數：」加上 0 到 100 的整數，表示這個回答有多大把握。",
    refusal="我不知道",
    example="例題：{question}\n回答：{answer}\n\n",
)

ENGLISH = Prompts(
    answer=(
        "Answer the question from the content below only. If the content does not hold the answer, say only "
        '"I don\'t know".\n\n{examples}Content:\n{context}\n\nQuestion: {question}\nAnswer:'
    ),
    refine=(
        "Question: {question}\nThe answer so far: {answer}\n\nHere is more content:\n{context}\n\n"
        "If it helps, rewrite the answer to be more complete; otherwise repeat the answer as it is.\nAnswer:"
    ),
    score='\nOn a last line write "Score:" and a whole number from 0 to 100 that says how sure the answer is.',
    refusal="I don't know",
    example="Example question: {question}\nAnswer: {answer}\n\n",
)


def prompts_for(question: str) -> Prompts:
    """The wording in the language of a question."""
    return CHINESE if is_chinese(question) else ENGLISH


def context_of(passages: Sequence[Passage]) -> str:
    """The passages as a prompt shows them: numbered, with document, section and heading above the text."""
    return "\n\n".join(_format_passage(number, passage) for number, passage in enumerate(passages, 1))


def _format_passage(number: int, passage: Passage) -> str:
    place = " ".join([PurePosixPath(passage.source.partition("#")[0]).stem, *passage.sections[:1]])
    heading = f"{passage.heading}\n" if passage.heading else ""
    return f"[{number}] {place}\n{heading}{passage.text}"
