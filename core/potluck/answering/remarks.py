"""What people should know about an answer besides its text: thoughts, a token limit, a filter, odd replies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from potluck.amounts import many
from potluck.documents import Answer

_NAMED = 5
"""How many questions a remark names."""

FILTERED = "the service's content filter withheld the answer"


def remarks_on(answer: Answer) -> Iterator[str]:
    """The remarks on one answer, a sentence each."""
    yield from answer.notes
    if answer.finish == "filter" and not answer.notes:
        yield FILTERED
    if not answer.is_only_thoughts:
        return
    if answer.finish == "length":
        yield "the token limit ended the model's thoughts, so there is no answer: raise chat.max_tokens"
    elif answer.finish == "stop":
        yield "the model ended with its thoughts and gave no answer"


def remarks_on_all(answers: Mapping[str, Answer]) -> Iterator[str]:
    """The remarks on the answers to several questions, by their ids, each once with the questions that it is about."""
    about: dict[str, list[str]] = {}
    for name, answer in answers.items():
        for remark in remarks_on(answer):
            about.setdefault(remark, []).append(name)
    for remark, names in about.items():
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        yield f"{', '.join(names[:_NAMED])}{more}: {remark}"
    yield from summarise_thoughts(list(answers.values()))


def summarise_thoughts(answers: Sequence[Answer]) -> Iterator[str]:
    """How much of the model's output was thoughts, if there were any."""
    thinking = [answer for answer in answers if answer.thoughts]
    if thinking:
        characters = sum(len(answer.thoughts) for answer in thinking)
        tokens = sum(answer.usage.reasoning for answer in thinking)
        counted = f", {tokens:,} of {sum(one.usage.completion for one in thinking):,} tokens" if tokens else ""
        yield f"thoughts: {many(characters, 'character')}{counted}, kept apart from {_answers(len(thinking))}"


def with_all_thoughts(answer: Answer, heard: Sequence[Answer]) -> Answer:
    """The answer with the thoughts and notes of all answers that led to it."""
    thoughts = "\n\n".join(dict.fromkeys(one.thoughts for one in heard if one.thoughts))
    notes = dict.fromkeys(note for one in heard for note in one.notes)
    return replace(answer, thoughts=thoughts, notes=tuple(notes))


def _answers(count: int) -> str:
    return "the answer" if count == 1 else f"{count} answers"
