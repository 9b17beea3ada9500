"""The rules of chat models: what they say about themselves, and how they answer.

The questions come with passages, as a recipe's do, so that a model that quotes has something to quote. A model that
writes no answers (its ``chat`` raises ``Unsupported``) is checked against the rules of likelihoods alone.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from threading import Barrier
from typing import Any

from potluck.contracts import ChatModel, ChatOptions
from potluck.documents import Answer, Message, Passage
from potluck.errors import ContextExceeded, PotluckError, Unsupported
from potluck.testing.kit import Skipped, Subject, need, rule
from potluck.testing.texts import SENTENCES

QUESTIONS = (
    *("How deep must the ballast be?", "What does every worker wear?"),
    *("道碴厚度不得小於多少？", "巡查每週至少幾次？"),
)
ALIKE = ("道碴厚度最少是多少？", "巡查每週至少做幾次？", "今天的天氣適合散步？", "你會不會數到一百呢？")
"""As long as each other: whoever puts the same sign for each Han character, or none, sees one question."""
ODD = (
    *("x", "字", " x ", "👷\u200d♀️ naïve e\u0301 𠮷", "\u202eעברית\u202c", "\r\n\t—"),
    *("a\0b", "{context} {{ x }} {% raw %} %s", "<|im_end|></s>[MASK]", "ﷺ" * 9, "x" * 90),
)
_PASSAGES = tuple(
    Passage(str(n), "規範 manual.txt", text, 0, len(text), 0.9) for n, text in enumerate((*SENTENCES[:4], SENTENCES[5]))
)
_TOKENS = 24
"""Enough for an answer that can be cut, and few enough for a slow model."""
_MANY = 96
_LONGEST = 4096
"""Tokens of a window that is filled to try it."""
_NEVER = "⟦never⟧"
HALF = "\ufffd"
"""What stands for half a character."""


@contextmanager
def made(subject: Subject) -> Iterator[ChatModel]:
    """A fresh model, closed in the end."""
    model: ChatModel = subject.make()
    try:
        yield model
    finally:
        model.close()


def asked(question: str) -> list[Message]:
    """A question as a recipe asks it, with its passages."""
    context = "\n".join(passage.text for passage in _PASSAGES)
    return [Message("user", f"{context}\n\n{question}", _PASSAGES, question)]


def said(model: ChatModel, messages: Sequence[Message], **options: Any) -> Answer:
    """The answer, greedily and short unless the options say otherwise. Raises ``Skipped`` for who writes none."""
    try:
        return model.chat(messages, ChatOptions(**{"temperature": 0.0, "max_tokens": _TOKENS, **options}))
    except Unsupported as error:
        raise Skipped(f"it writes no answers: {error}") from error


def streamed(model: ChatModel, messages: Sequence[Message], **options: Any) -> tuple[list[Any], Answer]:
    """The pieces of a stream, and the answer at its end."""
    *pieces, answer = model.stream(messages, ChatOptions(**{"temperature": 0.0, "max_tokens": _TOKENS, **options}))
    if not isinstance(answer, Answer):
        raise AssertionError(f"a stream ends with {type(answer).__name__} instead of an Answer")
    return pieces, answer


@rule("chat", "says-what-it-is")
def check_declared(subject: Subject) -> None:
    """Its window, the calls that can be made at once, and what it can do are of the contract's types."""
    with made(subject) as model:
        window = model.context_window
        need(window is None or (type(window) is int and window > 0), f"context_window is {window!r}")
        need(type(model.concurrency) is int and model.concurrency > 0, f"concurrency is {model.concurrency!r}")
        for name in ("exact_token_counts", "scores_text", "reads_after", "takes_tuned"):
            need(type(getattr(model, name)) is bool, f"{name} is {getattr(model, name)!r}")
        need(isinstance(model.answer_end, str), f"answer_end is {model.answer_end!r}")


@rule("chat", "prices-are-for-a-million")
def check_prices(subject: Subject) -> None:
    """A price is two numbers, dollars for a million tokens of prompt and of answer, as nobody would mistake them."""
    with made(subject) as model:
        prices = model.prices
    if prices is None:
        raise Skipped("it has no price")
    need(len(prices) == 2, f"prices are {prices}")
    for price in prices:
        need(math.isfinite(price) and 0 <= price <= 10_000, f"{price} dollars for a million tokens")
        need(not 0 < price < 1e-4, f"{price} dollars for a million tokens: is it the price of one?")


@rule("chat", "answers-or-scores")
def check_use(subject: Subject) -> None:
    """It writes answers, or it says how likely texts are; one that does neither is no chat model."""
    with made(subject) as model:
        try:
            model.chat(asked(QUESTIONS[0]), ChatOptions(max_tokens=4))
        except Unsupported as error:
            need(model.scores_text, f"it writes no answers ({error}), and says scores_text = False")


@rule("chat", "answers")
def check_answers(subject: Subject) -> None:
    """An answer is an ``Answer`` with text that can be written down, and says how it ended."""
    with made(subject) as model:
        answers = [said(model, asked(question)) for question in QUESTIONS]
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
    """What was said before is taken; a system message is too, or is refused with a ``PotluckError``."""
    before = [Message("user", QUESTIONS[1]), Message("assistant", "A helmet. 安全帽。")]
    system = [Message("system", "Answer briefly. 請簡短回答。")]
    with made(subject) as model:
        said(model, [*before, *asked(QUESTIONS[0])], max_tokens=4)
        for messages in (system + asked(QUESTIONS[0]), [*system, *before, *asked(QUESTIONS[0])]):
            try:
                said(model, messages, max_tokens=4)
            except PotluckError as refused:
                need(str(refused), "the refusal says nothing")


@rule("chat", "unknown-role-is-named")
def check_unknown_role(subject: Subject) -> None:
    """A role that the model cannot use is answered all the same, or refused with a ``PotluckError``."""
    unknown: Any = "narrator"
    with made(subject) as model:
        said(model, asked(QUESTIONS[0]), max_tokens=4)
        try:
            model.chat([Message(unknown, "It rains. 下雨了。"), *asked(QUESTIONS[0])], ChatOptions(max_tokens=4))
        except PotluckError as refused:
            need(str(refused), "the refusal says nothing")


@rule("chat", "any-text-is-taken")
def check_odd(subject: Subject) -> None:
    """Every text is a question: of one character, with emoji, with a NUL, with the marks of templates."""
    with made(subject) as model:
        for text in ODD:
            answer = said(model, [Message("user", text)], max_tokens=4)
            need(_is_written(answer.text), f"to {text!r} it says {answer.text!r}")


@rule("chat", "chinese-is-read")
def check_chinese(subject: Subject) -> None:
    """Questions that differ in their Han characters alone have not all one answer."""
    with made(subject) as model:
        answers = {said(model, asked(question), max_tokens=12).text for question in ALIKE}
    need(len(answers) > 1, f"the answer to {len(ALIKE)} questions is always {answers.copy().pop()!r}")


@rule("chat", "repeatable")
def check_repeatable(subject: Subject) -> None:
    """At temperature 0 the same question has the same answer: again, after another, and from another instance."""
    with made(subject) as model:
        first = [said(model, asked(question)).text for question in QUESTIONS]
        again = [said(model, asked(question)).text for question in QUESTIONS[::-1]][::-1]
    need(first == again, "the second time the answers were others")
    with made(subject) as other:
        elsewhere = [said(other, asked(question)).text for question in QUESTIONS]
    need(first == elsewhere, "another instance gave other answers")


@rule("chat", "seed-repeats")
def check_seed(subject: Subject) -> None:
    """What chance chose is chosen again with the same seed, by another instance too."""
    found = []
    for _ in range(2):
        with made(subject) as model:
            found += [said(model, asked(QUESTIONS[0]), temperature=1.0, seed=7).text for _ in range(2)]
    need(len(set(found)) == 1, f"with one seed it said {sorted(set(found))}")


@rule("chat", "stop-ends-the-answer")
def check_stop(subject: Subject) -> None:
    """An answer ends before the first of the stop texts, and the one that only begins takes nothing away."""
    with made(subject) as model:
        messages, whole = _long(model)
        text = whole.text
        # Not behind half a character, which some engines hand on and some do not.
        places = [place for place in range(len(text) // 3, len(text) - 1) if HALF not in text[place - 1 : place + 2]]
        stops = [text[place : place + 2] for place in places if text.index(text[place : place + 2]) == place]
        if not stops:
            raise Skipped(f"its longest answer is {text!r}, with nothing to stop at")
        stop, expected = stops[0], text[: text.index(stops[0])]
        both = (_NEVER, stop)
        for answer in (said(model, messages, stop=both), streamed(model, messages, stop=both)[1]):
            need(answer.text == expected, f"before {stop!r} of {text!r} it said {answer.text!r}")
            need(answer.finish == "stop", f"stopped, it says that it finished with {answer.finish!r}")
        begun = said(model, messages, stop=(text[-1] + _NEVER,))
        need(begun.text == text, f"{text[-1] + _NEVER!r} is no part of {text!r}, and it said {begun.text!r}")


def _long(model: ChatModel) -> tuple[list[Message], Answer]:
    """A question with the longest answer, and that."""
    found = [(messages, said(model, messages)) for messages in map(asked, QUESTIONS)]
    messages, answer = max(found, key=lambda pair: len(pair[1].text))
    if len(answer.text.strip()) < 4:
        raise Skipped(f"its longest answer is {answer.text!r}, too short to be cut")
    return messages, answer


@rule("chat", "max-tokens-is-kept")
def check_limit(subject: Subject) -> None:
    """An answer has no more tokens than it may, and one that was cut says so."""
    with made(subject) as model:
        messages, whole = _long(model)
        for limit in (1, 3):
            for short in (said(model, messages, max_tokens=limit), streamed(model, messages, max_tokens=limit)[1]):
                used = short.usage.completion
                need(used <= limit, f"{used} tokens where {limit} are allowed")
                if whole.usage.completion > 2 * limit + 1:
                    need(short.text != whole.text, f"{whole.usage.completion} tokens are counted as {used}")
                    need(short.finish == "length", f"cut, it says that it finished with {short.finish!r}")


@rule("chat", "pieces-are-the-answer")
def check_stream(subject: Subject) -> None:
    """A stream yields pieces of text, then the ``Answer``: their sum, and what ``chat`` gives."""
    with made(subject) as model:
        for question in QUESTIONS:
            whole = said(model, asked(question))
            pieces, answer = streamed(model, asked(question))
            need(all(isinstance(piece, str) for piece in pieces), "between the pieces is something else")
            need("".join(pieces) == answer.text, f"the pieces are {pieces}, and the text {answer.text!r}")
            same = (answer.text, answer.finish) == (whole.text, whole.finish)
            need(same, f"in pieces it says {answer.text!r}, at once {whole.text!r}")
            same = replace(answer.usage, cached=0) == replace(whole.usage, cached=0)
            need(same, f"{answer.usage} in pieces, {whole.usage} at once")


@rule("chat", "closing-stops-the-work")
def check_close(subject: Subject) -> None:
    """A stream that is closed, or never begun, lets go at once, and the model answers the next question as before."""
    with made(subject) as model:
        before = said(model, asked(QUESTIONS[0]), max_tokens=4)
        began = time.monotonic()
        streamed(model, asked(QUESTIONS[1]), max_tokens=_MANY)
        took = time.monotonic() - began
        for begin in (False, True):
            pieces: Any = model.stream(asked(QUESTIONS[1]), ChatOptions(temperature=0.0, max_tokens=_MANY))
            need(hasattr(pieces, "close"), f"stream gives a {type(pieces).__name__}, which cannot be closed")
            if begin:
                next(pieces)
            began = time.monotonic()
            pieces.close()
            after = said(model, asked(QUESTIONS[0]), max_tokens=4)
            waited = time.monotonic() - began
            need(after.text == before.text, f"before it said {before.text!r}, and after {after.text!r}")
            need(waited <= max(1.0, took / 2), f"{waited:.1f} s to the next answer; a whole one takes {took:.1f} s")


@rule("chat", "tokens-are-counted")
def check_counts(subject: Subject) -> None:
    """``count_tokens`` grows with every message and with the text of one, in any script."""
    with made(subject) as model:

        def count(*texts: str) -> int:
            talk = [Message("assistant" if n % 2 else "user", text) for n, text in enumerate(texts)]
            return model.count_tokens(talk)

        least = count("x")
        need(type(least) is int and least > 0, f"a message has {least!r} tokens")
        for text in (*QUESTIONS, *ODD[3:5], "ﷺ"):
            many, one = count(f"{text} " * 8), count("x" + " " * 8)
            need(many > one, f"eight times {text!r} is {many} tokens, 'x' with as many blanks is {one}")
        need(count("x", "a b c", "字") > count("x", "a b c") > least, "with more messages there are no more tokens")
        need(count("x") == least, "counted again there are others")


@rule("chat", "usage-is-counted")
def check_usage(subject: Subject) -> None:
    """The tokens of a prompt are those that ``count_tokens`` says, or no more where it estimates."""
    with made(subject) as model:
        for question in QUESTIONS:
            counted = model.count_tokens(asked(question))
            for answer in (said(model, asked(question)), streamed(model, asked(question))[1]):
                usage = answer.usage
                need(0 < usage.prompt <= counted, f"{usage.prompt} tokens of prompt, of {counted} that were counted")
                exactly = usage.prompt == counted or not model.exact_token_counts
                need(exactly, f"{usage.prompt} tokens of prompt, and {counted} were counted")
                need(usage.completion > 0 or not answer.text, f"{answer.text!r} has no token")
                need(0 <= usage.cached <= usage.prompt, f"{usage.cached} of {usage.prompt} tokens were cached")


@rule("chat", "too-long-is-refused")
def check_overflow(subject: Subject) -> None:
    """A prompt that is longer than the window is refused with ``ContextExceeded`` before a word is said."""
    with made(subject) as model:
        said(model, asked(QUESTIONS[0]), max_tokens=4)
        window = model.context_window
        if window is None:
            raise Skipped("it takes prompts of any length")
        messages = _filled(model, window, fits=False)
        for name, ask in (("chat", said), ("stream", streamed)):
            try:
                answer = ask(model, messages, max_tokens=4)
            except ContextExceeded as refused:
                need(str(refused), "the refusal says nothing")
            else:
                need(False, f"{name} answers {answer} to more than {window} tokens")


@rule("chat", "window-is-honest")
def check_window(subject: Subject) -> None:
    """A prompt that fills the window is read whole."""
    with made(subject) as model:
        said(model, asked(QUESTIONS[0]), max_tokens=4)
        window = model.context_window
        if window is None or not model.exact_token_counts:
            raise Skipped("there is no window" if window is None else "it estimates how many tokens a prompt has")
        if window > _LONGEST:
            raise Skipped(f"a window of {window:,} tokens is too long to be tried")
        messages = _filled(model, window - 1, fits=True)
        counted, read = model.count_tokens(messages), said(model, messages, max_tokens=1).usage.prompt
        need(read == counted, f"of {counted} tokens that fit a window of {window} it read {read}")


def _filled(model: ChatModel, window: int, *, fits: bool) -> list[Message]:
    """The longest prompt of whole sentences that fits a window, or a longer one."""

    def prompt(times: int) -> list[Message]:
        return [Message("user", "\n".join(SENTENCES[n % len(SENTENCES)] for n in range(times)))]

    high = 1
    while model.count_tokens(prompt(high)) <= window:
        high *= 2
    low = high // 2
    while fits and high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if model.count_tokens(prompt(middle)) <= window else (low, middle)
    if fits and not low:
        raise Skipped(f"not a sentence fits a window of {window} tokens")
    return prompt(low if fits else high)


@rule("chat", "calls-at-once")
def check_threads(subject: Subject) -> None:
    """Asked from as many threads as it says, it gives each its own answer."""
    with made(subject) as model:
        alone = [said(model, asked(question)).text for question in QUESTIONS]
        threads = min(model.concurrency, len(QUESTIONS))
        if threads == 1:
            raise Skipped("it takes one call at a time")
        together = Barrier(threads)

        def ask(number: int) -> str:
            if number < threads:
                together.wait(60)
            return said(model, asked(QUESTIONS[number % len(QUESTIONS)])).text

        with ThreadPoolExecutor(threads) as pool:
            found = list(pool.map(ask, range(2 * len(QUESTIONS))))
    need(found == alone * 2, f"alone it says {alone}, and from {threads} threads {found}")


@rule("chat", "quotes-are-spans")
def check_quotes(subject: Subject) -> None:
    """A quote is a span of a passage of the last message, and the answer holds it word for word."""
    with made(subject) as model:
        answers = [said(model, asked(question), max_tokens=_MANY) for question in QUESTIONS]
    if not any(answer.quotes for answer in answers):
        raise Skipped("it does not say where its words come from")
    for answer in answers:
        for quote in answer.quotes:
            need(0 <= quote.passage < len(_PASSAGES), f"there is no passage {quote.passage}")
            text = _PASSAGES[quote.passage].text
            need(0 <= quote.start < quote.end <= len(text), f"{quote} is outside of {text!r}")
            words = text[quote.start : quote.end]
            need(words in answer.text, f"{words!r} is not in {answer.text!r}")


@rule("chat", "prepared-answers-the-same")
def check_prepare(subject: Subject) -> None:
    """``prepare`` can be called again, and changes no answer."""
    with made(subject) as model:
        model.prepare()
        model.prepare()
        prepared = said(model, asked(QUESTIONS[0]), max_tokens=4)
        model.prepare()
        again = said(model, asked(QUESTIONS[0]), max_tokens=4)
    with made(subject) as model:
        unprepared = said(model, asked(QUESTIONS[0]), max_tokens=4)
    texts = [answer.text for answer in (prepared, again, unprepared)]
    need(len({*texts}) == 1, f"prepared, prepared again and unprepared it says {texts}")


@rule("chat", "identity-is-text")
def check_identity(subject: Subject) -> None:
    """``identity`` is a mapping of texts, the same for two instances."""
    with made(subject) as model, made(subject) as other:
        one, two = dict(model.identity()), dict(other.identity())
    need(one == two, "two instances have two identities")
    need(all(isinstance(part, str) for pair in one.items() for part in pair), f"it is {one}")
