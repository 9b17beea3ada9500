"""The rules of chat models find what is broken, and draw their lines: what is just allowed, and what is just not.

Modules: ``potluck.testing.chat``.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from potluck.contracts import ChatModel, ChatOptions
from potluck.documents import Answer, Message
from potluck.errors import PotluckError, Unsupported
from potluck.testing import Skipped, Subject, Violation, chat, checks
from support.kits import breaks, rules_of, violating
from support.plain_chat import END, Ascii, Plain
from support.talker import WRITES_NONE, Talker, by_time, check, finished, from_role, text


class AnyWindow(Plain):
    context_window = 0


class PriceOfOne(Plain):
    prices = (2.5e-6, 1e-5)


class Neither(Plain):
    scores_text = False

    def chat(self, messages: Sequence[Message], options: ChatOptions) -> Answer:
        raise Unsupported("not yet")


class SaysText(Plain):
    def chat(self, messages: Sequence[Message], options: ChatOptions) -> Any:
        return super().chat(messages, options).text


class SaysNothing(Plain):
    def letters(self, text: str, options: ChatOptions) -> Iterator[str]:
        yield END


class OneTurn(Plain):
    def rendered(self, prompt: str | Sequence[Message]) -> str:
        if not isinstance(prompt, str) and len(prompt) > 2:
            raise ValueError("roles must alternate")
        return super().rendered(prompt)


class ThreeRoles(Plain):
    def rendered(self, prompt: str | Sequence[Message]) -> str:
        if not isinstance(prompt, str):
            _ = [{"system": 0, "user": 1, "assistant": 2}[message.role] for message in prompt]
        return super().rendered(prompt)


class Formats(Plain):
    """Puts the text into a template of Python's."""

    def rendered(self, prompt: str | Sequence[Message]) -> str:
        return super().rendered(prompt).format(context="")


class Chancy(Plain):
    def next(self, before: str, options: ChatOptions, chance: random.Random) -> str:
        return super().next(before, options.model_copy(update={"temperature": 1.0}), chance)


class Learns(Plain):
    """What was asked before is still in its cache."""

    def __init__(self) -> None:
        self.seen = ""

    def letters(self, text: str, options: ChatOptions) -> Iterator[str]:
        before, self.seen = self.seen, text
        return super().letters(before + text, options)


class NoSeed(Plain):
    def letters(self, text: str, options: ChatOptions) -> Iterator[str]:
        return super().letters(text, options.model_copy(update={"seed": None}))


MUTANTS: list[tuple[type[ChatModel], str]] = [
    (AnyWindow, "says-what-it-is"),
    (PriceOfOne, "prices-are-for-a-million"),
    (Neither, "answers-or-scores"),
    (SaysText, "answers"),
    (SaysNothing, "answers"),
    (OneTurn, "takes-a-conversation"),
    (ThreeRoles, "unknown-role-is-named"),
    (Formats, "any-text-is-taken"),
    (Ascii, "chinese-is-read"),
    (Chancy, "repeatable"),
    (Learns, "repeatable"),
    (NoSeed, "seed-repeats"),
]  # fmt: skip


@pytest.mark.parametrize(("mutant", "rule"), MUTANTS)
def test_a_broken_chat_model_is_told_by_the_rule_that_it_breaks(tmp_path: Path, mutant: Any, rule: str) -> None:
    assert breaks("chat", rule, lambda own: mutant(), tmp_path)


def test_every_rule_of_the_module_is_broken_by_one_of_them() -> None:
    assert {rule for _, rule in MUTANTS} == rules_of(chat)


ALLOWED: list[tuple[str, dict[str, Any]]] = [
    ("says-what-it-is", {}),
    ("says-what-it-is", {"context_window": 1, "concurrency": 1}),
    ("prices-are-for-a-million", {"prices": (0, 0)}),
    ("prices-are-for-a-million", {"prices": (1e-4, 10_000)}),
    ("answers-or-scores", {}),
    ("answers-or-scores", {**WRITES_NONE, "scores_text": True}),
    ("answers", {}),
    ("answers", {"changed": finished("filter")}),
    ("answers", {"changed": lambda model, answer, messages, options: replace(
        answer, text="" if "worker" in answer.text else answer.text)}),
    ("takes-a-conversation", {}),
    ("takes-a-conversation", {"refuses": from_role("system", PotluckError("no system message"))}),
    ("unknown-role-is-named", {}),
    ("unknown-role-is-named", {"refuses": from_role("narrator", PotluckError("narrator is no role"))}),
    ("any-text-is-taken", {}),
    ("chinese-is-read", {}),
    ("repeatable", {}),
    ("seed-repeats", {}),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "said"), ALLOWED)
def test_what_is_just_allowed_is_let_pass(rule: str, said: dict[str, Any], tmp_path: Path) -> None:
    check(rule, tmp_path, said)


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("says-what-it-is", {"context_window": 0}, "context_window is 0"),
    ("says-what-it-is", {"context_window": 9.0}, "context_window is 9.0"),
    ("says-what-it-is", {"concurrency": 0}, "concurrency is 0"),
    ("says-what-it-is", {"concurrency": 2.0}, "concurrency is 2.0"),
    ("says-what-it-is", {"scores_text": 1}, "scores_text is 1"),
    ("says-what-it-is", {"exact_token_counts": None}, "exact_token_counts is None"),
    ("says-what-it-is", {"reads_after": "no"}, "reads_after is 'no'"),
    ("says-what-it-is", {"takes_tuned": 0}, "takes_tuned is 0"),
    ("says-what-it-is", {"answer_end": None}, "answer_end is None"),
    ("prices-are-for-a-million", {"prices": (1,)}, "prices are (1,)"),
    ("prices-are-for-a-million", {"prices": (1, -1)}, "-1 dollars for a million tokens"),
    ("prices-are-for-a-million", {"prices": (10_001, 1)}, "10001 dollars for a million tokens"),
    ("prices-are-for-a-million", {"prices": (1, math.inf)}, "inf dollars for a million tokens"),
    ("prices-are-for-a-million", {"prices": (9e-5, 1)}, "is it the price of one?"),
    ("answers-or-scores", WRITES_NONE, "it writes no answers (it fills gaps), and says scores_text = False"),
    ("answers", {"changed": text(lambda said: "")}, "it says nothing to any of 4 questions"),
    ("answers", {"changed": text(lambda said: " \n")}, "it says nothing to any of 4 questions"),
    ("answers", {"changed": text(lambda said: "a\ud83d")}, "half a character is in"),
    ("answers", {"changed": finished("done")}, "it finished with 'done'"),
    ("answers", {"changed": lambda model, answer, messages, options: answer.text}, "it answers with 'How deep"),
    ("answers", {"changed": text(lambda said: 3)}, "it answers with Answer(text=3"),
    ("takes-a-conversation", {"refuses": from_role("assistant", PotluckError("one message"))}, "PotluckError: one"),
    ("takes-a-conversation", {"refuses": from_role("system", PotluckError(""))}, "the refusal says nothing"),
    ("takes-a-conversation", {"refuses": from_role("system", KeyError("system"))}, "KeyError: 'system'"),
    ("unknown-role-is-named", {"refuses": from_role("narrator", PotluckError(""))}, "the refusal says nothing"),
    ("unknown-role-is-named", {"refuses": from_role("narrator", KeyError("narrator"))}, "KeyError: 'narrator'"),
    ("any-text-is-taken", {"changed": text(lambda said: said + "\udfff")}, "to 'x' it says 'x\\udfff'"),
    ("chinese-is-read", {"changed": text(lambda said: "".join(c for c in said if c.isascii()))},
     "the answer to 4 questions is always ''"),
    ("repeatable", {"changed": by_time}, "the second time the answers were others"),
    ("seed-repeats", {"changed": by_time}, "with one seed it said ['1 How deep"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "said", "message"), REFUSED)
def test_what_is_just_not_allowed_is_told(rule: str, said: dict[str, Any], message: str, tmp_path: Path) -> None:
    with violating(rule, message):
        check(rule, tmp_path, said)


@pytest.mark.parametrize(
    ("rule", "said", "reason"),
    [
        ("prices-are-for-a-million", {}, "it has no price"),
        ("answers", WRITES_NONE, "it writes no answers: it fills gaps"),
    ],
)
def test_a_rule_that_is_not_about_such_models_does_not_apply(
    rule: str, said: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    with pytest.raises(Skipped, match=reason):
        check(rule, tmp_path, said)


def test_another_instance_that_says_something_else_is_told(tmp_path: Path) -> None:
    made: list[int] = []

    def build(own: Path) -> Talker:
        made.append(1)
        number = len(made)
        return Talker({"changed": text(lambda said: f"{number} {said}"), "named": {"number": str(number)}})

    for rule, message in {
        "repeatable": "another instance gave other answers",
        "seed-repeats": "with one seed it said",
        "identity-is-text": "two instances have two identities",
    }.items():
        (one,) = (one for one in checks("chat") if one.rule == rule)
        with pytest.raises(Violation, match=message):
            one.on(Subject(build, tmp_path))
