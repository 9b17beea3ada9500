"""The rules of counting tokens and of full windows find what is broken, and draw their lines.

Modules: ``potluck.testing.chat_tokens``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from potluck.contracts import ChatModel, ChatOptions
from potluck.documents import Answer, Message, Usage
from potluck.testing import Skipped, Subject, Violation, chat_tokens, checks
from support.kits import breaks, rules_of, violating
from support.plain_chat import Plain
from support.talker import Talker, check, used


class AsciiCounted(Plain):
    def count_tokens(self, messages: Sequence[Message]) -> int:
        return len(self.rendered(messages).encode("ascii", "ignore"))


class LastOnly(Plain):
    def count_tokens(self, messages: Sequence[Message]) -> int:
        return super().count_tokens(messages[-1:])


class WithoutTemplate(Plain):
    def count_tokens(self, messages: Sequence[Message]) -> int:
        return sum(len(message.content) for message in messages)


class NoUsage(Plain):
    def stream(self, messages: Sequence[Message], options: ChatOptions) -> Iterator[str | Answer]:
        for piece in super().stream(messages, options):
            yield replace(piece, usage=Usage()) if isinstance(piece, Answer) else piece


class Cuts(Plain):
    """Reads the end of what does not fit."""

    def fitting(self, text: str, more: int = 0) -> str:
        return text[-600 + more :]


class FailsOnLong(Plain):
    def fitting(self, text: str, more: int = 0) -> str:
        if len(text) > 600:
            raise IndexError("index out of range in self")
        return text


class ReadsLess(Plain):
    """Was made for shorter prompts than it says."""

    def fitting(self, text: str, more: int = 0) -> str:
        return super().fitting(text, more)[-400:]


MUTANTS: list[tuple[type[ChatModel], str]] = [
    (LastOnly, "tokens-are-counted"),
    (AsciiCounted, "tokens-are-counted"),
    (WithoutTemplate, "usage-is-counted"),
    (NoUsage, "usage-is-counted"),
    (Cuts, "too-long-is-refused"),
    (FailsOnLong, "too-long-is-refused"),
    (ReadsLess, "window-is-honest"),
]  # fmt: skip


@pytest.mark.parametrize(("mutant", "rule"), MUTANTS)
def test_a_broken_chat_model_is_told_by_the_rule_that_it_breaks(tmp_path: Path, mutant: Any, rule: str) -> None:
    assert breaks("chat", rule, lambda own: mutant(), tmp_path)


def test_every_rule_of_the_module_is_broken_by_one_of_them() -> None:
    assert {rule for _, rule in MUTANTS} == rules_of(chat_tokens)


ALLOWED: list[tuple[str, dict[str, Any]]] = [
    ("tokens-are-counted", {}),
    ("usage-is-counted", {}),
    ("usage-is-counted", {"changed": used(cached=1), "in_pieces": used(cached=0)}),
    ("usage-is-counted", {"exact_token_counts": False, "changed": used(prompt=1), "in_pieces": used(prompt=1)}),
    ("too-long-is-refused", {"context_window": 600}),
    ("window-is-honest", {"context_window": 600}),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "said"), ALLOWED)
def test_what_is_just_allowed_is_let_pass(rule: str, said: dict[str, Any], tmp_path: Path) -> None:
    check(rule, tmp_path, said)


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("tokens-are-counted", {"counted": lambda messages: 0}, "a message has 0 tokens"),
    ("tokens-are-counted", {"counted": lambda messages: 1.5}, "a message has 1.5 tokens"),
    ("tokens-are-counted", {"counted": lambda messages: len(messages)}, "is 1 tokens, 'x' with as many blanks is 1"),
    ("tokens-are-counted", {"counted": lambda messages: sum(len(one.content.encode("ascii", "ignore"))
                                                            for one in messages)}, "eight times '道碴厚度"),
    ("tokens-are-counted", {"counted": lambda messages: max(len(one.content) for one in messages)},
     "with more messages there are no more tokens"),
    ("usage-is-counted", {"changed": used(prompt=0)}, "0 tokens of prompt, of "),
    ("usage-is-counted", {"changed": used(prompt=10**6)}, "1000000 tokens of prompt, of "),
    ("usage-is-counted", {"in_pieces": used(prompt=1)}, "1 tokens of prompt, and "),
    ("usage-is-counted", {"changed": used(completion=0)}, "has no token"),
    ("usage-is-counted", {"changed": used(cached=-1)}, "-1 of "),
    ("usage-is-counted", {"in_pieces": used(cached=10**6)}, "1000000 of "),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "said", "message"), REFUSED)
def test_what_is_just_not_allowed_is_told(rule: str, said: dict[str, Any], message: str, tmp_path: Path) -> None:
    with violating(rule, message):
        check(rule, tmp_path, said)


@pytest.mark.parametrize(
    ("rule", "said", "reason"),
    [
        ("too-long-is-refused", {}, "it takes prompts of any length"),
        ("window-is-honest", {}, "there is no window"),
        ("window-is-honest", {"context_window": 600, "exact_token_counts": False}, "it estimates how many tokens"),
        ("window-is-honest", {"context_window": 4097}, "a window of 4,097 tokens is too long to be tried"),
    ],
)
def test_a_rule_that_is_not_about_such_models_does_not_apply(
    rule: str, said: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    with pytest.raises(Skipped, match=reason):
        check(rule, tmp_path, said)


class Unlimited(Talker):
    """Says that it has a window, and takes what does not fit."""

    def _answer(self, messages: Sequence[Message], options: ChatOptions) -> Answer:
        window, self.context_window = self.context_window, None
        try:
            return super()._answer(messages, options)
        finally:
            self.context_window = window


def test_a_prompt_beyond_the_window_that_is_answered_is_told(tmp_path: Path) -> None:
    (one,) = (one for one in checks("chat") if one.rule == "too-long-is-refused")
    with pytest.raises(Violation, match="to more than 600 tokens"):
        one.on(Subject(lambda own: Unlimited({"context_window": 600}), tmp_path))


def test_a_window_that_is_not_read_whole_is_told(tmp_path: Path) -> None:
    def reads_less(model: Talker, answer: Answer, messages: Sequence[Message], options: ChatOptions) -> Answer:
        return replace(answer, usage=replace(answer.usage, prompt=min(answer.usage.prompt, 480)))

    with pytest.raises(Violation, match=r"tokens that fit a window of 600 it read 480"):
        check("window-is-honest", tmp_path, {"context_window": 600, "changed": reads_less})
