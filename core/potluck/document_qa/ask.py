"""Asking: retrieve, answer, cite, with the ledger of one question."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from potluck.components.components import Components
from potluck.documents import Answer, Json, Passage
from potluck.errors import EmptyQuestion, StoreMismatch
from potluck.json_values import as_json
from potluck.ledger import Ledger
from potluck.observation.stage import stage
from potluck.recipe.model import RecipeModel
from potluck.refusals import is_refusal
from potluck.results.answers import AskResult, PassageResult
from potluck.stages.answer import Answerer, WorkedExample
from potluck.stages.cite import cite
from potluck.stages.retrieve import Searcher, account_results, search
from potluck.visible import is_blank

if TYPE_CHECKING:
    from potluck.observation.observers import Observers


@dataclass(frozen=True, slots=True)
class AskReport:
    """An answer and how it came about. ``retrieved`` is best first; ``calls`` counts calls of the chat model."""

    question: str
    answer: Answer
    refused: bool
    citations: list[Passage]
    retrieved: list[Passage]
    calls: int
    ledger: Ledger = field(default_factory=Ledger)
    seconds: float = 0.0

    def as_json(self) -> dict[str, Json]:
        """As ``potluck ask --json`` prints it."""
        return as_json(
            ask_result(
                self.question, self.answer, self.refused, self.citations, self.retrieved, self.ledger, self.seconds
            )
        )


def ask_result(
    question: str,
    answer: Answer,
    refused: bool,
    citations: Sequence[Passage],
    retrieved: Sequence[Passage],
    ledger: Ledger,
    seconds: float,
) -> AskResult:
    """An answer and how it came about, as the commands print it."""
    return AskResult(
        question=question,
        answer=answer.text,
        refused=refused,
        finish=answer.finish,
        thoughts=answer.thoughts,
        served_by=answer.served_by,
        citations=tuple(map(passage_result, citations)),
        retrieved=tuple(map(passage_result, retrieved)),
        ledger=ledger.accounts(),
        seconds=round(seconds, 3),
        tokens=answer.usage,
    )


def passage_result(passage: Passage) -> PassageResult:
    """A passage as the commands print it."""
    return PassageResult(
        source=passage.source,
        section=passage.section,
        sections=tuple(passage.sections),
        page=passage.page,
        page_label=passage.page_label,
        start=passage.start,
        end=passage.end,
        text=passage.text,
        score=round(passage.score, 6),
    )


def check_question(question: str) -> None:
    """Raise ``EmptyQuestion`` for a question without a visible character."""
    if is_blank(question):
        raise EmptyQuestion("the question is empty; write it in quotes: 'When was the bridge built?'")


def ask(
    question: str,
    recipe: RecipeModel,
    components: Components,
    searcher: Searcher,
    observers: Observers,
    *,
    examples: Callable[[str], Sequence[WorkedExample]],
    on_text: Callable[[str], None] | None = None,
    notes: Sequence[str] = (),
) -> AskReport:
    """Answer one question from the ``retriever.k`` nearest passages, showing the model the ``examples`` for it.

    ``notes`` are what the ledger is to say of the index.
    """
    started = time.perf_counter()
    ledger = Ledger()
    try:
        found, _ = search([question], recipe.retriever.k, searcher, observers)
    except StoreMismatch:
        components.note_length()
        raise
    account_results(ledger, found, searcher, notes)
    retrieved = found[0].passages
    entry = ledger.open("answer", "passages")
    with stage(observers, "answer", "questions", 1, recipe.chat) as running:
        given = Answerer(recipe, components.chat, on_text, examples).answer(question, retrieved, entry)
        running.advance()
    citations = cite(given, searcher.narrow)
    seconds = time.perf_counter() - started
    return AskReport(question, given.answer, refuses(given.answer), citations, retrieved, given.calls, ledger, seconds)


def refuses(answer: Answer) -> bool:
    """Whether an answer is a refusal. An answer that a filter withheld is not."""
    return answer.finish != "filter" and is_refusal(answer.text)
