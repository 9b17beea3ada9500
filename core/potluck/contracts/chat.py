"""ChatModel: from messages to an answer."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence

from pydantic import Field

from potluck.contracts.config import Config
from potluck.contracts.offer import Component
from potluck.documents import Answer, Message


class ChatOptions(Config):
    """How to answer. ``temperature`` 0 is greedy and repeatable."""

    temperature: float = Field(default=0.0, ge=0.0, le=2.0)
    """Randomness of sampling; 0 takes the likeliest token."""

    top_p: float = Field(default=1.0, gt=0.0, le=1.0)
    """Sample from the likeliest tokens that together have this probability."""

    max_tokens: int = Field(default=256, ge=1)
    """The most tokens an answer may have."""

    stop: tuple[str, ...] = ()
    """Texts at which the answer ends; they are not part of it."""

    presence_penalty: float = Field(default=0.0, ge=-2.0, le=2.0)
    """Makes tokens that occurred less likely, once."""

    frequency_penalty: float = Field(default=0.0, ge=-2.0, le=2.0)
    """Makes tokens that occurred less likely, each time."""

    seed: int | None = None
    """For sampling that can be repeated."""


class ChatModel(Component):
    """Answers messages.

    A recipe writes the options beside the model's own settings, so a chat plugin's config inherits from
    ``ChatOptions``. A prompt that does not fit raises ``ContextExceeded``; nothing is cut in silence.
    """

    context_window: int | None
    """Tokens of prompt and answer together, or None where there is no limit. May load the model."""

    prices: tuple[float, float] | None = None
    """US dollars for a million tokens of prompt and of answer, where the model has a price."""

    concurrency: int = 1
    """How many calls may be made at once, from threads. More than one only for remote services."""

    @abstractmethod
    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Tokens of the prompt that these messages become, template included."""

    @abstractmethod
    def chat(self, messages: Sequence[Message], options: ChatOptions) -> Answer:
        """Answer. Raises ``ContextExceeded``, or ``RemoteError`` when a service fails after all retries."""

    def stream(self, messages: Sequence[Message], options: ChatOptions) -> Iterator[str | Answer]:
        """Yield the pieces of the answer as they come, then the whole ``Answer``; the pieces joined are its text.

        A stream that breaks off raises ``RemoteError``: half an answer is not an answer. Closing the iterator stops
        the work. As it stands here the answer comes in one piece.
        """
        answer = self.chat(messages, options)
        if answer.text:
            yield answer.text
        yield answer
