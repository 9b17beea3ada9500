"""The rules of chat models: their declarations and their answers.

A model that writes no answers (its ``chat`` raises ``Unsupported``) is checked against the rules of likelihoods alone.
"""

from __future__ import annotations

import math
from typing import Any

from potluck.contracts import ChatOptions
from potluck.documents import Answer, Message
from potluck.errors import PotluckError, Unsupported
from potluck.testing.chat_prompts import ALIKE, QUESTIONS, fresh_chat, get_answer, prompt_for
from potluck.testing.kit import Skipped, Subject, need, need_as_offered, rule
from potluck.testing.texts import ODD


@rule("chat", "says-what-it-is")
def check_declared(subject: Subject) -> None:
    """Its window, the calls that can be made at once, and what it can do are of the contract's types."""
    with fresh_chat(subject) as model:
        window = model.context_window
        need(window is None or (type(window) is int and window > 0), f"context_window is {window!r}")
        need(type(model.concurrency) is int and model.concurrency > 0, f"concurrency is {model.concurrency!r}")
        for name in ("exact_token_counts", "scores_text", "reads_after", "takes_tools", "takes_tuned"):
            need(type(getattr(model, name)) is bool, f"{name} is {getattr(model, name)!r}")
        need(isinstance(model.answer_end, str), f"answer_end is {model.answer_end!r}")
        need_as_offered(subject, model)


@rule("chat", "prices-are-for-a-million")
def check_prices(subject: Subject) -> None:
    """A price is two plausible numbers, dollars for a million tokens of prompt and of answer."""
    with fresh_chat(subject) as model:
        prices = model.prices
    if prices is None:
        raise Skipped("it has no price")
    need(len(prices) == 2, f"prices are {prices}")
    for price in prices:
        need(math.isfinite(price) and 0 <= price <= 10_000, f"{price} dollars for a million tokens")
        need(not 0 < price < 1e-4, f"{price} dollars for a million tokens: is it the price of one?")


@rule("chat", "answers-or-scores")
def check_use(subject: Subject) -> None:
    """It writes answers, or it says how likely texts are; one that does neither is not a chat model."""
    with fresh_chat(subject) as model:
        try:
            model.chat(prompt_for(QUESTIONS[0]), ChatOptions(max_tokens=4))
        except Unsupported as error:
            need(model.scores_text, f"it writes no answers ({error}), and says scores_text = False")


@rule("chat", "answers")
def check_answers(subject: Subject) -> None:
    """An answer is an ``Answer`` with text that can be written down, and says how it ended."""
    with fresh_chat(subject) as model:
        answers = [get_answer(model, prompt_for(question)) for question in QUESTIONS]
    for answer in answers:
        need(type(answer) is Answer and isinstance(answer.text, str), f"it answers with {answer!r}")
        need(answer.finish in ("stop", "length", "filter"), f"it finished with {answer.finish!r}")
        need(_is_written(answer.text), f"half a character is in {answer.text!r}")
    need(any(answer.text.strip() for answer in answers), f"it says nothing to any of {len(QUESTIONS)} questions")


def _is_written(text: str) -> bool:
    """Whether a text has no halves of surrogate pairs."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


@rule("chat", "takes-a-conversation")
def check_roles(subject: Subject) -> None:
    """Earlier turns are taken; a system message is too, or is refused with a ``PotluckError``."""
    before = [Message("user", QUESTIONS[1]), Message("assistant", "A helmet. 安全帽。")]
    system = [Message("system", "Answer briefly. 請簡短回答。")]
    with fresh_chat(subject) as model:
        get_answer(model, [*before, *prompt_for(QUESTIONS[0])], max_tokens=4)
        for messages in (
            system + prompt_for(QUESTIONS[0]),
            [*system, *before, *prompt_for(QUESTIONS[0])],
        ):
            try:
                get_answer(model, messages, max_tokens=4)
            except PotluckError as refused:
                need(str(refused), "the refusal says nothing")


@rule("chat", "unknown-role-is-named")
def check_unknown_role(subject: Subject) -> None:
    """A role that the model cannot use is answered all the same, or refused with a ``PotluckError``."""
    unknown: Any = "narrator"
    with fresh_chat(subject) as model:
        get_answer(model, prompt_for(QUESTIONS[0]), max_tokens=4)
        try:
            model.chat([Message(unknown, "It rains. 下雨了。"), *prompt_for(QUESTIONS[0])], ChatOptions(max_tokens=4))
        except PotluckError as refused:
            need(str(refused), "the refusal says nothing")


@rule("chat", "any-text-is-taken")
def check_odd(subject: Subject) -> None:
    """Every text is a question: of one character, with emoji, with a NUL, with the marks of templates."""
    with fresh_chat(subject) as model:
        for text in ODD:
            answer = get_answer(model, [Message("user", text)], max_tokens=4)
            need(_is_written(answer.text), f"to {text!r} it says {answer.text!r}")


@rule("chat", "chinese-is-read")
def check_chinese(subject: Subject) -> None:
    """Questions that differ only in their Han characters do not all have one answer."""
    with fresh_chat(subject) as model:
        answers = {get_answer(model, prompt_for(question), max_tokens=12).text for question in ALIKE}
    need(len(answers) > 1, f"the answer to {len(ALIKE)} questions is always {answers.copy().pop()!r}")


@rule("chat", "repeatable")
def check_repeatable(subject: Subject) -> None:
    """At temperature 0 the same question has the same answer: again, after another, and from another instance."""
    with fresh_chat(subject) as model:
        first = [get_answer(model, prompt_for(question)).text for question in QUESTIONS]
        again = [get_answer(model, prompt_for(question)).text for question in QUESTIONS[::-1]][::-1]
    need(first == again, "the second time the answers were others")
    with fresh_chat(subject) as other:
        elsewhere = [get_answer(other, prompt_for(question)).text for question in QUESTIONS]
    need(first == elsewhere, "another instance gave other answers")


@rule("chat", "seed-repeats")
def check_seed(subject: Subject) -> None:
    """The same seed gives the same sampled answer, from another instance too."""
    found = []
    for _ in range(2):
        with fresh_chat(subject) as model:
            found += [get_answer(model, prompt_for(QUESTIONS[0]), temperature=1.0, seed=7).text for _ in range(2)]
    need(len(set(found)) == 1, f"with one seed it said {sorted(set(found))}")
