"""The rules of calls at once, quotes, preparation and identity find what is broken, and draw their lines.

Modules: ``potluck.testing.chat_calls``.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from potluck.contracts import ChatModel, ChatOptions
from potluck.documents import Answer, Message, Quote
from potluck.testing import Skipped, chat_calls
from support.kits import breaks, rules_of, violating
from support.plain_chat import Plain, Quoting
from support.talker import check, quoting


class OneAtATime(Plain):
    """Keeps the question in a place that all threads share."""

    def __init__(self) -> None:
        self.both = threading.Barrier(2, timeout=0.2)

    def chat(self, messages: Sequence[Message], options: ChatOptions) -> Answer:
        self.messages = messages
        try:
            self.both.wait()
        except threading.BrokenBarrierError:
            self.both.reset()
        return super().chat(self.messages, options)


class QuotesBeside(Quoting):
    def chat(self, messages: Sequence[Message], options: ChatOptions) -> Answer:
        answer = super().chat(messages, options)
        return replace(answer, quotes=tuple(replace(one, end=one.end + 40) for one in answer.quotes))


class QuotesOther(Quoting):
    def chat(self, messages: Sequence[Message], options: ChatOptions) -> Answer:
        answer = super().chat(messages, options)
        return replace(answer, quotes=tuple(Quote((one.passage + 1) % 5, 0, 5) for one in answer.quotes))


class NewIdentity(Plain):
    def identity(self) -> Mapping[str, str]:
        return {"made": str(id(self)) + str(random.Random().random())}


class StartsOver(Plain):
    """Prepared, it forgets how it answers."""

    prepared = 0

    def prepare(self) -> None:
        self.prepared += 1

    def chat(self, messages: Sequence[Message], options: ChatOptions) -> Answer:
        answer = super().chat(messages, options)
        return replace(answer, text=f"{self.prepared} {answer.text}")


MUTANTS: list[tuple[type[ChatModel], str]] = [
    (OneAtATime, "calls-at-once"),
    (QuotesBeside, "quotes-are-spans"),
    (QuotesOther, "quotes-are-spans"),
    (NewIdentity, "identity-is-text"),
    (StartsOver, "prepared-answers-the-same"),
]  # fmt: skip


@pytest.mark.parametrize(("mutant", "rule"), MUTANTS)
def test_a_broken_chat_model_is_told_by_the_rule_that_it_breaks(tmp_path: Path, mutant: Any, rule: str) -> None:
    assert breaks("chat", rule, lambda own: mutant(), tmp_path)


def test_every_rule_of_the_module_is_broken_by_one_of_them() -> None:
    assert {rule for _, rule in MUTANTS} == rules_of(chat_calls)


ALLOWED: list[tuple[str, dict[str, Any]]] = [
    ("quotes-are-spans", {"changed": quoting(Quote(0, 0, 1), Quote(0, 3, 9))}),
    ("prepared-answers-the-same", {}),
    ("identity-is-text", {"named": {"model": "a"}}),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "said"), ALLOWED)
def test_what_is_just_allowed_is_let_pass(rule: str, said: dict[str, Any], tmp_path: Path) -> None:
    check(rule, tmp_path, said)


def test_one_that_answers_two_at_once_as_it_does_alone_is_let_pass(tmp_path: Path) -> None:
    class Together(Plain):
        concurrency = 2

    assert not breaks("chat", "calls-at-once", lambda own: Together(), tmp_path)


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("quotes-are-spans", {"changed": quoting(Quote(5, 0, 1))}, "there is no passage 5"),
    ("quotes-are-spans", {"changed": quoting(Quote(-1, 0, 1))}, "there is no passage -1"),
    ("quotes-are-spans", {"changed": quoting(Quote(0, 3, 3))}, "is outside of"),
    ("quotes-are-spans", {"changed": quoting(Quote(0, -1, 3))}, "is outside of"),
    ("quotes-are-spans", {"changed": quoting(Quote(0, 0, 999))}, "is outside of"),
    ("quotes-are-spans", {"changed": quoting(Quote(1, 0, 9))}, "is not in"),
    ("prepared-answers-the-same", {"changed": lambda model, answer, messages, options: replace(
        answer, text=str(model.prepared > 2))}, "prepared, prepared again and unprepared it says ['False', 'True', 'F"),
    ("prepared-answers-the-same", {"changed": lambda model, answer, messages, options: replace(
        answer, text=str(model.prepared > 0))}, "unprepared it says ['True', 'True', 'False']"),
    ("identity-is-text", {"named": {"model": 3}}, "it is {'model': 3}"),
    ("identity-is-text", {"named": {3: "model"}}, "it is {3: 'model'}"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "said", "message"), REFUSED)
def test_what_is_just_not_allowed_is_told(rule: str, said: dict[str, Any], message: str, tmp_path: Path) -> None:
    with violating(rule, message):
        check(rule, tmp_path, said)


@pytest.mark.parametrize(
    ("rule", "said", "reason"),
    [
        ("calls-at-once", {}, "it takes one call at a time"),
        ("quotes-are-spans", {}, "it does not say where its words come from"),
    ],
)
def test_a_rule_that_is_not_about_such_models_does_not_apply(
    rule: str, said: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    with pytest.raises(Skipped, match=reason):
        check(rule, tmp_path, said)
