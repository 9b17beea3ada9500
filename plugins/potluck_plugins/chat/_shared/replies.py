"""Reading answers of OpenAI's protocol, whole or as the events of a stream, from servers that speak it in many ways."""

from __future__ import annotations

import json
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, JsonValue

from potluck.documents import Answer, Finish, Usage
from potluck.language import whole_characters
from potluck_plugins._openai import Failed
from potluck_plugins._openai.complaints import complaint, error_of
from potluck_plugins._openai.failures import failure_in_answer
from potluck_plugins.chat._shared.finishes import finish_of, is_broken
from potluck_plugins.chat._shared.parts import part_text, parts_of
from potluck_plugins.chat._shared.thoughts import Habit

_HALVES = "\ufffd" + "".join(map(chr, range(0xD800, 0xDC00)))
"""The stand-ins for the first half of a character at the end of a piece."""

_LONGEST_REASON = 60
_UNBELIEVABLE = 1e15
"""Tokens that no model reads or writes."""


def _count(value: object) -> int:
    """A number of tokens: some services write 50.0 or "8". Anything else counts as 0: no answer is lost because of
    it."""
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return 0
    return round(number) if 0 < number < _UNBELIEVABLE else 0


def _mapping_or_empty(value: object) -> object:
    return value if isinstance(value, dict) else {}


def _reason(value: object) -> object:
    """A number or a list is a reason that nobody knows."""
    return value if isinstance(value, str) else json.dumps(value) if value else None


Count = Annotated[int, BeforeValidator(_count)]


class _PromptDetails(BaseModel):
    cached_tokens: Count = 0


class _CompletionDetails(BaseModel):
    reasoning_tokens: Count = 0


class _Usage(BaseModel):
    prompt_tokens: Count = 0
    completion_tokens: Count = 0
    prompt_tokens_details: Annotated[_PromptDetails, BeforeValidator(_mapping_or_empty)] = _PromptDetails()
    completion_tokens_details: Annotated[_CompletionDetails, BeforeValidator(_mapping_or_empty)] = _CompletionDetails()

    def to_usage(self) -> Usage:
        cached, thoughts = self.prompt_tokens_details.cached_tokens, self.completion_tokens_details.reasoning_tokens
        prompt, completion = self.prompt_tokens, self.completion_tokens
        return Usage(prompt, completion, min(cached, prompt), min(thoughts, completion))


class _Message(BaseModel):
    content: str | list[JsonValue] | dict[str, JsonValue] | None = None
    refusal: str | None = None
    reasoning_content: JsonValue = None
    reasoning: JsonValue = None
    reasoning_details: JsonValue = None
    thinking: JsonValue = None

    def thoughts(self) -> str:
        """The thoughts that come beside the content, in the first of the fields that holds some."""
        fields = (self.reasoning_content, self.reasoning, self.thinking, self.reasoning_details)
        return next((text for field in fields if (text := part_text(field))), "")


class _Choice(BaseModel):
    message: _Message | None = None
    delta: _Message | None = None
    text: JsonValue = None
    finish_reason: Annotated[str | None, BeforeValidator(_reason)] = None
    error: JsonValue = None


class Event(BaseModel):
    """An answer, or an event of one that comes in pieces."""

    choices: list[_Choice] | None = None
    usage: JsonValue = None
    model: str | None = None
    system_fingerprint: str | None = None


class Reply:
    """The part of an answer that has arrived. ``whole``: it comes at once, and so the network cannot cut it."""

    def __init__(self, habit: Habit, *, whole: bool) -> None:
        """Begin with nothing."""
        self._habit, self._whole = habit, whole
        self._thinking = habit.start_thinking()
        self._texts: list[str] = []
        self._beside: list[str] = []
        self._held = ""
        self._reason: str | None = None
        self._usage: Usage | None = None
        self._refused = False
        self._served_by = ""
        self._notes: dict[str, None] = {}

    @property
    def is_complete(self) -> bool:
        """Whether the end of the text has come."""
        return self._reason is not None

    def take(self, body: JsonValue) -> str:
        """Add an event. Returns the text of the answer that it brought, without half a character at its end.

        Raises ``Failed`` for one that says that something went wrong, ``ValueError`` for one that is none.
        """
        event = Event.model_validate(body)
        if isinstance(body, dict) and not event.choices and (said := error_of(body)):
            raise failure_in_answer(said)
        if isinstance(event.usage, dict):
            self._usage = _Usage.model_validate(event.usage).to_usage()
        self._served_by = " ".join(filter(None, (event.model, event.system_fingerprint))) or self._served_by
        return self._read(event.choices[0]) if event.choices else ""

    def take_whole(self, body: JsonValue) -> str:
        """Add an answer that came at once where a stream was asked for."""
        self._whole = True
        return self.take(body)

    def rest(self) -> str:
        """The text that was held back, unless the limit cut a character there: some servers show that, some do not."""
        finish = finish_of(self._reason or "")
        text = self._thinking.update("" if finish == "length" else whole_characters(self._held))
        text += self._thinking.rest(cut=self._habit.was_cut(finish))
        self._held = ""
        if finish == "stop" and self._is_misplaced():
            # Servers that look for thoughts where the model was told not to think.
            text, self._beside = whole_characters("".join(self._beside)), []
            self._notes["the service sent its whole text as thoughts: it is taken for the answer"] = None
        self._texts.append(text)
        return text

    def answer(self) -> Answer:
        """The whole answer. Raises ``Failed`` if it is not whole; unknown token counts are 0."""
        finish = self._finish()
        self._habit.learn(self._thinking, finish)
        text = "".join(self._texts)
        beside = whole_characters("".join(self._beside)).strip()
        thoughts = "\n\n".join(filter(None, (beside, self._thinking.thoughts)))
        usage = with_reasoning(self._usage or Usage(), thoughts, text)
        return Answer(text, finish, usage, (), thoughts, tuple(self._notes), whole_characters(self._served_by))

    def _read(self, choice: _Choice) -> str:
        message = choice.message or choice.delta or _Message()
        if choice.error and (said := complaint({"error": choice.error})):
            raise failure_in_answer(said)
        completed = choice.text if isinstance(choice.text, str) else None
        parts = parts_of(completed if message.content is None else message.content)
        for kind in parts.unread:
            self._notes[f"the answer held a part of the kind {kind!r}, which is not text"] = None
        if thoughts := message.thoughts() or parts.thoughts:
            self._beside.append(thoughts)
            self._thinking.come_apart()
        refusal = message.refusal or parts.refusal
        self._refused = self._refused or bool(refusal)
        self._reason = choice.finish_reason or self._reason
        text, self._held = _without_half(self._held + (parts.answer or refusal))
        handed = self._thinking.update(text)
        self._texts.append(handed)
        return handed

    def _finish(self) -> Finish:
        reason = self._reason or ""
        if is_broken(reason):
            raise Failed(f"ended its answer for the reason {_short(reason)}", "Ask again", passing=True)
        if not reason and not self._is_over():
            raise Failed("ended its answer in the middle", "Ask again", passing=True)
        found = finish_of(reason)
        if found is None and not self._refused:
            unknown = f"gave a reason for the answer's end that is not known here, {_short(reason)}"
            why = unknown if reason else "did not say why the answer ended"
            self._notes[f"the service {why}: it is taken for whole"] = None
        return "filter" if self._refused else found or "stop"

    def _is_misplaced(self) -> bool:
        """Whether all there is came beside the answer, of a service that counts no tokens of thoughts."""
        counted = self._usage.reasoning if self._usage is not None else 0
        return bool(self._beside) and not (counted or self._thinking.answer or self._thinking.thoughts)

    def _is_over(self) -> bool:
        """Whether an answer without a reason for its end is over: it came at once, or its tokens were counted."""
        said = any(self._texts) or bool(self._beside) or self._refused or bool(self._thinking.thoughts)
        return said and (self._whole or self._usage is not None)


def with_reasoning(usage: Usage, thoughts: str, text: str) -> Usage:
    """The usage with the tokens of the thoughts, in proportion to the characters where the service does not tell."""
    if usage.reasoning or not thoughts:
        return usage
    share = round(usage.completion * len(thoughts) / (len(thoughts) + len(text)))
    return Usage(usage.prompt, usage.completion, usage.cached, share)


def _short(reason: str) -> str:
    return repr(reason if len(reason) <= _LONGEST_REASON else f"{reason[:_LONGEST_REASON]} ...")


def _without_half(text: str) -> tuple[str, str]:
    """A text up to what may be the half of a character, and that."""
    end = len(text.rstrip(_HALVES))
    return whole_characters(text[:end]), text[end:]
