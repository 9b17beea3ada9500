"""From a model's logits to tokens, and from tokens to text that ends where it should."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from potluck.contracts import ChatOptions
from potluck.models.inputs import cache_of
from potluck_plugins.chat._shared.thoughts import is_mark

_UNFINISHED = "\ufffd"
"""A tokenizer's text for a character whose last bytes have not come yet."""


def next_tokens(model: Any, prompt: Sequence[int], options: ChatOptions, seed: int, past: Any = None) -> Iterator[int]:
    """The tokens that a model puts behind a prompt, at most ``max_tokens``, as they are asked for.

    ``model`` takes ``input_ids``, ``cache`` and ``logits_to_keep``, and gives what a transformers model gives. ``past``
    are keys and values that stand before the prompt; they are changed. Tokens are chosen on the processor, so that
    chance is the same on every device.

    A penalty is taken from what the model gives a token that it has written before, as OpenAI's service does it.
    """
    import torch

    chance = torch.Generator().manual_seed(seed)
    written: Counter[int] = Counter()
    ids = torch.tensor([list(prompt)])
    for _ in range(options.max_tokens):
        with torch.inference_mode():
            output = model(input_ids=ids, cache=past, use_cache=True, logits_to_keep=1)
        past = cache_of(output)
        logits = output.logits[0, -1].float().cpu().clone()
        for token, times in written.items():
            logits[token] -= options.presence_penalty + options.frequency_penalty * times
        token = _choose_token(logits, options, chance)
        written[token] += 1
        yield token
        ids = torch.tensor([[token]])


def _choose_token(logits: Any, options: ChatOptions, chance: Any) -> int:
    """The likeliest token, or one by chance among the likeliest that together have the probability ``top_p``."""
    import torch

    if options.temperature == 0:
        return int(logits.argmax())
    shares, order = torch.softmax(logits / options.temperature, dim=-1).sort(descending=True)
    shares[shares.cumsum(0) - shares > options.top_p] = 0.0
    return int(order[torch.multinomial(shares, 1, generator=chance)])


class TokenDecoder:
    """The text of tokens that come one by one. Marks of thoughts are kept, other special tokens are not shown."""

    def __init__(self, tokenizer: Any) -> None:
        """Begin with nothing."""
        self._tokenizer = tokenizer
        special = zip(tokenizer.all_special_ids, tokenizer.all_special_tokens, strict=True)
        self._marks: dict[int, str] = {number: token for number, token in special if is_mark(token)}
        self._taken: list[int] = []
        self._told = 0

    def more(self, token: int) -> str:
        """The text that a token adds, without half a character at its end."""
        if token in self._marks:
            self._taken, self._told = [], 0
            return self._marks[token]
        self._taken.append(token)
        text = str(self._tokenizer.decode(self._taken, skip_special_tokens=True)).rstrip(_UNFINISHED)
        new, self._told = text[self._told :], max(self._told, len(text))
        return new


class StoppableText:
    """A text that grows and ends before the first stop text. ``given`` is the part that has been handed on.

    Text that may begin a stop text, or ends in half a character, is held back until that is clear.
    """

    def __init__(self, stops: Sequence[str]) -> None:
        """Begin with nothing."""
        self.given = ""
        self.ended = False
        self._stops = [stop for stop in stops if stop]
        self._text = ""

    def update(self, text: str) -> Iterator[str]:
        """Take the whole text as it is now, and yield the part that can be handed on."""
        self._text = text.rstrip(_UNFINISHED)
        found = [place for stop in self._stops if (place := self._text.find(stop)) >= 0]
        if found:
            self.ended = True
            self._text = self._text[: min(found)]
        yield from self._hand_on(len(self._text) if self.ended else len(self._text) - self._doubtful())

    def rest(self) -> Iterator[str]:
        """Yield the text that was held back."""
        yield from self._hand_on(len(self._text))

    def _hand_on(self, end: int) -> Iterator[str]:
        piece = self._text[len(self.given) : end]
        if piece:
            self.given += piece
            yield piece

    def _doubtful(self) -> int:
        """How many characters at the end may begin a stop text."""
        starts = (stop[:length] for stop in self._stops for length in range(1, len(stop)))
        return max((len(start) for start in starts if self._text.endswith(start)), default=0)
