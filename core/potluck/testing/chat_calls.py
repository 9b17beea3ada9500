"""The rules of chat models: calls at once, quotes, preparation and identity."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from potluck.testing.chat_prompts import MANY, PASSAGES, QUESTIONS, fresh_chat, get_answer, prompt_for
from potluck.testing.kit import Skipped, Subject, need, rule


@rule("chat", "calls-at-once")
def check_threads(subject: Subject) -> None:
    """Asked from as many threads as it says, it gives each its own answer."""
    with fresh_chat(subject) as model:
        alone = [get_answer(model, prompt_for(question)).text for question in QUESTIONS]
        threads = min(model.concurrency, len(QUESTIONS))
        if threads == 1:
            raise Skipped("it takes one call at a time")
        together = Barrier(threads)

        def ask(number: int) -> str:
            if number < threads:
                together.wait(60)
            return get_answer(model, prompt_for(QUESTIONS[number % len(QUESTIONS)])).text

        with ThreadPoolExecutor(threads) as pool:
            found = list(pool.map(ask, range(2 * len(QUESTIONS))))
    need(found == alone * 2, f"alone it says {alone}, and from {threads} threads {found}")


@rule("chat", "quotes-are-spans")
def check_quotes(subject: Subject) -> None:
    """A quote is a span of a passage of the last message, and the answer holds it word for word."""
    with fresh_chat(subject) as model:
        answers = [get_answer(model, prompt_for(question), max_tokens=MANY) for question in QUESTIONS]
    if not any(answer.quotes for answer in answers):
        raise Skipped("it does not say where its words come from")
    for answer in answers:
        for quote in answer.quotes:
            need(0 <= quote.passage < len(PASSAGES), f"there is no passage {quote.passage}")
            text = PASSAGES[quote.passage].text
            need(0 <= quote.start < quote.end <= len(text), f"{quote} is outside of {text!r}")
            words = text[quote.start : quote.end]
            need(words in answer.text, f"{words!r} is not in {answer.text!r}")


@rule("chat", "prepared-answers-the-same")
def check_prepare(subject: Subject) -> None:
    """``prepare`` can be called again, and changes no answer."""
    with fresh_chat(subject) as model:
        model.prepare()
        model.prepare()
        prepared = get_answer(model, prompt_for(QUESTIONS[0]), max_tokens=4)
        model.prepare()
        again = get_answer(model, prompt_for(QUESTIONS[0]), max_tokens=4)
    with fresh_chat(subject) as model:
        unprepared = get_answer(model, prompt_for(QUESTIONS[0]), max_tokens=4)
    texts = [answer.text for answer in (prepared, again, unprepared)]
    need(len({*texts}) == 1, f"prepared, prepared again and unprepared it says {texts}")


@rule("chat", "identity-is-text")
def check_identity(subject: Subject) -> None:
    """``identity`` is a mapping of texts, the same for two instances."""
    with fresh_chat(subject) as model, fresh_chat(subject) as other:
        one, two = dict(model.identity()), dict(other.identity())
    need(one == two, "two instances have two identities")
    need(all(isinstance(part, str) for pair in one.items() for part in pair), f"it is {one}")
