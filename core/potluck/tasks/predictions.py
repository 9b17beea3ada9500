"""Predicting: answering the rows of a file, or typed input, without known answers, each with the model's confidence.

The rows of a file are answered at most once ever for the same model and prompt, as those of an evaluation are.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from potluck.answering.asking import stream_model
from potluck.answering.choices import check_scores_text, label_logprobs
from potluck.answering.remarks import remarks_on
from potluck.components.components import Components
from potluck.contracts import ChatOptions
from potluck.datasets.examples import ExampleBuilder
from potluck.datasets.prepare import prepare_dataset
from potluck.datasets.row_files import DatasetRow, read_rows
from potluck.datasets.wording import TaskWording, wording_of
from potluck.documents import Answer, Json, Message
from potluck.errors import PotluckError
from potluck.evaluation.resources import Resources
from potluck.json_values import as_json
from potluck.observation.stage import model_call, stage
from potluck.recipe.model import RecipeModel
from potluck.recipe.tuning_settings import DatasetSettings
from potluck.results.answers import TaskAnswerResult
from potluck.tasks.answers import ExampleAnswerer, Given, item_of


@dataclass(frozen=True, slots=True)
class Prediction:
    """A model's answer to a row.

    ``score`` is from 0 to 1: of a label its probability among the labels, of a text the geometric mean of its tokens'
    probabilities; None if the model does not tell. ``scores`` are those of all labels; empty for texts.
    """

    fields: Mapping[str, Json]
    answer: Answer
    score: float | None
    scores: Mapping[str, float]
    seconds: float
    cached: bool = False

    def as_json(self) -> dict[str, Json]:
        """As ``potluck ask --json`` prints it for the recipe of a task."""
        answer = self.answer
        return as_json(
            TaskAnswerResult(
                fields={name: str(value) for name, value in self.fields.items()},
                answer=answer.text,
                score=self.score,
                scores=self.scores,
                finish=answer.finish,
                thoughts=answer.thoughts,
                served_by=answer.served_by,
                remarks=tuple(remarks_on(answer)),
                seconds=round(self.seconds, 3),
                tokens=answer.usage,
            )
        )


def known_labels(recipe: RecipeModel) -> tuple[str, ...]:
    """The labels that a recipe chooses among, in order; empty if its task is not a classification.

    They are those that it learns from, else those that its adapter learned, else those of its file of questions. Raises
    ``PotluckError`` if nothing names any.
    """
    if recipe.tuning.task != "classification":
        return ()
    if recipe.tuning.dataset is not None:
        return prepare_dataset(recipe).labels
    if isinstance(recipe.tuning.adapter, Path):
        from potluck.tuning.artifact import read_manifest

        if labels := read_manifest(recipe.tuning.adapter)["labels"]:
            return tuple(labels)
    if recipe.questions is not None:
        rows, settings = read_rows(recipe.questions), DatasetSettings(path=str(recipe.questions))
        build = ExampleBuilder(recipe.prompt, settings, rows, evaluating=True, classify=True)
        return tuple(sorted({example.target for example in build.examples(build.usable(rows))}))
    raise PotluckError(f"{recipe.path}: nothing names the labels to choose from; add 'dataset: FILE' or an 'adapter'")


class TaskAnswers:
    """Answers with a recipe that names a task. ``resources`` lend the chat model, which is loaded when it is asked."""

    def __init__(self, recipe: RecipeModel, resources: Resources) -> None:
        """Nothing is read yet."""
        self._recipe, self._resources = recipe, resources

    @cached_property
    def wording(self) -> TaskWording:
        """The recipe's wording of its input: the fields that it needs. Raises ``RecipeError`` as a dataset does."""
        return wording_of(self._recipe)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The labels that it chooses among; empty if it writes texts."""
        return known_labels(self._recipe)

    def ask(self, fields: Mapping[str, str], on_text: Callable[[str], None] | None = None) -> Prediction:
        """Answer one input, anew each time. ``on_text`` gets the pieces of a written answer as they come.

        Raises ``RecipeError`` if there is no text in the fields.
        """
        (example,) = self.wording.examples([DatasetRow(fields, Path("what was asked"), 0, 1)])
        components = self._with_chat()
        components.prepared_chat()
        started, labels = time.perf_counter(), self.labels
        with stage(self._resources.observers, "answer", "questions", 1, self._recipe.chat):
            if not labels:
                answer = _write_answer(components, example.messages, on_text)
                return Prediction(fields, answer, None, {}, time.perf_counter() - started)
            found = label_logprobs(components.chat, example.messages, labels)
        scores = _shares(dict(zip(labels, found, strict=True)))
        best = max(labels, key=scores.__getitem__)
        return Prediction(fields, Answer(best), scores[best], scores, time.perf_counter() - started)

    def rows(self, path: Path) -> list[DatasetRow]:
        """The rows of a file to predict, in the encoding of the recipe's dataset. Raises as ``read_rows`` does."""
        settings = self._recipe.tuning.dataset
        return read_rows(path, settings.encoding if settings else None)

    def predict(self, rows: Sequence[DatasetRow]) -> Iterator[Prediction]:
        """Answer the rows of a file, in order; what was answered before is not asked again.

        Raises ``RecipeError`` with the rows that lack something, before any is answered.
        """
        examples = self.wording.examples(rows)
        items = [item_of(row.number, example, ()) for row, example in zip(rows, examples, strict=True)]
        components = self._with_chat()
        answerer = ExampleAnswerer(components, self.labels, self._resources.workspace.answer_cache)
        with stage(self._resources.observers, "predict", "rows", len(items), self._recipe.chat) as running:
            for row, given in zip(rows, answerer.answer_all(items), strict=True):
                yield _prediction(row.fields, given, answerer, components)
                running.advance()

    def _with_chat(self) -> Components:
        components = self._resources.with_chat(self._recipe)
        if self.labels:
            check_scores_text(components.chat, self._recipe.chat.name, "so that labels cannot be scored as choices")
        return components


def _write_answer(components: Components, messages: Sequence[Message], on_text: Callable[[str], None] | None) -> Answer:
    part = components.recipe.chat
    assert isinstance(part.config, ChatOptions), "checked where the chat model is made"
    with model_call("chat") as spent:
        answer = stream_model(components.chat, part.name, messages, part.config, on_text)
        spent.count(answer.usage)
    return answer


def _prediction(
    fields: Mapping[str, Json], given: Given, answerer: ExampleAnswerer, components: Components
) -> Prediction:
    if given.logprobs:
        scores = _shares(given.logprobs)
        return Prediction(fields, given.answer, scores[given.answer.text], scores, given.seconds, given.cached)
    score = None
    if components.chat.scores_text and given.answer.text:
        score = 1 / answerer.surprise_by(given.item, given.answer.text).perplexity
    return Prediction(fields, given.answer, score, {}, given.seconds, given.cached)


def _shares(logprobs: Mapping[str, float]) -> dict[str, float]:
    """Probabilities among the labels alone, which sum to 1."""
    highest = max(logprobs.values())
    weights = {label: math.exp(value - highest) for label, value in logprobs.items()}
    total = math.fsum(weights.values())
    return {label: weight / total for label, weight in weights.items()}
