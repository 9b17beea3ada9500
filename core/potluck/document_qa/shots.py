"""Choosing the worked examples that a prompt shows, without showing what is asked."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from potluck.answering.builtin_prompts import prompts_for
from potluck.answering.worked_examples import in_turn, nearest, unlike
from potluck.components.components import Components
from potluck.embedding.queries import question_vectors
from potluck.errors import PotluckError
from potluck.language import grams
from potluck.questions.question_file import Question, read_questions
from potluck.recipe.model import RecipeModel
from potluck.stages.answer import WorkedExample, no_examples
from potluck.workspace.answer_cache import AnswerCache


@dataclass(frozen=True, slots=True)
class _Example:
    shot: WorkedExample
    answerable: bool
    grams: frozenset[str]


def chooser(
    recipe: RecipeModel, components: Components, cache: AnswerCache
) -> Callable[[str], Sequence[WorkedExample]]:
    """The function that chooses the examples for a question as ``shots`` says; the same for the same question.

    An example that is the question itself, or nearly, is never chosen. Raises ``PotluckError`` if the file has fewer
    examples than are asked for.
    """
    shots = recipe.shots
    if not shots.count or shots.examples is None:
        return no_examples
    examples = [_example(question) for question in read_questions(shots.examples) if _answer(question)]
    if len(examples) < shots.count:
        raise PotluckError(
            f"{shots.examples}: shots asks for {shots.count} examples, and {len(examples)} questions in it have an "
            "answer; add some, or ask for fewer"
        )
    shuffled = random.Random(recipe.seed).sample(examples, len(examples))  # noqa: S311  (no secret)
    if shots.select == "nearest":
        return _Nearest(shuffled, shots.count, components, cache)
    if shots.select == "balanced":
        shuffled = in_turn(sorted(shuffled, key=lambda one: not one.answerable), lambda one: one.answerable)
    return lambda question: [one.shot for one in _unlike(shuffled, question)][: shots.count]


class _Nearest:
    """The examples whose questions are nearest to the one that is asked, the nearest last, where it counts most."""

    def __init__(self, examples: Sequence[_Example], count: int, components: Components, cache: AnswerCache) -> None:
        self._examples, self._count = list(examples), count
        self._components, self._cache = components, cache

    def __call__(self, question: str) -> Sequence[WorkedExample]:
        import numpy as np

        components, others = self._components, list(_unlike(self._examples, question))
        if not others:
            return []
        asked = [question, *(one.shot.question for one in others)]
        fingerprint = components.embedder_fingerprint
        vectors, _ = question_vectors(asked, lambda: components.embedder, fingerprint, self._cache)
        order = nearest(np.stack([vectors[one.shot.question] for one in others]), vectors[question])
        return [others[number].shot for number, _ in reversed(order[: self._count])]


def _unlike(examples: Sequence[_Example], question: str) -> Iterator[_Example]:
    """The examples that do not give the question away. Digits count: they are what many questions differ in."""
    return unlike(examples, lambda one: one.grams, grams(question))


def _example(question: Question) -> _Example:
    shot = WorkedExample(question.question, _answer(question))
    return _Example(shot, question.answerable, grams(question.question))


def _answer(question: Question) -> str:
    if not question.answerable:
        return prompts_for(question.question).refusal
    return question.answers[0] if question.answers else "；".join(question.gold_facts)
