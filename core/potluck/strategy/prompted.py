"""The rows that ask a chat model: the labels, some examples or none, and the message.

A model that scores texts is asked how likely each label is; any other one answers, and the label is looked for in its
answer.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from potluck.answering.asking import ask_model
from potluck.answering.choices import likeliest_label
from potluck.answering.remarks import remarks_on
from potluck.answering.worked_examples import in_turn, nearest, unlike
from potluck.datasets.near_duplicates import triples
from potluck.documents import Message
from potluck.fingerprints import fingerprint
from potluck.language import fold
from potluck.observation.stage import model_call
from potluck.strategy.data import LabelledText, majority_language
from potluck.strategy.protocol import Chat, LabelChoice, StrategySpec, TrainingSetup

if TYPE_CHECKING:
    from potluck.contracts import Vectors

Select: TypeAlias = Literal["random", "balanced", "nearest"]

SHOTS = 8
"""Examples of a row with few of them."""

_CANDIDATES = 24
"""The labels of this many nearest messages are candidates, if not all labels are."""

_WORDINGS = {
    "zh": "請選出適合這則訊息的標籤，只回答標籤。\n標籤：{labels}",
    "en": "Choose the label that fits the message. Answer with the label only.\nLabels: {labels}",
}
_MESSAGE = {"zh": "訊息：{text}", "en": "Message: {text}"}


class Prompted:
    """Asks a chat model. ``candidates`` says whether only labels of near messages may be chosen."""

    def __init__(self, setup: TrainingSetup, shots: int, select: Select = "random", candidates: bool = False) -> None:
        """Draw the order of the examples."""
        assert setup.chat is not None, "the register says that a chat model is needed"
        self._chat: Chat = setup.chat
        self._setup, self._shots, self._select, self._candidates = setup, shots, select, candidates
        self._vectors: Any = None
        generator = random.Random(setup.seed)  # noqa: S311  (no secret)
        shuffled = generator.sample(setup.train, len(setup.train))
        self._order = in_turn(shuffled, lambda item: item.label) if select == "balanced" else shuffled
        self._language = majority_language(setup.train)
        wording = _WORDINGS[self._language] + _MESSAGE[self._language]
        self.name = fingerprint(
            "prompted", wording, shots, select, candidates, SHOTS, _CANDIDATES, setup.name, self._chat.name
        )

    def train(self, vectors: Vectors | None) -> Sequence[str]:
        """Keep the vectors, by which near examples are found."""
        self._vectors = vectors
        return ()

    def price(self, text: str) -> float:
        """The price of the message with the examples, and of the longest answer."""
        model = self._chat.model()
        if model.prices is None:
            return 0.0
        # The longest examples stand in for those that are chosen when the message is asked.
        longest = sorted(self._order, key=lambda item: -len(item.text))[: self._shots]
        prompt = model.count_tokens(self._messages(text, longest, self._setup.labels))
        return (prompt * model.prices[0] + self._chat.options.max_tokens * model.prices[1]) / 1e6

    def choose(self, text: str, vector: Vectors | None) -> LabelChoice:
        """Ask the model."""
        examples = self.examples(text, vector)
        labels = self._labels(text, vector) if self._candidates else self._setup.labels
        messages = self._messages(text, examples, labels)
        sent = sum(len(message.content.encode()) for message in messages) if self._chat.remote else 0
        model = self._chat.model()
        prompt, completion = model.prices or (0.0, 0.0)
        if model.scores_text:
            usd = model.count_tokens(messages) * prompt / 1e6 if prompt else 0.0
            return LabelChoice(likeliest_label(model, messages, labels, self._chat.part), usd, sent)
        with model_call("chat", part=self._chat.part) as spent:
            answer = ask_model(model, messages, self._chat.options)
            spent.count(answer.usage)
        usd = (answer.usage.prompt * prompt + answer.usage.completion * completion) / 1e6
        cut, notes = answer.finish == "length", tuple(remarks_on(answer))
        return LabelChoice(match_label(answer.text, labels), usd, sent, cut, notes, answer.served_by)

    def examples(self, text: str, vector: Vectors | None) -> list[LabelledText]:
        """The examples that are shown for a message: never it itself, nor nearly."""
        if self._select != "nearest":
            return list(islice(_unlike(self._order, text), self._shots))
        found = list(islice(_unlike(self._by_nearness(vector), text), self._shots))
        return found[::-1]  # the nearest stands last, where it counts most

    def _by_nearness(self, vector: Vectors | None) -> Iterator[LabelledText]:
        assert vector is not None, "the register says that vectors are needed"
        return (self._setup.train[number] for number, _ in nearest(self._vectors, vector))

    def _labels(self, text: str, vector: Vectors | None) -> tuple[str, ...]:
        near = islice(self._by_nearness(vector), _CANDIDATES)
        return tuple(sorted({item.label for item in _unlike(near, text)}))

    def _messages(self, text: str, examples: Sequence[LabelledText], labels: Sequence[str]) -> list[Message]:
        """The task stands in the user's first turn: not every model takes a system message."""
        task = _WORDINGS[self._language].format(labels=("、" if self._language == "zh" else ", ").join(labels))
        turns: list[Message] = []
        for example in examples:
            turns += [Message("user", self._format_message(example.text)), Message("assistant", example.label)]
        turns.append(Message("user", self._format_message(text), question=text))
        first = turns[0]
        return [Message("user", f"{task}\n\n{first.content}", question=first.question), *turns[1:]]

    def _format_message(self, text: str) -> str:
        return _MESSAGE[self._language].format(text=text)


def match_label(answer: str, labels: Sequence[str]) -> str:
    """The label that an answer is, or else the one that it names first (of two, the longer); empty for none."""
    plain = fold(answer).strip(" \"'「」『』`*.。:：")
    by_name = {fold(label): label for label in labels}
    if plain in by_name:
        return by_name[plain]
    found = [(plain.index(name), -len(name), label) for name, label in by_name.items() if name in plain]
    return min(found)[2] if found else ""


def _unlike(items: Iterable[LabelledText], text: str) -> Iterator[LabelledText]:
    """The items that are not (nearly) the message that is asked."""
    return unlike(items, lambda item: triples(item.text), triples(text))


PROMPTED: Mapping[str, StrategySpec] = {
    "zero-shot": StrategySpec("the chat model is told the labels", lambda s: Prompted(s, 0), needs_chat=True),
    "one-shot": StrategySpec("and shown an example", lambda s: Prompted(s, 1), needs_chat=True),
    "few-shot-random": StrategySpec(f"and shown {SHOTS} examples", lambda s: Prompted(s, SHOTS), needs_chat=True),
    "few-shot-balanced": StrategySpec(
        f"and shown {SHOTS} examples, of each label in turn", lambda s: Prompted(s, SHOTS, "balanced"), needs_chat=True
    ),
    "few-shot-nearest": StrategySpec(
        f"and shown the {SHOTS} most similar examples",
        lambda s: Prompted(s, SHOTS, "nearest"),
        needs_chat=True,
        vectors=True,
    ),
    "few-shot-nearest-labels": StrategySpec(
        f"and shown the {SHOTS} most similar examples, and only labels of similar messages",
        lambda s: Prompted(s, SHOTS, "nearest", candidates=True),
        needs_chat=True,
        vectors=True,
        needs_many_labels=True,
    ),
}
"""The rows that ask, by name."""
