"""The rules of likelihoods find what is broken, and draw their lines: what is just allowed, and what is just not.

Modules: ``potluck.testing.chat_likelihoods``.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from potluck.contracts import ChatModel, ChatOptions, Likelihood
from potluck.documents import Answer, Message, Usage
from potluck.errors import ContextExceeded, Unsupported
from potluck.testing import Skipped, Subject, Violation, chat_likelihoods, checks
from support.kits import breaks, rules_of, violating
from support.plain_chat import LETTERS, Ascii, Plain, Quoting, Scored

Changed = Callable[[list[Likelihood], str, Sequence[str]], Any]


class Scorer(ChatModel):
    """Holds a text for as likely as a hash says, more so where the question has its letters; it keeps every rule."""

    context_window: int | None = None
    scores_text = True
    changed: Changed = staticmethod(lambda found, before, texts: found)
    words: Any = ("fruit", "水果", "and")
    refuses: str = "with a reason"
    lets_long = lets_nothing = False
    answers: Callable[[str], str] = staticmethod(lambda question: question)

    def __init__(self, said: dict[str, Any]) -> None:
        for name, value in said.items():
            setattr(self, name, value)

    def count_tokens(self, messages: Sequence[Message]) -> int:
        return sum(len(message.content) + 1 for message in messages)

    def chat(self, messages: Sequence[Message], options: ChatOptions) -> Answer:
        text = self.answers(messages[-1].question or "")[: options.max_tokens]
        return Answer(text, "length", Usage(self.count_tokens(messages), len(text)))

    def stream(self, messages: Sequence[Message], options: ChatOptions) -> Iterator[str | Answer]:
        yield self.chat(messages, options)

    def likelihoods(self, prompt: Any, continuations: Sequence[str], after: str = "") -> list[Likelihood]:
        if not self.scores_text:
            raise Unsupported(self.refuses)
        before = prompt if isinstance(prompt, str) else prompt[-1].question or prompt[-1].content
        if not self.lets_nothing and not all(continuations):
            raise ValueError("nothing")
        if self.context_window is not None and len(before) > self.context_window and not self.lets_long:
            raise ContextExceeded("too long")
        found = [
            Likelihood(self._sum(before, text + after), max(1, len(text) - len(text) // 9)) for text in continuations
        ]
        made: list[Likelihood] = self.changed([replace(one, tokens=1) for one in found], before, continuations)
        return made

    def _sum(self, before: str, text: str) -> float:
        chance = hashlib.blake2b(f"{before}|{text[0]}".encode()).digest()[0] / 256
        mine = self.answers(before).startswith(text[:1])
        return -chance - len(text) - (0 if mine else 9)

    def vocabulary(self) -> Sequence[str]:
        if not self.scores_text or isinstance(self.words, Exception):
            raise self.words if self.scores_text else Unsupported(self.refuses)
        words: Sequence[str] = self.words
        return words


def check(rule: str, folder: Path, said: dict[str, Any]) -> None:
    (one,) = (one for one in checks("chat") if one.rule == rule)
    one.on(Subject(lambda own: Scorer(said), folder))


def each(**changes: Any) -> Changed:
    return lambda found, before, texts: [replace(one, **changes) for one in found]


def moved(by: float) -> Changed:
    """The sums of texts that come with others in front of them are others."""
    return lambda found, before, texts: [
        replace(one, logprob=one.logprob - by * (number >= 5)) for number, one in enumerate(found)
    ]


ALLOWED: list[tuple[str, dict[str, Any]]] = [
    ("who-cannot-score-says-so", {"scores_text": False}),
    ("likelihoods-are-logarithms", {}),
    ("likelihoods-are-logarithms", {"changed": each(logprob=0.0)}),
    ("likelihoods-in-order", {}),
    ("likelihoods-in-order", {"changed": moved(0.04)}),
    ("answers-are-likely", {}),
    ("the-prompt-is-read", {}),
    ("what-follows-counts", {}),
    ("what-follows-counts", {"reads_after": True}),
    ("nothing-has-no-likelihood", {}),
    ("too-long-has-no-likelihood", {"context_window": 50}),
    ("vocabulary-is-words", {}),
    ("vocabulary-is-words", {"words": ("一",)}),
]


@pytest.mark.parametrize(("rule", "said"), ALLOWED)
def test_what_is_just_allowed_is_let_pass(rule: str, said: dict[str, Any], tmp_path: Path) -> None:
    check(rule, tmp_path, said)


def in_all(change: Callable[[Likelihood], Likelihood]) -> Changed:
    return lambda found, before, texts: [change(one) for one in found]


def of_many_tokens(found: list[Likelihood], before: str, texts: Sequence[str]) -> list[Likelihood]:
    return [replace(one, tokens=2 + ("and" in text)) for one, text in zip(found, texts, strict=True)]


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("who-cannot-score-says-so", {"scores_text": False, "refuses": ""}, "likelihoods is refused without a word"),
    ("likelihoods-are-logarithms", {"changed": lambda found, before, texts: found[1:]}, "4 likelihoods of 5 texts"),
    ("likelihoods-are-logarithms", {"changed": lambda found, before, texts: [one.logprob for one in found]},
     "one is a float"),
    ("likelihoods-are-logarithms", {"changed": each(logprob=0.1)}, "a logarithm is 0.1"),
    ("likelihoods-are-logarithms", {"changed": each(logprob=-math.inf)}, "a logarithm is -inf"),
    ("likelihoods-are-logarithms", {"changed": each(logprob=math.nan)}, "a logarithm is nan"),
    ("likelihoods-are-logarithms", {"changed": each(tokens=0)}, "it is summed over 0 tokens"),
    ("likelihoods-are-logarithms", {"changed": each(tokens=1.5)}, "it is summed over 1.5 tokens"),
    ("likelihoods-are-logarithms", {"changed": lambda found, before, texts: found or [Likelihood(-1.0, 1)]},
     "there are likelihoods of no text"),
    ("likelihoods-in-order", {"changed": lambda found, before, texts: sorted(found, key=lambda one: one.logprob)},
     "turned round, they are others"),
    ("likelihoods-in-order", {"changed": moved(0.06)}, "with each text twice, they are others"),
    ("likelihoods-in-order", {"changed": lambda found, before, texts: found[:5]}, "with each text twice"),
    ("likelihoods-in-order", {"changed": each(logprob=-2.0)}, "all texts are equally likely"),
    ("answers-are-likely", {"changed": in_all(lambda one: replace(one, logprob=-20 - one.logprob))},
     "are as likely the other way round"),
    ("answers-are-likely", {"changed": each(logprob=-1.0)}, "are as likely the other way round (0)"),
    ("the-prompt-is-read", {"changed": each(logprob=-1.0)}, "other prompts give the same sums"),
    ("the-prompt-is-read", {"changed": lambda found, before, texts: [
        replace(one, logprob=-1.0 if "寬" in before else -2.0) for one in found]}, "other prompts give the same sums"),
    ("what-follows-counts", {"changed": each(logprob=-1.0)}, "is not less likely than alone"),
    ("what-follows-counts", {"changed": each(logprob=-1.0), "reads_after": True}, "is as likely before ' and "),
    ("nothing-has-no-likelihood", {"lets_nothing": True, "_sum": lambda before, text: -1.0},
     "there are likelihoods of ['']"),
    ("too-long-has-no-likelihood", {"context_window": 50, "lets_long": True},
     "a text of more than 50 tokens has a likelihood"),
    ("vocabulary-is-words", {"words": ()}, "of 0 words 0 are different"),
    ("vocabulary-is-words", {"words": ("a", "b", "a")}, "of 3 words 2 are different"),
    ("vocabulary-is-words", {"words": ("a", "")}, "'' is not a word"),
    ("vocabulary-is-words", {"words": ("a", " b")}, "' b' is not a word"),
    ("vocabulary-is-words", {"words": ("a", 3)}, "3 is not a word"),
    ("vocabulary-is-words", {"changed": of_many_tokens}, "'fruit' is 2 tokens"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "said", "message"), REFUSED)
def test_what_is_just_not_allowed_is_told(rule: str, said: dict[str, Any], message: str, tmp_path: Path) -> None:
    with violating(rule, message):
        check(rule, tmp_path, said)


SCORING = [
    "likelihoods-are-logarithms", "likelihoods-in-order", "answers-are-likely", "the-prompt-is-read",
    "what-follows-counts", "nothing-has-no-likelihood", "too-long-has-no-likelihood", "vocabulary-is-words",
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "said", "reason"),
    [
        *((rule, {"scores_text": False}, "it does not say how likely texts are") for rule in SCORING),
        ("who-cannot-score-says-so", {}, "it says how likely texts are"),
        ("answers-are-likely", {"answers": lambda question: "same"}, "it answers all questions alike: "),
        ("answers-are-likely", {"answers": lambda question: ""}, "it answers all questions alike: "),
        ("too-long-has-no-likelihood", {}, "it takes texts of any length"),
        ("vocabulary-is-words", {"words": Unsupported("too many")}, "it does not list its vocabulary: too many"),
    ],
)
def test_a_rule_that_is_not_about_such_models_does_not_apply(
    rule: str, said: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    with pytest.raises(Skipped, match=reason):
        check(rule, tmp_path, said)


def test_likelihoods_of_a_model_that_says_it_has_none_are_told(tmp_path: Path) -> None:
    class Denies(Scorer):
        def likelihoods(self, prompt: Any, continuations: Sequence[str], after: str = "") -> list[Likelihood]:
            return [Likelihood(-1.0, 1)]

    (one,) = (one for one in checks("chat") if one.rule == "who-cannot-score-says-so")
    with pytest.raises(Violation, match="likelihoods works, and scores_text is False"):
        one.on(Subject(lambda own: Denies({"scores_text": False}), tmp_path))


class ScoresInSecret(Plain):
    scores_text = False


class NotThere(Quoting):
    def likelihoods(
        self, prompt: str | Sequence[Message], continuations: Sequence[str], after: str = ""
    ) -> list[Likelihood]:
        raise NotImplementedError


class Surprise(Plain):
    """Gives how surprising a text is."""

    def likelihood(self, before: str, text: str) -> Likelihood:
        found = super().likelihood(before, text)
        return Likelihood(-found.logprob, found.tokens)


class LikeliestFirst(Plain):
    def likelihoods(
        self, prompt: str | Sequence[Message], continuations: Sequence[str], after: str = ""
    ) -> list[Likelihood]:
        return sorted(super().likelihoods(prompt, continuations, after), key=lambda one: -one.logprob)


class Guesses(Plain):
    """Scores by the length."""

    def likelihood(self, before: str, text: str) -> Likelihood:
        self.fitting(before + text)
        return Likelihood(-float(len(text)), len(text))


class OtherWayRound(Plain):
    """The unlikelier, the higher."""

    def likelihood(self, before: str, text: str) -> Likelihood:
        found = super().likelihood(before, text)
        return Likelihood(-1e4 - found.logprob, found.tokens)


class NoAfter(Plain):
    def likelihoods(
        self, prompt: str | Sequence[Message], continuations: Sequence[str], after: str = ""
    ) -> list[Likelihood]:
        return super().likelihoods(prompt, continuations)


class NoAfterRead(Scored):
    def likelihoods(
        self, prompt: str | Sequence[Message], continuations: Sequence[str], after: str = ""
    ) -> list[Likelihood]:
        return super().likelihoods(prompt, continuations)


class NothingIsCertain(Plain):
    def likelihoods(
        self, prompt: str | Sequence[Message], continuations: Sequence[str], after: str = ""
    ) -> list[Likelihood]:
        before = self.rendered(prompt)
        return [self.likelihood(before, each + after) for each in continuations]


class ScoresTheEnd(Plain):
    def likelihood(self, before: str, text: str) -> Likelihood:
        return super().likelihood((before + text)[: -len(text)][-500:], text)


class Blanks(Plain):
    def vocabulary(self) -> Sequence[str]:
        return [f" {letter}" for letter in LETTERS if letter.strip()]


class Phrases(Plain):
    def vocabulary(self) -> Sequence[str]:
        return ["ballast", "道碴"]


MUTANTS: list[tuple[type[ChatModel], str]] = [
    (ScoresInSecret, "who-cannot-score-says-so"),
    (NotThere, "who-cannot-score-says-so"),
    (Surprise, "likelihoods-are-logarithms"),
    (LikeliestFirst, "likelihoods-in-order"),
    (OtherWayRound, "answers-are-likely"),
    (Guesses, "answers-are-likely"),
    (Ascii, "the-prompt-is-read"),
    (NoAfter, "what-follows-counts"),
    (NoAfterRead, "what-follows-counts"),
    (NothingIsCertain, "nothing-has-no-likelihood"),
    (ScoresTheEnd, "too-long-has-no-likelihood"),
    (Blanks, "vocabulary-is-words"),
    (Phrases, "vocabulary-is-words"),
]  # fmt: skip


@pytest.mark.parametrize(("mutant", "rule"), MUTANTS)
def test_a_broken_chat_model_is_told_by_the_rule_that_it_breaks(tmp_path: Path, mutant: Any, rule: str) -> None:
    assert breaks("chat", rule, lambda own: mutant(), tmp_path)


def test_every_rule_of_the_module_is_broken_by_one_of_them() -> None:
    assert {rule for _, rule in MUTANTS} == rules_of(chat_likelihoods)
