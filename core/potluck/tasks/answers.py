"""Answering the examples of a task: by a text, or by the label that the model finds likeliest.

Each example is answered at most once ever for the same model and prompt.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from potluck.answering.asking import ask_model
from potluck.answering.choices import label_logprobs
from potluck.answering.remarks import remarks_on
from potluck.components.components import Components
from potluck.contracts import Attempt, ChatOptions
from potluck.documents import Answer, Example, Json, Usage, plain
from potluck.errors import PotluckError
from potluck.evaluation.results import Answered
from potluck.evaluation.surprises import surprise_at
from potluck.fingerprints import fingerprint
from potluck.json_values import as_json
from potluck.metrics.perplexity import Surprise
from potluck.metrics.scorer import QuestionScore, Scorer
from potluck.observation.stage import model_call
from potluck.questions.question_file import Question
from potluck.reporting import in_current_stage
from potluck.workspace.answer_cache import AnswerCache


@dataclass(frozen=True, slots=True)
class Item:
    """An example of a file: as a question with its right answers, and as the chat model is asked it."""

    question: Question
    example: Example


@dataclass(frozen=True, slots=True)
class AnsweredExample(Answered):
    """An example of a task. What was unusual about the answer stands in its ``notes``."""

    target: str = ""
    """The right answer or label; of several right answers the first."""

    @property
    def right_answer(self) -> str:
        """The target."""
        return self.target

    def as_json(self) -> dict[str, Json]:
        """As ``potluck evaluate --json`` lists it."""
        return {
            "question_id": self.question.id,
            "input": self.question.question,
            "target": self.target,
            "answer": self.answer.text,
            "scores": dict(self.score.values),
            "remarks": list(self.answer.notes),
        }


@dataclass(frozen=True, slots=True)
class Given:
    """The answer to an example, before it is scored.

    ``logprobs`` are those of the labels by name, natural logarithms; empty if a text was written. ``cached`` says that
    nothing was asked now.
    """

    item: Item
    answer: Answer
    logprobs: Mapping[str, float]
    seconds: float
    cached: bool


class ExampleAnswerer:
    """Answers examples with a recipe's chat model: where there are ``labels``, by one of them.

    ``sample`` tells repeated answers of a model that samples apart.
    """

    def __init__(self, components: Components, labels: Sequence[str], answers: AnswerCache, sample: int = 0) -> None:
        """``components`` lend the chat model; nothing is loaded before an example is asked."""
        self._components, self._labels, self._answers = components, tuple(labels), answers
        config = components.recipe.chat.config
        if not isinstance(config, ChatOptions):
            raise PotluckError(f"the settings of the chat model {components.recipe.chat.name!r} are not ChatOptions")
        self._config = config
        self._chance: list[Json] = [sample] if sample and config.samples else []

    def answer_all(self, items: Sequence[Item]) -> Iterator[Given]:
        """Answer each example, in order; as many at once as the chat model takes."""
        ask = self._choose if self._labels else self._answer
        if self._components.chat.concurrency <= 1:
            yield from map(ask, items)
        else:
            with ThreadPoolExecutor(self._components.chat.concurrency) as pool:
                yield from pool.map(in_current_stage(ask), items)

    def is_answered(self, item: Item) -> bool:
        """Whether the answer to an example is kept."""
        if self._labels:
            return self._answers.answer(self._choice_key(item)) is not None
        return self._answers.answer(self._answer_key(item), cached=self._config.cache) is not None

    def surprise(self, item: Item) -> Surprise:
        """How surprised the chat model is by the target. Raises ``Unsupported`` if it cannot tell."""
        return self.surprise_by(item, item.example.target)

    def surprise_by(self, item: Item, text: str) -> Surprise:
        """How surprised it is by a text as the answer. Raises ``Unsupported`` if it cannot tell."""
        key = fingerprint("surprise at a target", self._components.chat_fingerprint, _prompt(item), text)
        chat, messages = self._components.chat, item.example.messages
        return surprise_at(chat, messages, text, self._answers, key, self._config.cache)

    def _choose(self, item: Item) -> Given:
        def ask() -> dict[str, Json]:
            return {"logprobs": [*label_logprobs(self._components.chat, item.example.messages, self._labels)]}

        labels = self._labels
        found, is_kept = self._ask_once(self._choice_key(item), ask)
        best = max(range(len(labels)), key=lambda number: found["logprobs"][number])
        logprobs = dict(zip(labels, found["logprobs"], strict=True))
        return Given(item, Answer(labels[best]), logprobs, found.get("seconds", 0.0), is_kept)

    def _answer(self, item: Item) -> Given:
        def ask() -> dict[str, Json]:
            with model_call("chat") as spent:
                answer = ask_model(self._components.chat, item.example.messages, self._config)
                spent.count(answer.usage)
            usage = answer.usage
            return {
                "text": answer.text.strip(),
                "usage": [usage.prompt, usage.completion, usage.cached, usage.reasoning],
                "remarks": [*remarks_on(answer)],
                "cut": answer.finish == "length",
                "served_by": answer.served_by,
            }

        found, is_kept = self._ask_once(self._answer_key(item), ask, self._config.cache)
        answer = Answer(
            str(found["text"]),
            "length" if found.get("cut") else "stop",
            Usage(*found["usage"]),
            notes=tuple(found["remarks"]),
            served_by=found.get("served_by", ""),
        )
        return Given(item, answer, {}, found.get("seconds", 0.0), is_kept)

    def _choice_key(self, item: Item) -> str:
        return fingerprint("choose to its end", self._components.chat_fingerprint, _prompt(item), list(self._labels))

    def _answer_key(self, item: Item) -> str:
        return fingerprint("answer without thoughts", self._components.chat_fingerprint, _prompt(item), *self._chance)

    def _ask_once(
        self, key: str, ask: Callable[[], dict[str, Json]], cached: bool = True
    ) -> tuple[dict[str, Any], bool]:
        """The kept answer, or a new one, with the seconds that it took; and whether it was kept."""
        kept = self._answers.answer(key, cached=cached)
        if kept is not None:
            return kept, True
        self._components.prepared_chat()
        started = time.perf_counter()
        answer = ask()
        found = {**answer, "seconds": time.perf_counter() - started, "chat": self._components.chat_fingerprint}
        self._answers.keep_answer(key, found, cached=cached)
        return found, False


class ExampleAsker(ExampleAnswerer):
    """Answers examples and scores the answers."""

    def __init__(
        self, components: Components, labels: Sequence[str], answers: AnswerCache, scorer: Scorer, sample: int = 0
    ) -> None:
        """As ``ExampleAnswerer``."""
        super().__init__(components, labels, answers, sample)
        self._scorer = scorer

    def ask_all(self, items: Sequence[Item]) -> Iterator[AnsweredExample]:
        """Answer and score each example, in order."""
        yield from map(self._score, self.answer_all(items))

    def _score(self, given: Given) -> AnsweredExample:
        question, target, text = given.item.question, given.item.example.target, given.answer.text
        right = (target,) if given.logprobs else question.answers
        attempt = Attempt(question.question, right, answer=text, choices=tuple(given.logprobs))
        score = QuestionScore(
            question.id, True, self._scorer.values(attempt), refused=False, empty=not text, attempt=attempt
        )
        return AnsweredExample(question, given.answer, score, given.seconds, given.cached, target=target)


def _prompt(item: Item) -> Json:
    return [
        as_json(message) if message.uses_tools else [message.role, message.content] for message in item.example.messages
    ]


def item_of(number: int, example: Example, references: Sequence[str], group: str | None = None) -> Item:
    """The example of a row, counted from 1 in its file, as a question with its right answers."""
    asked = plain(example.messages)
    return Item(Question(f"example-{number}", asked, answers=tuple(references), group=group), example)
