"""Chat by OpenAI, or by any server that speaks its protocol (``POST /chat/completions``): vLLM, Ollama, llama.cpp, ...

A model's name says which model it is only at OpenAI's own service. Anywhere else the context window and the prices are
what the recipe says.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

import potluck
from potluck.contracts import ChatModel, ChatOptions, Context, Operational, Pinned
from potluck.documents import Answer, Message
from potluck.errors import ContentFiltered, ContextExceeded
from potluck_plugins._openai import (
    Counter,
    Failed,
    Service,
    ServiceConfig,
    body_of,
    counter,
    join_blocks,
    parse_json,
    sendable,
    sends_to,
)
from potluck_plugins.chat._shared.replies import Reply
from potluck_plugins.chat._shared.sampling import SAMPLING, SentOptions
from potluck_plugins.chat._shared.thoughts import Habit, is_known_to_be_plain

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
_NO_STREAMS = {"application/json", "text/html"}
"""Content types of a service that does not stream, or reports an error."""
_LIMITS = ("max_tokens", "max_completion_tokens")


class OpenAIChatConfig(SentOptions, ServiceConfig):
    """Settings of the ``openai`` chat model.

    ``temperature``, ``top_p``, the penalties, ``stop`` and ``seed`` are sent only if they are written: some models
    refuse them, and a model that gets none uses its own defaults. For repeatable answers write ``temperature: 0``.
    ``max_tokens`` is always sent, for cost, time and context are counted with it.
    """

    model: str
    """The model's name at the service."""

    context_window: Annotated[int | None, Operational, Pinned, Field(ge=1)] = None
    """Tokens of prompt and answer together; known for OpenAI's own models. Without it no prompt is refused before it is
    sent, and some servers (Ollama) silently drop the beginning of one that is too long."""

    limit: Annotated[Literal["auto", "max_tokens", "max_completion_tokens"], Operational] = "auto"
    """The name under which ``max_tokens`` is sent: OpenAI wants the long one, most other servers know the short one."""

    prices: Annotated[tuple[float, float] | None, Operational, Pinned] = None
    """US dollars for a million tokens of prompt and of answer; known for OpenAI's own models."""


class OpenAIChat(ChatModel):
    """Answers by requests. What fails before any of the answer was handed out is asked again from the beginning."""

    def __init__(self, config: OpenAIChatConfig, context: Context) -> None:
        """Connect to nothing yet. Raises ``EgressRefused``."""
        known = _KNOWN.get(config.model) if config.is_openai else None
        self._config = config
        self._service = Service(config, context, "chat openai")
        self._table = _TABLE if known else None
        self._habit = Habit(known=config.is_openai or is_known_to_be_plain(config.model))
        self._refused: set[str] = set()
        """Fields that the service has refused by name, for each of which there is another way."""
        self._notes: list[str] = []
        """Notes on that for the next answer."""
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

    def check(self) -> None:
        """Raise ``MissingSecret`` where the service wants a key and there is none."""
        self._service.check()

    def prepare(self) -> None:
        """Import the SDK and what counts tokens. Raises ``MissingSecret``."""
        self._service.prepare(lambda client: client.chat.completions)
        self.count_tokens([])

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Tokens of the prompt; if they cannot be counted exactly, an estimate that is never too low."""
        exact = self._counter.exact
        around, more = (_AROUND, _AT_THE_END) if exact else (_AROUND_AT_MOST, _IN_FRONT_AT_MOST)
        return more + sum(around + self._counter.count(message.content) for message in messages)

    def chat(self, messages: Sequence[Message], options: ChatOptions) -> Answer:
        """Answer. ``timeout`` is for the whole answer."""
        self._check_length(messages, options)
        body: dict[str, Any] = {}

        async def ask(client: AsyncOpenAI) -> bytes:
            body.clear()
            body.update(self._body(messages, options))
            return await body_of(client.chat.completions.with_streaming_response.create(**body))

        try:
            answer = self._service.call(ask, self._whole, self._service.deadline(), lambda f: self._consider(f, body))
        except ContentFiltered as error:
            return _withheld("", error)
        return self._with_notes(answer)

    def stream(self, messages: Sequence[Message], options: ChatOptions) -> Iterator[str | Answer]:
        """Yield the pieces, then the answer. A stream that ends without the reason why it does is broken off.

        How a model marks its thoughts is known of some families only. Of another one's first answer nothing is handed
        out before it is clear where its thoughts end, at the latest when the answer is whole.
        """
        self._check_length(messages, options)
        end, handed = self._service.deadline(), ""
        body: dict[str, Any] = {}

        async def begin(client: AsyncOpenAI) -> tuple[AsyncGenerator[str | Answer, None], str | Answer]:
            body.clear()
            body.update(self._body(messages, options), stream=True)
            if "stream_options" not in self._refused:
                body["stream_options"] = {"include_usage": True}
            pieces = _pieces(client, dict(body), Reply(self._habit, whole=False), self._config.timeout)
            return pieces, await anext(pieces)

        try:
            pieces, piece = self._service.call(
                begin, lambda begun: begun, end, lambda f: self._consider(f, body), in_pieces=True
            )
        except ContentFiltered as error:
            yield _withheld("", error)
            return
        try:
            while isinstance(piece, str):
                handed += piece
                yield piece
                piece = self._service.go_on(anext(pieces), end)
            yield self._with_notes(piece)
        except ContentFiltered as error:
            yield _withheld(handed, error)
        finally:
            self._service.release(pieces)

    def close(self) -> None:
        """Close the connections."""
        self._service.close()

    def _check_length(self, messages: Sequence[Message], options: ChatOptions) -> None:
        tokens, window = self.count_tokens(messages), self.context_window
        if window is not None and tokens + options.max_tokens > window:
            exactly = "" if self._counter.exact else " (estimated, never too low)"
            raise ContextExceeded(
                f"chat openai: a prompt of {tokens} tokens{exactly} and an answer of {options.max_tokens} do not fit "
                f"the {window} tokens of {self._config.model}: retrieve fewer passages, or lower 'max_tokens'"
            )

    def _body(self, messages: Sequence[Message], options: ChatOptions) -> dict[str, Any]:
        written = {name: getattr(options, name) for name in sorted(SAMPLING & options.model_fields_set)}
        if "stop" in written:
            written["stop"] = list(options.stop)
        return {
            "model": self._config.model,
            "messages": [{"role": message.role, "content": sendable(message.content)} for message in messages],
            self._limit(): options.max_tokens,
            **{name: value for name, value in written.items() if value not in (None, [])},
        }

    def _limit(self) -> str:
        """The name under which the limit is sent."""
        if self._config.limit != "auto":
            return self._config.limit
        ours = _LIMITS[1] if self._config.is_openai else _LIMITS[0]
        return next((name for name in (ours, *_LIMITS) if name not in self._refused), ours)

    def _consider(self, failed: Failed, body: dict[str, Any]) -> Failed | None:
        """Do without a field that the service refuses by name, where that changes nothing of the answer."""
        named = next((name for name in ("stream_options", *_LIMITS) if name in body and failed.refuses(name)), None)
        if named is None or (named in _LIMITS and self._config.limit != "auto"):
            return failed
        if named in _LIMITS and self._refused.issuperset(set(_LIMITS) - {named}):
            return failed
        if named not in self._refused:
            self._refused.add(named)
            instead = f"the limit is sent as {self._limit()!r}" if named in _LIMITS else "tokens may not be counted"
            self._notes.append(f"the service refuses {named!r}, so {instead}")
        return None

    def _whole(self, body: bytes) -> Answer:
        reply = Reply(self._habit, whole=True)
        reply.take(parse_json(body))
        reply.rest()
        return reply.answer()

    def _with_notes(self, answer: Answer) -> Answer:
        notes, self._notes = self._notes, []
        return replace(answer, notes=(*answer.notes, *notes)) if notes else answer


async def _pieces(
    client: AsyncOpenAI, body: dict[str, Any], reply: Reply, timeout: float
) -> AsyncGenerator[str | Answer, None]:
    """The texts of a stream as they come, then the answer. ``timeout`` is for each event."""
    async with asyncio.timeout(timeout):
        stream = await client.chat.completions.create(**body)
    async with stream as events:
        if events.response.headers.get("content-type", "").partition(";")[0] in _NO_STREAMS:
            async with asyncio.timeout(timeout):
                at_once = await join_blocks(events.response.aiter_bytes())
            if text := reply.take_whole(parse_json(at_once)):
                yield text
        else:
            async for event in _events(aiter(events), reply, timeout):
                if text := reply.take(event.model_dump(warnings=False) if hasattr(event, "model_dump") else event):
                    yield text
    if text := reply.rest():
        yield text
    yield reply.answer()


async def _events(events: AsyncIterator[Any], reply: Reply, timeout: float) -> AsyncIterator[Any]:
    """The events, each within ``timeout``. What comes after the end of the text is only the number of its tokens."""
    import openai

    while True:
        try:
            async with asyncio.timeout(timeout):
                event = await anext(events, None)
        except openai.APIConnectionError:
            if not reply.is_complete:
                raise
            return
        if event is None:
            return
        yield event


def _withheld(text: str, error: ContentFiltered) -> Answer:
    return Answer(text, "filter", notes=(f"the service's content filter withheld the answer ({error})",))


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
