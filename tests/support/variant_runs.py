"""Variants with answers that no model was asked for, and what is found when they are compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from potluck import recipe as recipes
from potluck.comparison.document import Setting, comparison_result
from potluck.comparison.variant_run import ModelRun, VariantRun
from potluck.contracts import Attempt
from potluck.document_qa.answered import AnsweredQuestion
from potluck.documents import Answer, Passage, Usage
from potluck.evaluation.results import Answered
from potluck.metrics.chief import Chief
from potluck.metrics.scorer import QuestionScore
from potluck.questions.question_file import Question
from potluck.recipe.swaps import Variant
from potluck.results.comparison import Cause, ComparisonResult
from support.scoring import usual


def variant(name: str, swaps: Mapping[str, str] | None = None, text: str = "retriever: {k: 2}\n") -> Variant:
    """A variant of a recipe that is read from a text."""
    return Variant(name, swaps or {}, recipes.loads(text, Path("recipe.yaml"), []))


def passage(number: int, length: int = 10) -> Passage:
    """A passage of a regulation, by its number."""
    start = number * length
    return Passage(f"id{number}", "規範.txt", "x" * length, start, start + length, 1.0, sections=("1.4",), page=number)


def answered(
    number: int,
    values: Mapping[str, float] | None = None,
    refused: bool | None = False,
    answerable: bool = True,
    seconds: float = 0.5,
    passages: int = 12,
    citations: Sequence[Passage] = (),
) -> Answered:
    """A question with an answer and the values that it is measured by."""
    question = Question(f"q{number}", f"第{number}題", answerable=answerable, answers=("x",) if answerable else ())
    answer = Answer(f"answer {number}", "stop", Usage(1000 * number, 100))
    found = [passage(place) for place in range(passages)]
    said = None if refused is None else answer.text
    attempt = Attempt(question.question, answer=said, answerable=answerable, refused=bool(refused))
    refusals = {name: value for name, value in usual().values(attempt).items() if name.startswith("refusal")}
    score = QuestionScore(question.id, answerable, {**(values or {}), **refusals}, refused, attempt=attempt)
    return AnsweredQuestion(question, answer, score, seconds, retrieved=found, citations=citations)


def run(name: str, *rounds: Sequence[Answered], **more: Any) -> VariantRun:
    """What became of a variant that gave these answers, a list a round."""
    surprises = more.pop("surprises", {})
    models = [ModelRun([[*one] for one in rounds], surprises)] if rounds else []
    return VariantRun(variant(name, more.pop("swaps", None)), models, **more)


def of_f1(name: str, *values: float, **more: Any) -> VariantRun:
    """A variant whose answers have these values of F1."""
    return run(name, [answered(number, {"f1": value}) for number, value in enumerate(values)], **more)


SETTING = Setting("run-1", "規範", "recipe.yaml", "q.jsonl", "grid", "a", 0.0, ("a note",))


def result(runs: Sequence[VariantRun], metric: str = "f1", causes: Sequence[Cause] = ()) -> ComparisonResult:
    """The comparison of some variants."""
    questions = [one.question for one in next(run for run in runs if run.models).first]
    return comparison_result(SETTING, runs, questions, causes, Chief(metric), usual())
