"""A Modelfile beside a GGUF file: what Ollama has to know to ask the model as it was tuned.

Its templates are Go's, the model's own are Jinja's. One is written if the model's template is a sequence of turns,
which is tried with conversations; otherwise Ollama uses the one in the GGUF file, if there is one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from potluck.contracts import ChatOptions
from potluck.datasets.wording import TaskWording
from potluck.documents import Message
from potluck.errors import PotluckError
from potluck.models.chat_template import render

_SYSTEM, _FIRST, _ANSWER, _SECOND = "⟦system⟧", "⟦first⟧", "⟦answer⟧", "⟦second⟧"
_FIELD = "⟦field⟧"


@dataclass(frozen=True, slots=True)
class TurnTexts:
    """What a chat template writes around system, user and answer; ``default`` is its own system message."""

    before_system: str
    after_system: str
    before_user: str
    after_user: str
    after_answer: str
    default: str

    def render(self, messages: Sequence[Message]) -> str:
        """A conversation up to where the next answer begins, as Ollama would write it."""
        text = ""
        if messages[0].role != "system" and self.default:
            messages = [Message("system", self.default), *messages]
        for message in messages:
            if message.role == "system":
                text += self.before_system + message.content + self.after_system
            elif message.role == "user":
                text += self.before_user + message.content + self.after_user
            else:
                text += message.content + self.after_answer
        return text

    def go_template(self, wording: TaskWording | None) -> str | None:
        """The template in Go's language; None if it cannot be written. ``wording`` is put around what is asked."""
        before, after = _around(wording)
        parts = (self.before_system, self.after_system, self.before_user + before, after + self.after_user)
        if any("{{" in part or "}}" in part or '"""' in part for part in (*parts, self.after_answer, self.default)):
            return None
        system = f"{{{{ if .System }}}}{parts[0]}{{{{ .System }}}}{parts[1]}{{{{ end }}}}"
        return f"{system}{parts[2]}{{{{ .Prompt }}}}{parts[3]}{{{{ .Response }}}}{self.after_answer}"


def turn_texts(tokenizer: Any, model: str) -> TurnTexts | None:
    """What a model's chat template writes around each turn; None if it is not a sequence of turns."""
    if tokenizer.chat_template is None:  # the messages' texts with a blank line between them
        return TurnTexts("", "\n\n", "", "", "\n\n", "")
    user, answer, second = Message("user", _FIRST), Message("assistant", _ANSWER), Message("user", _SECOND)
    try:
        both = _render_turns(tokenizer, model, [Message("system", _SYSTEM), user, answer, second])
        alone = _render_turns(tokenizer, model, [user])
        ended = _render_turns(tokenizer, model, [user, answer], answering=False)
    except PotluckError:
        return None
    if [both.count(mark) for mark in (_SYSTEM, _FIRST, _ANSWER, _SECOND)] != [1] * 4 or alone.count(_FIRST) != 1:
        return None
    before_system, rest = both.split(_SYSTEM)
    between, rest = rest.split(_FIRST)
    after_user, rest = rest.split(_ANSWER)
    next_turn, _ = rest.split(_SECOND)
    after_answer = ended.rpartition(_ANSWER)[2]
    before_user = next_turn.removeprefix(after_answer)
    after_system, default = between.removesuffix(before_user), alone.split(_FIRST)[0].removesuffix(before_user)
    default = default.removeprefix(before_system).removesuffix(after_system)
    found = TurnTexts(before_system, after_system, before_user, after_user, after_answer, default)
    same = found.render([user]) == alone
    return found if same and found.render([Message("system", _SYSTEM), user, answer, second]) == both else None


def modelfile(gguf: str, texts: TurnTexts | None, wording: TaskWording, options: ChatOptions, licence: str) -> str:
    """The Modelfile of a GGUF file that lies beside it. ``licence`` is that of the base model; empty: not known."""
    return "\n".join(_instructions(gguf, texts, wording, options, licence)) + "\n"


def _instructions(
    gguf: str, texts: TurnTexts | None, wording: TaskWording, options: ChatOptions, licence: str
) -> Iterator[str]:
    yield "# ollama create NAME -f this file"
    yield f"FROM ./{gguf}"
    template = texts.go_template(wording) if texts is not None else None
    if template is None:
        yield "# The model's chat template has no counterpart here: Ollama takes the one in the GGUF file, or none."
    else:
        yield f'TEMPLATE """{template}"""'
    if len(wording.fields) > 1 or (template is None and wording.template.text != f"{{{wording.fields[0]}}}"):
        yield "# It was tuned on prompts of this form; write them so:"
        yield from (f"# {line}" for line in wording.template.text.splitlines())
    if template is not None and texts is not None and texts.default:
        yield f'SYSTEM """{texts.default}"""'
    yield from (f"PARAMETER {name} {value}" for name, value in _parameters(texts, options))
    if licence:
        yield f'LICENSE """{licence}"""'


def _parameters(texts: TurnTexts | None, options: ChatOptions) -> Iterator[tuple[str, str | float]]:
    yield "temperature", options.temperature
    yield "num_predict", options.max_tokens
    if options.top_p < 1:
        yield "top_p", options.top_p
    if options.seed is not None:
        yield "seed", options.seed
    end = texts.after_answer.strip() if texts is not None else ""
    for stop in dict.fromkeys([*options.stop, *([end] if end else [])]):
        yield "stop", json.dumps(stop, ensure_ascii=False)


def _around(wording: TaskWording | None) -> tuple[str, str]:
    """What a prompt with a single field writes before and behind it; nothing for other prompts."""
    if wording is None or len(wording.fields) != 1:
        return "", ""
    before, is_once, after = wording.template.render(**{wording.fields[0]: _FIELD}).partition(_FIELD)
    return (before.lstrip(), after.rstrip()) if is_once and _FIELD not in after else ("", "")


def _render_turns(tokenizer: Any, model: str, messages: Sequence[Message], answering: bool = True) -> str:
    """A conversation by the model's own template, without the token that the tokenizer begins every text with."""
    text = render(messages, tokenizer, model, answering=answering)
    begins = tokenizer.bos_token is not None and tokenizer.bos_token_id in tokenizer("")["input_ids"]
    return text.removeprefix(str(tokenizer.bos_token)) if begins else text
