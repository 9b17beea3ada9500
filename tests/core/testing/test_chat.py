"""Where the rules of chat models draw their lines: what is just allowed, and what is just not.

Modules: ``potluck.testing.chat``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from potluck.contracts import ChatModel, ChatOptions
from potluck.documents import Answer, Message, Quote, Usage
from potluck.errors import ContextExceeded, PotluckError, Unsupported
from potluck.testing import Skipped, Subject, Violation, checks
from support.kits import violating

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
    ("stop-ends-the-answer", {}),
    ("max-tokens-is-kept", {}),
    ("pieces-are-the-answer", {}),
    ("pieces-are-the-answer", {"pieces": lambda whole: [whole]}),
    ("pieces-are-the-answer", {"in_pieces": used(cached=5)}),
    ("closing-stops-the-work", {}),
    ("tokens-are-counted", {}),
    ("usage-is-counted", {}),
    ("usage-is-counted", {"changed": used(cached=1), "in_pieces": used(cached=0)}),
    ("usage-is-counted", {"exact_token_counts": False, "changed": used(prompt=1), "in_pieces": used(prompt=1)}),
    ("too-long-is-refused", {"context_window": 600}),
    ("window-is-honest", {"context_window": 600}),
    ("quotes-are-spans", {"changed": quoting(Quote(0, 0, 1), Quote(0, 3, 9))}),
    ("prepared-answers-the-same", {}),
    ("identity-is-text", {"named": {"model": "a"}}),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "said"), ALLOWED)
def test_what_is_just_allowed_is_let_pass(rule: str, said: dict[str, Any], tmp_path: Path) -> None:
    check(rule, tmp_path, said)


def by_time(model: Talker, answer: Answer, messages: Sequence[Message], options: ChatOptions) -> Answer:
    """Every answer is another one."""
    vars(model)["times"] = vars(model).get("times", 0) + 1
    return replace(answer, text=f"{model.times} {answer.text}")  # type: ignore[attr-defined]


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


@pytest.mark.parametrize(
    ("rule", "said", "reason"),
    [
        ("prices-are-for-a-million", {}, "it has no price"),
        ("too-long-is-refused", {}, "it takes prompts of any length"),
        ("window-is-honest", {}, "there is no window"),
        ("window-is-honest", {"context_window": 600, "exact_token_counts": False}, "it estimates how many tokens"),
        ("window-is-honest", {"context_window": 4097}, "a window of 4,097 tokens is too long to be tried"),
        ("calls-at-once", {}, "it takes one call at a time"),
        ("quotes-are-spans", {}, "it does not say where its words come from"),
        ("answers", WRITES_NONE, "it writes no answers: it fills gaps"),
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


def test_a_stream_without_an_answer_at_its_end_is_told(tmp_path: Path) -> None:
    class NoEnd(Talker):
        def stream(self, messages: Sequence[Message], options: ChatOptions) -> Iterator[str | Answer]:
            yield from self._answer(messages, options).text

    (one,) = (one for one in checks("chat") if one.rule == "pieces-are-the-answer")
    with pytest.raises(Violation, match="a stream ends with str instead of an Answer"):
        one.on(Subject(lambda own: NoEnd({}), tmp_path))


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
