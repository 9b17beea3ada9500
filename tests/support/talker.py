"""A chat model that repeats the question, of which tests change parts, and how they change them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from potluck.contracts import ChatModel, ChatOptions
from potluck.documents import Answer, Message, Quote, Usage
from potluck.errors import ContextExceeded, Unsupported
from potluck.testing import Subject, checks

Changed = Callable[["Talker", Answer, Sequence[Message], ChatOptions], Answer]


class Talker(ChatModel):
    """Repeats the question, a token a character, and keeps every rule; ``said`` takes the place of parts of it."""

    context_window: int | None = None
    changed: Changed = staticmethod(lambda model, answer, messages, options: answer)
    in_pieces: Changed = staticmethod(lambda model, answer, messages, options: answer)
    pieces: Callable[[str], list[Any]] = list
    counted: Callable[[Sequence[Message]], Any] = staticmethod(
        lambda messages: sum(len(message.content) + 1 for message in messages)
    )
    refuses: Callable[[Sequence[Message]], Exception | None] = staticmethod(lambda messages: None)
    named: Any = ()
    prepared = 0

    def __init__(self, said: dict[str, Any]) -> None:
        for name, value in said.items():
            setattr(self, name, value)

    def prepare(self) -> None:
        self.prepared += 1

    def identity(self) -> Any:
        return dict(self.named)

    def count_tokens(self, messages: Sequence[Message]) -> int:
        counted: int = self.counted(messages)
        return counted

    def _answer(self, messages: Sequence[Message], options: ChatOptions) -> Answer:
        if (error := self.refuses(messages)) is not None:
            raise error
        prompt = self.count_tokens(messages)
        if self.context_window is not None and prompt > self.context_window:
            raise ContextExceeded("too long")
        whole = messages[-1].question or messages[-1].content
        end = min([len(whole), options.max_tokens, *(whole.index(stop) for stop in options.stop if stop in whole)])
        cut = end == options.max_tokens < len(whole)
        return Answer(whole[:end], "length" if cut else "stop", Usage(prompt, end))

    def chat(self, messages: Sequence[Message], options: ChatOptions) -> Answer:
        return self.changed(self, self._answer(messages, options), messages, options)

    def stream(self, messages: Sequence[Message], options: ChatOptions) -> Iterator[str | Answer]:
        answer = self.in_pieces(self, self._answer(messages, options), messages, options)
        yield from self.pieces(answer.text)
        yield answer


def check(rule: str, folder: Path, said: dict[str, Any]) -> None:
    (one,) = (one for one in checks("chat") if one.rule == rule)
    one.on(Subject(lambda own: Talker(said), folder))


def text(change: Callable[[str], str]) -> Changed:
    return lambda model, answer, messages, options: replace(answer, text=change(answer.text))


def used(**counts: int) -> Changed:
    return lambda model, answer, messages, options: replace(answer, usage=replace(answer.usage, **counts))


def finished(how: Any) -> Changed:
    return lambda model, answer, messages, options: replace(answer, finish=how)


def quoting(*quotes: Quote) -> Changed:
    """Its answers are a passage of the question, with these quotes."""
    return lambda model, answer, messages, options: replace(
        answer, text=messages[-1].passages[0].text if messages[-1].passages else answer.text, quotes=quotes
    )


def from_role(role: str, error: Exception) -> Callable[[Sequence[Message]], Exception | None]:
    return lambda messages: error if any(message.role == role for message in messages) else None


WRITES_NONE = {"refuses": lambda messages: Unsupported("it fills gaps")}


def by_time(model: Talker, answer: Answer, messages: Sequence[Message], options: ChatOptions) -> Answer:
    """Every answer is another one."""
    vars(model)["times"] = vars(model).get("times", 0) + 1
    return replace(answer, text=f"{model.times} {answer.text}")  # type: ignore[attr-defined]
