"""Chat by OpenAI, or by any server that speaks its protocol (``POST /chat/completions``): vLLM, Ollama, llama.cpp, ...

A model's name says which model it is only at OpenAI's own service. Anywhere else the context window and the prices are
what the recipe says.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field

import potluck
from potluck.contracts import ChatModel, ChatOptions, Context, Operational
from potluck.documents import Answer, Message, Usage
from potluck.errors import ContextExceeded
from potluck_plugins._openai import (
    Counter,
    Failed,
    Service,
    ServiceConfig,
    body_of,
    counter,
    sendable,
    sends_to,
)

if TYPE_CHECKING:
    from openai import AsyncOpenAI

# OpenAI's models: the tokens that they read, US dollars for a million tokens of prompt and of answer. As of 2026-10-21,
# as litellm 1.106.2 (MIT) lists them; prompts of more than 272,000 tokens may cost more.
_KNOWN = {
    "gpt-4o": (128_000, (2.5, 10.0)),
    "gpt-4o-mini": (128_000, (0.15, 0.6)),
    "gpt-4.1": (1_047_576, (2.0, 8.0)),
    "gpt-4.1-mini": (1_047_576, (0.4, 1.6)),
    "gpt-5": (272_000, (1.25, 10.0)),
    "gpt-5-mini": (272_000, (0.25, 2.0)),
    "gpt-5-nano": (272_000, (0.05, 0.4)),
    "gpt-5.4": (1_050_000, (2.5, 15.0)),
    "gpt-5.4-mini": (272_000, (0.75, 4.5)),
    "gpt-5.4-nano": (272_000, (0.2, 1.25)),
    "gpt-6-sol": (922_000, (2.0, 10.0)),
    "gpt-6-luna": (922_000, (0.1, 0.5)),
}
_TABLE = "o200k_base"
# Tokens around a message and at the end of a prompt: as OpenAI's cookbook counts them, and with room for the templates
# of other models, of which some put a system message of their own in front.
_AROUND, _AT_THE_END = 4, 3
_AROUND_AT_MOST, _IN_FRONT_AT_MOST = 16, 128
_HALF = "\ufffd"
_FINISHES: dict[str, Literal["stop", "length", "filter"]] = {
    "stop": "stop",
    "eos_token": "stop",
    "stop_sequence": "stop",
    "length": "length",
    "content_filter": "filter",
}


class OpenAIChatConfig(ChatOptions, ServiceConfig):
    """Settings of the ``openai`` chat model. What is as the protocol has it by default (``top_p: 1``) is not sent."""

    model: str
    """The model's name at the service."""

    context_window: Annotated[int | None, Operational, Field(ge=1)] = None
    """Tokens of prompt and answer together; known for OpenAI's own models. Without it no prompt is refused before it is
    sent, and some servers (Ollama) silently drop the beginning of one that is too long."""

    limit: Annotated[Literal["auto", "max_tokens", "max_completion_tokens"], Operational] = "auto"
    """The name under which ``max_tokens`` is sent: OpenAI wants the long one, most other servers know the short one."""

    prices: Annotated[tuple[float, float] | None, Operational] = None
    """US dollars for a million tokens of prompt and of answer; known for OpenAI's own models."""


class OpenAIChat(ChatModel):
    """Answers by requests. What fails before any of the answer was handed out is asked again from the beginning."""

    def __init__(self, config: OpenAIChatConfig, context: Context) -> None:
        """Connect to nothing yet. Raises ``EgressRefused``."""
        known = _KNOWN.get(config.model) if config.is_openai else None
        self._config = config
        self._service = Service(config, context, "chat openai")
        self._table = _TABLE if known else None
        self.context_window = config.context_window or (known[0] if known else None)
        self.prices = config.prices or (known[1] if known else None)
        self.concurrency = config.concurrency

    @cached_property
    def _counter(self) -> Counter:
        return counter(self._table)

    @property
    def exact_token_counts(self) -> bool:  # type: ignore[override]
        """True for OpenAI's models where tiktoken and its table are on this machine."""
        return self._counter.exact

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Tokens of the prompt; where they cannot be counted exactly, an estimate that is never too low."""
        exact = self._counter.exact
        around, more = (_AROUND, _AT_THE_END) if exact else (_AROUND_AT_MOST, _IN_FRONT_AT_MOST)
        return more + sum(around + self._counter.count(message.content) for message in messages)

    def chat(self, messages: Sequence[Message], options: ChatOptions) -> Answer:
        """Answer. ``timeout`` is for the whole answer."""
        body = self._body(messages, options)

        async def ask(client: AsyncOpenAI) -> bytes:
            return await body_of(client.chat.completions.with_streaming_response.create(**body))

        return self._service.call(ask, _whole, self._service.deadline())

    def stream(self, messages: Sequence[Message], options: ChatOptions) -> Iterator[str | Answer]:
        """Yield the pieces, then the answer. A stream that ends without the reason why it does is broken off."""
        body = {**self._body(messages, options), "stream": True, "stream_options": {"include_usage": True}}

        async def begin(client: AsyncOpenAI) -> tuple[AsyncGenerator[str | Answer, None], str | Answer]:
            pieces = _pieces(client, body)
            return pieces, await anext(pieces)

        end = self._service.deadline()
        pieces, piece = self._service.call(begin, lambda begun: begun, end)
        try:
            while isinstance(piece, str):
                yield piece
                piece = self._service.go_on(anext(pieces), end)
            yield piece
        finally:
            self._service.release(pieces)

    def close(self) -> None:
        """Close the connections."""
        self._service.close()

    def _body(self, messages: Sequence[Message], options: ChatOptions) -> dict[str, Any]:
        tokens, window = self.count_tokens(messages), self.context_window
        if window is not None and tokens + options.max_tokens > window:
            exactly = "" if self._counter.exact else " (estimated, never too low)"
            raise ContextExceeded(
                f"chat openai: a prompt of {tokens} tokens{exactly} and an answer of {options.max_tokens} do not fit "
                f"the {window} tokens of {self._config.model}: retrieve fewer passages, or lower 'max_tokens'"
            )
        asked = {
            "temperature": (options.temperature, 1.0),
            "top_p": (options.top_p, 1.0),
            "presence_penalty": (options.presence_penalty, 0.0),
            "frequency_penalty": (options.frequency_penalty, 0.0),
            "stop": (list(options.stop), []),
            "seed": (options.seed, None),
        }
        return {
            "model": self._config.model,
            "messages": [{"role": message.role, "content": sendable(message.content)} for message in messages],
            self._limit(): options.max_tokens,
            **{name: value for name, (value, default) in asked.items() if value != default},
        }

    def _limit(self) -> str:
        if self._config.limit != "auto":
            return self._config.limit
        return "max_completion_tokens" if self._config.is_openai else "max_tokens"


class _Details(BaseModel):
    cached_tokens: int | None = None


class _Usage(BaseModel):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _Details | None = None

    def counted(self) -> Usage:
        cached = self.prompt_tokens_details.cached_tokens if self.prompt_tokens_details else None
        return Usage(self.prompt_tokens or 0, self.completion_tokens or 0, cached or 0)


class _Said(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Said | None = None
    delta: _Said | None = None
    finish_reason: str | None = None


class _Event(BaseModel):
    """An answer, or an event of one that comes in pieces."""

    choices: list[_Choice] | None = None
    usage: _Usage | None = None


class _Growing:
    """What has come of an answer."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._held = ""
        self._reason: str | None = None
        self._refused = False
        self._usage = Usage()

    @property
    def is_whole(self) -> bool:
        return self._reason is not None

    def take(self, event: _Event) -> str:
        """Add an event. Returns the text that it brought, without half a character at its end."""
        self._usage = event.usage.counted() if event.usage else self._usage
        text = ""
        for choice in (event.choices or [])[:1]:
            said = choice.message or choice.delta or _Said()
            text = said.content or said.refusal or ""
            self._refused = self._refused or bool(said.refusal)
            self._reason = choice.finish_reason or self._reason
        text, self._held = _without_half(self._held + text)
        self._texts.append(text)
        return text

    def rest(self) -> str:
        """The text that was held back, unless the limit cut a character there: some servers show that, some do not."""
        text, self._held = "" if self._reason == "length" else self._held, ""
        self._texts.append(text)
        return text

    def answer(self) -> Answer:
        """The whole answer. Raises ``Failed`` if it is not whole; tokens that nobody told are 0."""
        if self._reason not in _FINISHES:
            why = f"for the reason {self._reason!r}" if self._reason else "in the middle"
            raise Failed(f"ended its answer {why}", "Ask again", passing=True)
        return Answer("".join(self._texts), "filter" if self._refused else _FINISHES[self._reason], self._usage)


def _without_half(text: str) -> tuple[str, str]:
    """A text up to what may be the half of a character, and that."""
    end = len(text.rstrip(_HALF))
    return text[:end], text[end:]


async def _pieces(client: AsyncOpenAI, body: dict[str, Any]) -> AsyncGenerator[str | Answer, None]:
    """The texts of a stream as they come, then the answer."""
    import openai

    growing = _Growing()
    async with await client.chat.completions.create(**body) as events:
        try:
            async for event in events:
                if text := growing.take(_Event.model_validate(event, from_attributes=True)):
                    yield text
        except openai.APIConnectionError:
            # What comes after the end of the text is only the number of its tokens.
            if not growing.is_whole:
                raise
    if growing.is_whole and (text := growing.rest()):
        yield text
    yield growing.answer()


def _whole(body: bytes) -> Answer:
    growing = _Growing()
    growing.take(_Event.model_validate_json(body))
    growing.rest()
    return growing.answer()


@potluck.hookimpl
def potluck_chat() -> potluck.Offer[OpenAIChat]:
    """Offer the chat model."""
    return potluck.Offer(
        "OpenAI's models, or any server that speaks its protocol",
        OpenAIChatConfig,
        OpenAIChat,
        requires=("openai",),
        extra="openai",
        sends_to=sends_to,
    )
