"""A strategy: a row of the table. It learns from labelled messages and then chooses a label for each message.

To add one, write a class with the methods of ``Strategy`` and put a ``StrategySpec`` of it into ``register.kinds``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from potluck.contracts import ChatModel, ChatOptions
from potluck.documents import Json
from potluck.fingerprints import fingerprint
from potluck.strategy.data import LabelledText

if TYPE_CHECKING:
    from potluck.contracts import Vectors
    from potluck.recipe.model import ComponentSpec


@dataclass(frozen=True, slots=True)
class LabelChoice:
    """The choice of a row. ``label`` is empty if it named none; ``sent`` are the bytes that left the machine.

    Of a model's answer: ``cut`` says that it ended at the limit of tokens, ``remarks`` what was unusual, in sentences,
    ``served_by`` what the service calls the model.
    """

    label: str
    usd: float = 0.0
    sent: int = 0
    cut: bool = False
    remarks: tuple[str, ...] = ()
    served_by: str = ""


@dataclass(frozen=True, slots=True)
class Chat:
    """The chat model of the rows that ask one; ``model`` makes it. ``name`` is its fingerprint."""

    model: Callable[[], ChatModel]
    options: ChatOptions
    name: str
    remote: bool
    part: ComponentSpec
    """The chat model as the recipe names it, for observers."""


@dataclass(frozen=True, slots=True)
class TrainingSetup:
    """The material of rows: the messages to learn from, the labels, and the chat model if there is one."""

    train: tuple[LabelledText, ...]
    labels: tuple[str, ...]
    seed: int
    chat: Chat | None = None
    rules: tuple[str, ...] = ()
    """Patterns of the row ``rule``, written ``LABEL=PATTERN``."""

    @property
    def name(self) -> str:
        """The seed of the learning."""
        learned: list[Json] = [[item.text, item.label] for item in self.train]
        return fingerprint(learned, list(self.labels), self.seed)


class Strategy(Protocol):
    """A strategy. ``name`` is a fingerprint of all that decides its choices but the message."""

    @property
    def name(self) -> str:
        """The fingerprint of everything that decides its choices."""
        ...

    def train(self, vectors: Vectors | None) -> Sequence[str]:
        """Learn, and return notes on it, in sentences.

        ``vectors`` are those of the messages to learn from, in order, where the row's kind asks for them.
        """
        ...

    def price(self, text: str) -> float:
        """The most US dollars that choosing a label for a message will cost, as far as that is known before."""
        ...

    def choose(self, text: str, vector: Vectors | None) -> LabelChoice:
        """Choose a label. ``vector`` is the message's, where the row's kind asks for one."""
        ...


@dataclass(frozen=True, slots=True)
class StrategySpec:
    """A row of the register: what it does, in a line, and what it needs."""

    summary: str
    make: Callable[[TrainingSetup], Strategy]
    needs_chat: bool = False
    """Whether it needs a chat model."""
    vectors: bool = False
    """Whether it needs an embedder."""
    baseline: bool = False
    """Whether it is a baseline, which is never recommended."""
    needs_many_labels: bool = False
    """Whether it is useful only with many labels."""
