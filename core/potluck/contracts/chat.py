"""ChatModel: from messages to an answer."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from potluck.contracts.component import Component
from potluck.contracts.config import Config, Operational
from potluck.contracts.tuner import ModelKind
from potluck.documents import Answer, Message
from potluck.errors import Unsupported


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

    cache: Annotated[bool, Operational] = True
    """Whether answers to a file's questions are kept and reused; false asks anew each time."""

    @property
    def samples(self) -> bool:
        """Whether the same prompt may get another answer when it is asked again."""
        return self.temperature > 0

    @property
    def unsent(self) -> frozenset[str]:
        """The options that are not passed to the model because the recipe does not set them."""
        return frozenset()


@dataclass(frozen=True, slots=True)
class Likelihood:
    """How likely a text is to a model: the sum of the natural logarithms over its ``tokens``, at most 0."""

    logprob: float
    tokens: int


class ChatModel(Component):
    """Answers messages.

    A recipe writes the options beside the model's own settings, so a chat plugin's config inherits from
    ``ChatOptions``. A prompt that does not fit raises ``ContextExceeded``; nothing is cut in silence.

    A reasoning model's thoughts go into ``Answer.thoughts`` and are counted in ``Usage.reasoning``; no piece of a
    stream holds them. An answer that a service's content filter withholds finishes with ``filter``; it is not an error.
    """

    context_window: int | None
    """Tokens of prompt and answer together, or None if there is no limit. May load the model."""

    prices: tuple[float, float] | None = None
    """US dollars for a million tokens of prompt and of answer, where the model has a price."""

    concurrency: int = 1
    """How many calls may be made at once, from threads. More than one only for remote services.

    With 1, whoever answers questions waits until a call of another thread is over, ``count_tokens`` and the pieces of
    a stream included: a model need not be safe for threads. It is not always called from the thread that made it.
    """

    exact_token_counts: bool = True
    """Whether ``count_tokens`` is what the model counts; False for an estimate that is never too low."""

    scores_text: bool = False
    """Whether ``likelihoods`` is there."""

    reads_after: bool = False
    """Whether ``likelihoods`` reads what follows a continuation instead of adding it to the sum: a masked model."""

    reads_prompt: ClassVar[bool] = True
    """Whether it reads a message's ``content`` if that has a ``question`` and ``passages``.

    False for one that answers from those: then another prompt or other worked examples cannot matter, and a comparison
    of them is refused.
    """

    ignores: ClassVar[frozenset[str]] = frozenset()
    """The names of ``ChatOptions`` that it accepts and ignores; a comparison of them is refused."""

    kinds: ClassVar[frozenset[ModelKind]] = frozenset()
    """The kinds of transformers models that it answers with; empty for other engines."""

    takes_tuned: bool = False
    """Whether it answers with ``context.tuned`` if that is given (``chat.adapter`` in a recipe)."""

    takes_tools: ClassVar[bool] = False
    """Whether the model is told of a message's ``tools``, ``calls`` and results. Where not, such messages are refused
    before it is asked."""

    answer_end: str = ""
    """The text with which the model ends an answer, as ``likelihoods`` takes it for ``after``; empty if it writes
    nothing, or recognises a text's end by itself. May load the model."""

    remarks: tuple[str, ...] = ()
    """What a user should know about the model, one sentence each, such as that nothing ends its answers. May load the
    model."""

    def check(self) -> None:
        """Raise what would keep it from answering at all, such as ``MissingSecret``.

        Cheap: it loads nothing and sends nothing. Called before documents are read and embedded for an answer.
        """

    def prepare(self) -> None:
        """Load what an answer needs (libraries, weights, a client), so that no answer's time includes it.

        Sends nothing. Called before answers are timed, any number of times: nothing is loaded twice.
        """

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

    def likelihoods(
        self, prompt: str | Sequence[Message], continuations: Sequence[str], after: str = ""
    ) -> list[Likelihood]:
        """How likely each continuation is behind the prompt, in the order given. Optional: see ``scores_text``.

        Messages are rendered by the model's template, up to where the answer begins; a text is taken as it is, without
        a template, and with the token that the model's texts begin with. ``after`` follows each continuation. Write the
        blanks between the three: nothing is added.

        A causal model gives the sum of log p(token | what stands before it) over the continuation and ``after``; by
        that sum continuations rank as they would given ``after``. A masked model (``reads_after``) reads both sides and
        sums over the continuation alone, in the way that its plugin says.

        Prompt, continuation and ``after`` are put into tokens as one text. A token may run over the end of the prompt
        (a blank and a word, two Han characters); then it is counted whole. So that all are comparable, the sum begins
        at the same token for every continuation of a call: the first one that is not for all of them the prompt's own.

        Raises ``ValueError`` for a continuation without a character, ``ContextExceeded`` if it does not fit,
        ``Unsupported`` where the model cannot tell.
        """
        raise Unsupported(f"{type(self).__name__} does not say how likely a text is")

    def vocabulary(self) -> Sequence[str]:
        """The words that are a single token for the model, without the blank that may belong to the token.

        Only for models with ``scores_text``. Raises ``Unsupported`` if the model cannot tell.
        """
        raise Unsupported(f"{type(self).__name__} does not list its vocabulary; name the words to choose from instead")
