"""The rules of chat models: counting tokens, and prompts that fill the window."""

from __future__ import annotations

from potluck.contracts import ChatModel
from potluck.documents import Message
from potluck.errors import ContextExceeded
from potluck.testing.chat_prompts import QUESTIONS, fresh_chat, get_answer, prompt_for, stream_answer
from potluck.testing.kit import Skipped, Subject, need, rule
from potluck.testing.texts import ODD, SENTENCES

_LONGEST = 4096
"""The largest window, in tokens, that is filled to try it."""


@rule("chat", "tokens-are-counted")
def check_counts(subject: Subject) -> None:
    """``count_tokens`` grows with every message and with the text of one, in any script."""
    with fresh_chat(subject) as model:

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
    """A prompt has as many tokens as ``count_tokens`` says, or at most as many if that is an estimate."""
    with fresh_chat(subject) as model:
        for question in QUESTIONS:
            counted = model.count_tokens(prompt_for(question))
            for answer in (
                get_answer(model, prompt_for(question)),
                stream_answer(model, prompt_for(question))[1],
            ):
                usage = answer.usage
                need(0 < usage.prompt <= counted, f"{usage.prompt} tokens of prompt, of {counted} that were counted")
                exactly = usage.prompt == counted or not model.exact_token_counts
                need(exactly, f"{usage.prompt} tokens of prompt, and {counted} were counted")
                need(usage.completion > 0 or not answer.text, f"{answer.text!r} has no token")
                need(0 <= usage.cached <= usage.prompt, f"{usage.cached} of {usage.prompt} tokens were cached")


@rule("chat", "too-long-is-refused")
def check_overflow(subject: Subject) -> None:
    """A prompt that is longer than the window is refused with ``ContextExceeded`` before a word is said."""
    with fresh_chat(subject) as model:
        get_answer(model, prompt_for(QUESTIONS[0]), max_tokens=4)
        window = model.context_window
        if window is None:
            raise Skipped("it takes prompts of any length")
        messages = _fill_window(model, window, fits=False)
        for name, ask in (("chat", get_answer), ("stream", stream_answer)):
            try:
                answer = ask(model, messages, max_tokens=4)
            except ContextExceeded as refused:
                need(str(refused), "the refusal says nothing")
            else:
                need(False, f"{name} answers {answer} to more than {window} tokens")


@rule("chat", "window-is-honest")
def check_window(subject: Subject) -> None:
    """A prompt that fills the window is read whole."""
    with fresh_chat(subject) as model:
        get_answer(model, prompt_for(QUESTIONS[0]), max_tokens=4)
        window = model.context_window
        if window is None or not model.exact_token_counts:
            raise Skipped("there is no window" if window is None else "it estimates how many tokens a prompt has")
        if window > _LONGEST:
            raise Skipped(f"a window of {window:,} tokens is too long to be tried")
        messages = _fill_window(model, window - 1, fits=True)
        counted, read = model.count_tokens(messages), get_answer(model, messages, max_tokens=1).usage.prompt
        need(read == counted, f"of {counted} tokens that fit a window of {window} it read {read}")


def _fill_window(model: ChatModel, window: int, *, fits: bool) -> list[Message]:
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
