"""The kit of chat models finds what is broken, by name.

Modules: ``potluck.contracts.chat``, ``potluck.testing.chat_likelihoods``.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from potluck.contracts import ChatModel, ChatOptions, Likelihood
from potluck.documents import Answer, Message, Quote, Usage
from potluck.errors import PotluckError, Unsupported
from potluck.testing import Skipped, Subject, checks
from support.kits import breaks, broken
from support.plain_chat import END, LETTERS, Plain, Quoting, Scored


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


class Ascii(Plain):
    def rendered(self, prompt: str | Sequence[Message]) -> str:
        return super().rendered(prompt).encode("ascii", "replace").decode()


class AsciiCounted(Plain):
    def count_tokens(self, messages: Sequence[Message]) -> int:
        return len(self.rendered(messages).encode("ascii", "ignore"))


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
    (AnyWindow, "says-what-it-is"), (PriceOfOne, "prices-are-for-a-million"), (Neither, "answers-or-scores"),
    (SaysText, "answers"), (SaysNothing, "answers"), (OneTurn, "takes-a-conversation"),
    (ThreeRoles, "unknown-role-is-named"), (Formats, "any-text-is-taken"), (Ascii, "chinese-is-read"),
    (Chancy, "repeatable"), (Learns, "repeatable"), (NoSeed, "seed-repeats"), (StopIncluded, "stop-ends-the-answer"),
    (HoldsBack, "stop-ends-the-answer"), (NeverCut, "max-tokens-is-kept"), (CountsAtMost, "max-tokens-is-kept"),
    (CutIsWhole, "max-tokens-is-kept"), (Stripped, "pieces-are-the-answer"), (NoEnd, "pieces-are-the-answer"),
    (GoesOn, "closing-stops-the-work"), (StaysBusy, "closing-stops-the-work"), (InAList, "closing-stops-the-work"),
    (LastOnly, "tokens-are-counted"), (AsciiCounted, "tokens-are-counted"), (WithoutTemplate, "usage-is-counted"),
    (NoUsage, "usage-is-counted"), (Cuts, "too-long-is-refused"), (FailsOnLong, "too-long-is-refused"),
    (ReadsLess, "window-is-honest"), (OneAtATime, "calls-at-once"), (QuotesBeside, "quotes-are-spans"),
    (QuotesOther, "quotes-are-spans"), (NewIdentity, "identity-is-text"), (StartsOver, "prepared-answers-the-same"),
    (ScoresInSecret, "who-cannot-score-says-so"),
    (NotThere, "who-cannot-score-says-so"), (Surprise, "likelihoods-are-logarithms"),
    (LikeliestFirst, "likelihoods-in-order"), (OtherWayRound, "answers-are-likely"), (Guesses, "answers-are-likely"),
    (Ascii, "the-prompt-is-read"), (NoAfter, "what-follows-counts"), (NoAfterRead, "what-follows-counts"),
    (NothingIsCertain, "nothing-has-no-likelihood"), (ScoresTheEnd, "too-long-has-no-likelihood"),
    (Blanks, "vocabulary-is-words"), (Phrases, "vocabulary-is-words"),
]  # fmt: skip


@pytest.mark.parametrize(("mutant", "rule"), MUTANTS)
def test_a_broken_chat_model_is_told_by_the_rule_that_it_breaks(tmp_path: Path, mutant: Any, rule: str) -> None:
    assert breaks("chat", rule, lambda own: mutant(), tmp_path)


def test_every_rule_is_broken_by_one_of_them() -> None:
    assert {rule for _, rule in MUTANTS} == {check.rule for check in checks("chat")}


@pytest.mark.parametrize("model", [Plain, Scored, Quoting])
def test_a_chat_model_that_keeps_the_rules_breaks_none(tmp_path: Path, model: type[ChatModel]) -> None:
    assert broken("chat", lambda own: model(), tmp_path) == set()


def skipped(model: type[ChatModel], folder: Path) -> dict[str, str]:
    found = {}
    for check in checks("chat"):
        try:
            check.on(Subject(lambda own: model(), folder))
        except Skipped as reason:
            found[check.rule] = str(reason)
    return found


def test_what_does_not_apply_is_skipped_with_the_reason(tmp_path: Path) -> None:
    assert skipped(Plain, tmp_path) == {
        "quotes-are-spans": "it does not say where its words come from",
        "who-cannot-score-says-so": "it says how likely texts are",
    }
    quoting, scored = skipped(Quoting, tmp_path), skipped(Scored, tmp_path)
    assert quoting["too-long-is-refused"] == "it takes prompts of any length"
    assert quoting["calls-at-once"] == "it takes one call at a time"
    assert quoting["likelihoods-in-order"] == "it does not say how likely texts are"
    assert scored["stop-ends-the-answer"] == "it writes no answers: fills gaps"
    assert "likelihoods-in-order" not in scored
