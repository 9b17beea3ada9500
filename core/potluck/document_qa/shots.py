"""Choosing the worked examples that a prompt shows, without showing what is asked."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from potluck.answering.builtin_prompts import prompts_for
from potluck.components.components import Components
from potluck.embedding.queries import question_vectors
from potluck.errors import PotluckError
from potluck.language import grams
from potluck.questions.question_file import Question, read_questions
from potluck.recipe.model import RecipeModel
from potluck.stages.answer import WorkedExample, no_examples
from potluck.workspace.answer_cache import AnswerCache

_ALIKE = 0.8
"""Two questions that share this much of their character pairs (Jaccard) are the same question in other words."""


@dataclass(frozen=True, slots=True)
class _Example:
    shot: WorkedExample
    answerable: bool
    grams: frozenset[str]


def chooser(
    recipe: RecipeModel, components: Components, cache: AnswerCache
) -> Callable[[str], Sequence[WorkedExample]]:
    """What chooses the examples for a question, as ``shots`` of the recipe says; the same for the same question.

    An example that is the question itself, or nearly, is never chosen. Raises ``PotluckError`` where the file has
    fewer examples than are asked for.
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
    ordered = _alternating(shuffled) if shots.select == "balanced" else shuffled
    return lambda question: [one.shot for one in _others(ordered, question)][: shots.count]


class _Nearest:
    """The examples whose questions are nearest to the one that is asked, the nearest last, where it counts most."""

    def __init__(self, examples: Sequence[_Example], count: int, components: Components, cache: AnswerCache) -> None:
        self._examples, self._count = list(examples), count
        self._components, self._cache = components, cache

    def __call__(self, question: str) -> Sequence[WorkedExample]:
        import numpy as np

        components, others = self._components, _others(self._examples, question)
        if not others:
            return []
        asked = [question, *(one.shot.question for one in others)]
        fingerprint = components.embedder_fingerprint
        vectors, _ = question_vectors(asked, lambda: components.embedder, fingerprint, self._cache)
        nearness = np.stack([vectors[one.shot.question] for one in others]) @ vectors[question]
        order = np.argsort(-nearness, kind="stable")[: self._count]
        return [others[i].shot for i in reversed(order)]


def _example(question: Question) -> _Example:
    return _Example(
        WorkedExample(question.question, _answer(question)), question.answerable, frozenset(grams(question.question))
    )


def _answer(question: Question) -> str:
    if not question.answerable:
        return prompts_for(question.question).refusal
    return question.answers[0] if question.answers else "；".join(question.gold_facts)


def _others(examples: Sequence[_Example], question: str) -> list[_Example]:
    """The examples that do not give the question away."""
    asked = frozenset(grams(question))
    return [one for one in examples if len(one.grams & asked) < _ALIKE * max(1, len(one.grams | asked))]


def _alternating(examples: Sequence[_Example]) -> list[_Example]:
    """Those with an answer and those without in turn, as long as there are both."""
    with_answer = [one for one in examples if one.answerable]
    without = [one for one in examples if not one.answerable]
    both = min(len(with_answer), len(without))
    turns = [one for pair in zip(with_answer, without, strict=False) for one in pair]
    return turns + with_answer[both:] + without[both:]
