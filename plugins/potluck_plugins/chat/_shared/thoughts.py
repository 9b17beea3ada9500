"""Separating a reasoning model's thoughts from its answer, when both come as one text.

Models put marks around their thoughts: ``<think>`` DeepSeek-R1, Qwen3, QwQ and most others; ``[THINK]`` Mistral's
Magistral; ``◁think▷`` Kimi; ``<seed:think>`` Seed-OSS; ``<|START_THINKING|>`` Cohere's Command A; channels gpt-oss
(OpenAI's harmony format). Templates of some end the prompt with the opening mark: then only the closing one is written.
"""

from __future__ import annotations

import re

from potluck.documents import Finish

MARKS = {
    **{f"<{name}>": f"</{name}>" for name in ("think", "thinking", "thought", "reasoning", "seed:think")},
    "[THINK]": "[/THINK]",
    "◁think▷": "◁/think▷",
    "<|START_THINKING|>": "<|END_THINKING|>",
    "<|channel|>analysis<|message|>": "<|channel|>final<|message|>",
}
"""The marks that open thoughts, with those that close them."""

_ENDS_TURN = re.compile(r"(?:<\|end\|>)?(?:<\|start\|>assistant)?\s*$")
_OPENING = re.compile("|".join(map(re.escape, MARKS)), re.IGNORECASE)
_CLOSING = "|".join(map(re.escape, MARKS.values()))
# Of channels any number is opened, and the final one closes them all.
_NESTING = "|".join(re.escape(mark) for mark in MARKS if "channel" not in mark)
# A text may be about the mark, and then quotes it.
_UNQUOTED = "(?<![`\"'“‘「『])"
_WITHIN = re.compile(rf"(?P<opens>{_UNQUOTED}(?:{_NESTING}))|{_CLOSING}", re.IGNORECASE)
_WITHIN_UNOPENED = re.compile(rf"{_UNQUOTED}(?:(?P<opens>{_NESTING})|{_CLOSING})", re.IGNORECASE)
_STARTS = tuple(mark.lower() for mark in MARKS)
_FAMILIES = re.compile(
    r"(?:^|[^a-z])(?:(?:chat)?gpt-?[345]|llama-?[23]|gemma-?[123]|mi(?:s|x|nis)tral|codestral|phi-?[34]|smollm-?2"
    r"|qwen-?[12]|claude|command-r)",
    re.IGNORECASE,
)
_REASONERS = re.compile(r"r1|distill|reason|think|nemotron|hermes|cogito|magistral", re.IGNORECASE)


def is_known_to_be_plain(model: str) -> bool:
    """Whether a model's name is that of a family whose templates do not end a prompt within thoughts."""
    return _FAMILIES.search(model) is not None and _REASONERS.search(model) is None


def opens_thoughts(prompt: str) -> bool:
    """Whether a prompt ends with an opening mark, so that the model goes on with its thoughts."""
    end = prompt.rstrip()
    return any(end.lower().endswith(mark) for mark in _STARTS)


def is_mark(text: str) -> bool:
    """Whether a text is a mark that opens or closes thoughts."""
    return text in MARKS or text in MARKS.values()


class Thinking:
    """A text that grows, told apart into ``thoughts`` and ``answer``.

    ``opened``: the text begins within thoughts. ``unmarked``: it may do so, as a service's model whose template nobody
    knows, so nothing is handed on before a closing mark has come or the text is over.
    """

    def __init__(self, *, opened: bool = False, unmarked: bool = False) -> None:
        """Begin with nothing."""
        self.answer = ""
        self.closed_only = False
        """Whether thoughts were closed that nothing had opened."""
        self._thoughts: list[str] = []
        self._unmarked = unmarked
        self._inside = opened
        self._after = False
        self._answering = False
        self._held = ""

    @property
    def thoughts(self) -> str:
        """The thoughts so far, without the marks."""
        return "\n\n".join(filter(None, (_ENDS_TURN.sub("", one).strip() for one in self._thoughts)))

    def come_apart(self) -> None:
        """The thoughts come beside the text, so it does not begin within them."""
        self._unmarked = False

    def update(self, text: str) -> str:
        """Take more text. Returns the part of the answer that can be handed on."""
        self._held += text
        return self._hand_on(last=False)

    def rest(self, *, cut: bool = False) -> str:
        """The text is over; returns the text held back. ``cut``: it is known to have ended within thoughts."""
        if cut and not self._answering and not self._after:
            self._inside = True
        return self._hand_on(last=True)

    def _hand_on(self, last: bool) -> str:
        while not self._answering:
            if self._inside:
                if not self._think(last):
                    return ""
            elif not self._begin(last):
                return ""
        text, self._held = self._held, ""
        self.answer += text
        return text

    def _think(self, last: bool) -> bool:
        """Look for the end of the thoughts."""
        end = _end_of_thoughts(_WITHIN, self._held, last)
        if end is None:
            if last:
                self._thoughts.append(self._held)
                self._held = ""
            return False
        self._thoughts.append(self._held[: end.start()])
        self._held, self._inside, self._after = self._held[end.end() :], False, True
        return True

    def _begin(self, last: bool) -> bool:
        """See whether thoughts or the answer begin here."""
        begun = self._held.lstrip()
        if opening := _OPENING.match(begun):
            self._held, self._inside = begun[opening.end() :], True
            return True
        doubtful = self._unmarked and not self._after
        if doubtful and (end := _end_of_thoughts(_WITHIN_UNOPENED, self._held, last)):
            self._thoughts.append(self._held[: end.start()])
            self._held, self._after, self.closed_only = self._held[end.end() :], True, True
            return True
        if not last and (doubtful or not begun or _may_open(begun)):
            return False
        if self._after:
            self._held = begun
        self._answering = True
        return True


def _end_of_thoughts(marks: re.Pattern[str], text: str, last: bool) -> re.Match[str] | None:
    """The mark that closes what was opened before the text, behind thoughts within those thoughts.

    Of a text that is over the last mark that closes anything: what was opened in it and never closed was a word.
    """
    depth, end = 1, None
    for mark in marks.finditer(text):
        if mark["opens"]:
            depth += 1
            continue
        depth, end = depth - 1, mark
        if not depth:
            return mark
    return end if last else None


def _may_open(begun: str) -> bool:
    """Whether a text may be the first characters of an opening mark."""
    return any(mark.startswith(begun.lower()) for mark in _STARTS)


class Habit:
    """How a model marks its thoughts, learned from its texts. Until it is known, a text counts as possibly thoughts
    while it grows."""

    def __init__(self, *, known: bool = False) -> None:
        """``known``: it writes an opening mark, or its thoughts come apart from its text."""
        self._known = known
        self._only_closes = False

    def start_thinking(self) -> Thinking:
        """For the next text."""
        return Thinking(unmarked=not self._known)

    def was_cut(self, finish: Finish | None) -> bool:
        """Whether a text without a closing mark that the limit ended are thoughts."""
        return self._only_closes and finish == "length"

    def learn(self, thinking: Thinking, finish: Finish) -> None:
        """Learn from a whole text."""
        if thinking.closed_only:
            self._only_closes, self._known = True, False
        elif finish == "stop" and thinking.answer and not self._only_closes:
            self._known = True
