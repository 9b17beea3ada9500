"""The rules of where an answer ends and how it comes in pieces find what is broken, and draw their lines.

Modules: ``potluck.testing.chat_endings``.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from potluck.contracts import ChatModel, ChatOptions
from potluck.documents import Answer, Message
from potluck.errors import PotluckError
from potluck.testing import Skipped, chat_endings
from support.kits import breaks, rules_of, violating
from support.plain_chat import END, Plain
from support.talker import by_time, check, finished, text, used


class StopIncluded(Plain):
    def stream(self, messages: Sequence[Message], options: ChatOptions) -> Iterator[str | Answer]:
        *pieces, answer = super().stream(messages, options)
        assert isinstance(answer, Answer)
        whole = "".join(letter for letter in self.letters(self.rendered(messages), options) if letter != END)
        found = [stop for stop in options.stop if whole[len(answer.text) :].startswith(stop)]
        yield from [*pieces, *found, replace(answer, text=answer.text + "".join(found))]


class HoldsBack(Plain):
    """What may begin a stop text is lost where it does not go on."""

    def stream(self, messages: Sequence[Message], options: ChatOptions) -> Iterator[str | Answer]:
        *pieces, answer = super().stream(messages, options)
        assert isinstance(answer, Answer)
        if any(answer.text.endswith(stop[0]) for stop in options.stop):
            pieces, answer = [answer.text[:-1]], replace(answer, text=answer.text[:-1])
        yield from [*pieces, answer]


class NeverCut(Plain):
    def stream(self, messages: Sequence[Message], options: ChatOptions) -> Iterator[str | Answer]:
        return super().stream(messages, options.model_copy(update={"max_tokens": 24}))


class CountsAtMost(NeverCut):
    """Says that it kept the limit."""

    def stream(self, messages: Sequence[Message], options: ChatOptions) -> Iterator[str | Answer]:
        for piece in super().stream(messages, options):
            if isinstance(piece, Answer):
                usage = replace(piece.usage, completion=min(piece.usage.completion, options.max_tokens))
                yield replace(piece, usage=usage)
            else:
                yield piece


class CutIsWhole(Plain):
    def stream(self, messages: Sequence[Message], options: ChatOptions) -> Iterator[str | Answer]:
        for piece in super().stream(messages, options):
            yield replace(piece, finish="stop") if isinstance(piece, Answer) else piece


class Stripped(Plain):
    def stream(self, messages: Sequence[Message], options: ChatOptions) -> Iterator[str | Answer]:
        for piece in super().stream(messages, options):
            yield piece.replace(" ", "") if isinstance(piece, str) else piece


class NoEnd(Plain):
    def chat(self, messages: Sequence[Message], options: ChatOptions) -> Answer:
        *_, answer = Plain.stream(self, messages, options)
        assert isinstance(answer, Answer)
        return answer

    def stream(self, messages: Sequence[Message], options: ChatOptions) -> Iterator[str | Answer]:
        yield from [piece for piece in super().stream(messages, options) if isinstance(piece, str)]


class GoesOn(Plain):
    """Works on to the end when nobody listens any more."""

    def letters(self, text: str, options: ChatOptions) -> Iterator[str]:
        rest = super().letters(text, options.model_copy(update={"temperature": 0.0}))
        done = 0
        try:
            for letter in rest:
                done += 1
                time.sleep(0.03)
                yield letter if letter != END else "a"
        finally:
            time.sleep(0.03 * (options.max_tokens - done))


class StaysBusy(Plain):
    """Lets go where the answer ends, and only there."""

    busy = False

    def stream(self, messages: Sequence[Message], options: ChatOptions) -> Iterator[str | Answer]:
        if self.busy:
            raise PotluckError("busy")
        self.busy = True
        yield from super().stream(messages, options)
        self.busy = False


class InAList(Plain):
    def stream(self, messages: Sequence[Message], options: ChatOptions) -> Iterator[str | Answer]:
        return iter(list(super().stream(messages, options)))


MUTANTS: list[tuple[type[ChatModel], str]] = [
    (StopIncluded, "stop-ends-the-answer"),
    (HoldsBack, "stop-ends-the-answer"),
    (NeverCut, "max-tokens-is-kept"),
    (CountsAtMost, "max-tokens-is-kept"),
    (CutIsWhole, "max-tokens-is-kept"),
    (Stripped, "pieces-are-the-answer"),
    (NoEnd, "pieces-are-the-answer"),
    (GoesOn, "closing-stops-the-work"),
    (StaysBusy, "closing-stops-the-work"),
    (InAList, "closing-stops-the-work"),
]  # fmt: skip


@pytest.mark.parametrize(("mutant", "rule"), MUTANTS)
def test_a_broken_chat_model_is_told_by_the_rule_that_it_breaks(tmp_path: Path, mutant: Any, rule: str) -> None:
    assert breaks("chat", rule, lambda own: mutant(), tmp_path)


def test_every_rule_of_the_module_is_broken_by_one_of_them() -> None:
    assert {rule for _, rule in MUTANTS} == rules_of(chat_endings)


ALLOWED: list[tuple[str, dict[str, Any]]] = [
    ("stop-ends-the-answer", {}),
    ("max-tokens-is-kept", {}),
    ("pieces-are-the-answer", {}),
    ("pieces-are-the-answer", {"pieces": lambda whole: [whole]}),
    ("pieces-are-the-answer", {"in_pieces": used(cached=5)}),
    ("closing-stops-the-work", {}),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "said"), ALLOWED)
def test_what_is_just_allowed_is_let_pass(rule: str, said: dict[str, Any], tmp_path: Path) -> None:
    check(rule, tmp_path, said)


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("stop-ends-the-answer", {"changed": lambda model, answer, messages, options: model._answer(
        messages, options.model_copy(update={"stop": ()}))}, "it said 'How deep must the ballas'"),
    ("stop-ends-the-answer", {"in_pieces": lambda model, answer, messages, options: model._answer(
        messages, options.model_copy(update={"stop": options.stop[:1]}))}, "it said '"),
    ("stop-ends-the-answer", {"changed": lambda model, answer, messages, options: replace(
        answer, finish="length" if options.stop else "stop")}, "stopped, it says that it finished with 'length'"),
    ("stop-ends-the-answer", {"changed": lambda model, answer, messages, options: replace(
        answer, text=answer.text[:-1] if len(options.stop) == 1 else answer.text)}, "is not part of '"),
    ("max-tokens-is-kept", {"changed": lambda model, answer, messages, options: model._answer(
        messages, options.model_copy(update={"max_tokens": options.max_tokens + 1}))}, "tokens where 1 are allowed"),
    ("max-tokens-is-kept", {"in_pieces": lambda model, answer, messages, options: model._answer(
        messages, options.model_copy(update={"max_tokens": options.max_tokens + (options.max_tokens == 3)}))},
     "4 tokens where 3 are allowed"),
    ("max-tokens-is-kept", {"changed": finished("stop")}, "cut, it says that it finished with 'stop'"),
    ("max-tokens-is-kept", {"changed": lambda model, answer, messages, options: replace(model._answer(
        messages, ChatOptions(max_tokens=24)), usage=answer.usage)}, "24 tokens are counted as 1"),
    ("pieces-are-the-answer", {"pieces": lambda whole: [*whole, None]}, "between the pieces is something else"),
    ("pieces-are-the-answer", {"pieces": lambda whole: [*whole[1:]]}, "the pieces are ["),
    ("pieces-are-the-answer", {"in_pieces": text(str.upper)}, "in pieces it says 'HOW DEEP"),
    ("pieces-are-the-answer", {"in_pieces": finished("filter")}, "in pieces it says 'How deep"),
    ("pieces-are-the-answer", {"in_pieces": used(completion=1)}, "in pieces, Usage("),
    ("closing-stops-the-work", {"changed": by_time}, "before it said '1 How "),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "said", "message"), REFUSED)
def test_what_is_just_not_allowed_is_told(rule: str, said: dict[str, Any], message: str, tmp_path: Path) -> None:
    with violating(rule, message):
        check(rule, tmp_path, said)


@pytest.mark.parametrize(
    ("rule", "said", "reason"),
    [
        ("stop-ends-the-answer", {"changed": text(lambda said: said[:3])}, "its longest answer is 'How', too short"),
        ("stop-ends-the-answer", {"changed": text(lambda said: "aaaaaaaa")}, "with nothing to stop at"),
        ("max-tokens-is-kept", {"changed": text(lambda said: said[:3])}, "too short to be cut"),
    ],
)
def test_a_rule_that_is_not_about_such_models_does_not_apply(
    rule: str, said: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    with pytest.raises(Skipped, match=reason):
        check(rule, tmp_path, said)
