"""The rules of chat models: where an answer ends, and how it comes in pieces."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from potluck.contracts import ChatOptions
from potluck.testing.chat_prompts import (
    HALF,
    MANY,
    QUESTIONS,
    fresh_chat,
    get_answer,
    longest_answer,
    prompt_for,
    stream_answer,
)
from potluck.testing.kit import Skipped, Subject, need, rule

_NEVER = "⟦never⟧"


@rule("chat", "stop-ends-the-answer")
def check_stop(subject: Subject) -> None:
    """An answer ends before the first of the stop texts, and the one that only begins takes nothing away."""
    with fresh_chat(subject) as model:
        messages, whole = longest_answer(model)
        text = whole.text
        # Not behind half a character, which some engines hand on and some do not.
        places = [place for place in range(len(text) // 3, len(text) - 1) if HALF not in text[place - 1 : place + 2]]
        stops = [text[place : place + 2] for place in places if text.index(text[place : place + 2]) == place]
        if not stops:
            raise Skipped(f"its longest answer is {text!r}, with nothing to stop at")
        stop, expected = stops[0], text[: text.index(stops[0])]
        both = (_NEVER, stop)
        for answer in (get_answer(model, messages, stop=both), stream_answer(model, messages, stop=both)[1]):
            need(answer.text == expected, f"before {stop!r} of {text!r} it said {answer.text!r}")
            need(answer.finish == "stop", f"stopped, it says that it finished with {answer.finish!r}")
        begun = get_answer(model, messages, stop=(text[-1] + _NEVER,))
        need(begun.text == text, f"{text[-1] + _NEVER!r} is not part of {text!r}, and it said {begun.text!r}")


@rule("chat", "max-tokens-is-kept")
def check_limit(subject: Subject) -> None:
    """An answer has no more tokens than it may, and one that was cut says so."""
    with fresh_chat(subject) as model:
        messages, whole = longest_answer(model)
        for limit in (1, 3):
            for short in (
                get_answer(model, messages, max_tokens=limit),
                stream_answer(model, messages, max_tokens=limit)[1],
            ):
                used = short.usage.completion
                need(used <= limit, f"{used} tokens where {limit} are allowed")
                if whole.usage.completion > 2 * limit + 1:
                    need(short.text != whole.text, f"{whole.usage.completion} tokens are counted as {used}")
                    need(short.finish == "length", f"cut, it says that it finished with {short.finish!r}")


@rule("chat", "pieces-are-the-answer")
def check_stream(subject: Subject) -> None:
    """A stream yields pieces of text, then the ``Answer``: their sum, and what ``chat`` gives."""
    with fresh_chat(subject) as model:
        for question in QUESTIONS:
            whole = get_answer(model, prompt_for(question))
            pieces, answer = stream_answer(model, prompt_for(question))
            need(all(isinstance(piece, str) for piece in pieces), "between the pieces is something else")
            need("".join(pieces) == answer.text, f"the pieces are {pieces}, and the text {answer.text!r}")
            same = (answer.text, answer.finish) == (whole.text, whole.finish)
            need(same, f"in pieces it says {answer.text!r}, at once {whole.text!r}")
            same = replace(answer.usage, cached=0) == replace(whole.usage, cached=0)
            need(same, f"{answer.usage} in pieces, {whole.usage} at once")


@rule("chat", "closing-stops-the-work")
def check_close(subject: Subject) -> None:
    """A stream that is closed, or never begun, lets go at once, and the model answers the next question as before."""
    with fresh_chat(subject) as model:
        before = get_answer(model, prompt_for(QUESTIONS[0]), max_tokens=4)
        began = time.monotonic()
        stream_answer(model, prompt_for(QUESTIONS[1]), max_tokens=MANY)
        took = time.monotonic() - began
        for begin in (False, True):
            pieces: Any = model.stream(prompt_for(QUESTIONS[1]), ChatOptions(temperature=0.0, max_tokens=MANY))
            need(hasattr(pieces, "close"), f"stream gives a {type(pieces).__name__}, which cannot be closed")
            if begin:
                next(pieces)
            began = time.monotonic()
            pieces.close()
            after = get_answer(model, prompt_for(QUESTIONS[0]), max_tokens=4)
            waited = time.monotonic() - began
            need(after.text == before.text, f"before it said {before.text!r}, and after {after.text!r}")
            need(waited <= max(1.0, took / 2), f"{waited:.1f} s to the next answer; a whole one takes {took:.1f} s")
