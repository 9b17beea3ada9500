"""Evaluating: answer every question of a file, and measure retrieval and answers."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from potluck import degenerate
from potluck.adapters.resolve import resolve_adapter
from potluck.answering.remarks import remarks_on_all
from potluck.components.components import Components
from potluck.contracts import ChatOptions, Config
from potluck.document_qa.answer_cache import Asked, Asker, changed_model
from potluck.document_qa.ask import AskReport, passage_json, refuses
from potluck.document_qa.shots import chooser
from potluck.documents import Json, Passage, Usage
from potluck.errors import PotluckError
from potluck.ledger import Amount, Ledger
from potluck.metrics.scorer import QuestionScore, Scorer
from potluck.observation.stage import stage
from potluck.questions.gold import check_gold, gold_id, read_known
from potluck.questions.question_file import Question, read_question_file
from potluck.stages.cite import cite
from potluck.stages.retrieve import Searcher
from potluck.workspace.answer_cache import AnswerCache

if TYPE_CHECKING:
    import pluggy

DEPTH = 50
"""Passages that are retrieved for measuring, however few the model is shown: several may be of one document."""

_LISTED = 10


@dataclass(frozen=True, slots=True)
class Answered:
    """One question with what was answered and how that scores."""

    question: Question
    report: AskReport
    score: QuestionScore

    def as_json(self) -> dict[str, Json]:
        """As ``potluck evaluate --json`` lists it."""
        retrieved = self.report.retrieved
        ids: list[Json] = list(dict.fromkeys(gold_id(passage.source, self.question) for passage in retrieved))
        return {
            "question_id": self.question.id,
            **self.report.as_json(),
            "retrieved": [passage_json(passage) for passage in retrieved[:_LISTED]],
            "retrieved_ids": ids[:_LISTED],
            "scores": self.score.as_json(),
        }


@dataclass(slots=True)
class EvaluationReport:
    """The measures of a file of questions (None where nothing could be measured), and each answer."""

    metrics: dict[str, float | None]
    answered: list[Answered]
    usage: Usage = field(default_factory=Usage)
    cost: float | None = None
    seconds: float = 0.0
    ledger: Ledger = field(default_factory=Ledger)
    notes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Json]:
        """As ``potluck evaluate --json`` prints it."""
        return {
            "metrics": {**self.metrics, "seconds": round(self.seconds, 3)},
            "questions": [one.as_json() for one in self.answered],
            "tokens": self.usage.as_json(),
            "cost": self.cost,
            "notes": list(self.notes),
            "ledger": self.ledger.as_json(),
        }


def evaluate(
    path: Path,
    components: Components,
    search: Searcher,
    cache: AnswerCache,
    observers: pluggy.PluginManager,
    limit: int | None = None,
) -> EvaluationReport:
    """Answer the questions of a file; ``limit`` takes the first so many. Raises what a question raises.

    What was asked before, with the same model, prompt and passages, is not asked again.
    """
    started = time.perf_counter()
    file = read_question_file(path, limit)
    questions = file.questions
    if not questions:
        raise PotluckError(f"{path}: there are no questions in it")
    check_gold(questions, read_known(components.recipe, search))
    resolve_adapter(components)
    found, _ = retrieve_all(questions, components.recipe.retriever.k, search, cache, observers)
    asker = Asker(components.recipe, components, cache, chooser(components.recipe, components, cache))
    scorer = Scorer(components.metrics, components.recipe.metrics)
    answered = answer_all(questions, found, components.recipe.retriever.k, asker, search, scorer, observers)
    report = _report(answered, scorer, components, time.perf_counter() - started)
    report.notes = list(file.notes)
    return report


def retrieve_all(
    questions: Sequence[Question], k: int, search: Searcher, cache: AnswerCache, observers: pluggy.PluginManager
) -> tuple[list[list[Passage]], int]:
    """What is retrieved for each question, for measuring deeper than ``k``; and how many were embedded for it."""
    with stage(observers, "retrieve", "questions", len(questions), search.part) as running:
        embedded = search.prepare([question.question for question in questions], cache)
        found = []
        for question in questions:
            found.append(search.retrieve(question.question, max(DEPTH, k)))
            running.advance()
    return found, embedded


def answer_all(
    questions: Sequence[Question],
    found: Sequence[list[Passage]],
    k: int,
    asker: Asker,
    search: Searcher,
    scorer: Scorer,
    observers: pluggy.PluginManager,
) -> list[tuple[Answered, Asked]]:
    """Answer each question from the first ``k`` of its passages, cite and score it."""
    answered = []
    with stage(observers, "answer", "questions", len(questions), asker.part) as running:
        shown = [passages[:k] for passages in found]
        asked = asker.ask_all([question.question for question in questions], shown)
        for question, passages, one in zip(questions, found, asked, strict=True):
            answered.append((_answered(question, passages, k, one, search, scorer), one))
            running.advance()
    return answered


def _answered(
    question: Question, passages: list[Passage], shown: int, asked: Asked, search: Searcher, scorer: Scorer
) -> Answered:
    given = asked.given
    refused = refuses(given.answer)
    citations = cite(given, search.narrow)
    report = AskReport(
        question.question, given.answer, refused, citations, passages, given.calls, asked.ledger, asked.seconds
    )
    filtered = given.answer.finish == "filter"
    return Answered(question, report, scorer.score(question, passages, given.answer.text, refused, shown, filtered))


def _report(
    both: list[tuple[Answered, Asked]], scorer: Scorer, components: Components, seconds: float
) -> EvaluationReport:
    answered = [one for one, _ in both]
    report = EvaluationReport(scorer.summarise([one.score for one in answered]), answered, seconds=seconds)
    report.usage = sum((one.report.answer.usage for one in answered), Usage())
    if components.chat.prices is not None:
        prompt, completion = components.chat.prices
        report.cost = (report.usage.prompt * prompt + report.usage.completion * completion) / 1e6
    entry = report.ledger.open("answer", "passages")
    for one in answered:
        (single,) = one.report.ledger.entries
        entry.came_in += single.came_in
        entry.went_out += single.went_out
        entry.dropped += single.dropped
        entry.notes += [f"{one.question.id}: {note}" for note in single.notes if note.startswith("fit:")]
    entry.notes += remarks_on_all({one.question.id: one.report.answer for one in answered})
    entry.notes += changed_model([asked.served for _, asked in both])
    entry.cut = Amount()
    entry.notes += cut_answers(answered, components.recipe.chat.config)
    return report


def cut_answers(answered: Sequence[Answered], options: Config) -> Iterator[str]:
    """What to say of answers that ended at the limit of tokens; ``options`` are the chat model's."""
    cut = sum(one.report.answer.finish == "length" for one in answered)
    if isinstance(options, ChatOptions):
        yield from degenerate.of_ends(cut, len(answered), options.max_tokens)
