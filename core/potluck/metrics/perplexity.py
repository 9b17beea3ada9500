"""How surprised a model is by right answers: perplexity, and bits per character.

Perplexity is per token, so it compares models of one tokenizer only; bits per character compare any (Gao et al. 2020,
*The Pile*, section 3.1, does it by byte).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from potluck.contracts import ChatModel
from potluck.documents import Json, Message
from potluck.errors import PotluckError, Unsupported


@dataclass(frozen=True, slots=True)
class Surprise:
    """What one reference answer cost: ``nats`` is minus the sum of log p(token | prompt and what stands before)."""

    nats: float
    tokens: int
    characters: int

    @property
    def perplexity(self) -> float:
        """The number of tokens among which the model was as undecided, on the geometric average."""
        return math.exp(self.nats / self.tokens)

    @property
    def bits_per_character(self) -> float:
        """The length of the answer as the model would encode it."""
        return self.nats / math.log(2) / self.characters


@dataclass(frozen=True, slots=True)
class Perplexity:
    """Of all answers together, every token counting the same: exp(-sum log p / sum of tokens)."""

    answers: tuple[Surprise, ...]

    @property
    def whole(self) -> Surprise:
        """The sums."""
        return Surprise(
            math.fsum(one.nats for one in self.answers),
            sum(one.tokens for one in self.answers),
            sum(one.characters for one in self.answers),
        )

    def as_json(self) -> dict[str, Json]:
        """The figures of the whole, with what they are of."""
        whole = self.whole
        return {
            "perplexity": whole.perplexity,
            "bits_per_character": whole.bits_per_character,
            "tokens": whole.tokens,
            "characters": whole.characters,
            "n": len(self.answers),
        }


def perplexity(chat: ChatModel, answered: Iterable[tuple[str | Sequence[Message], str]]) -> Perplexity:
    """The perplexity of reference answers, each given its prompt (a text, or messages that the template renders).

    The token that would end an answer is not counted. Raises ``Unsupported`` for a chat model that cannot tell, and for
    one that reads both sides (no product of its probabilities is the probability of a text); ``PotluckError`` if there
    is no answer or one is empty.
    """
    if chat.reads_after:
        raise Unsupported(f"{type(chat).__name__} fills gaps: perplexity needs a causal model")
    found: list[Surprise] = []
    for prompt, answer in answered:
        if not answer:
            raise PotluckError(f"reference answer {len(found) + 1} is empty: it has no perplexity")
        (likelihood,) = chat.likelihoods(prompt, [answer])
        found.append(Surprise(-likelihood.logprob, likelihood.tokens, len(answer)))
    if not found:
        raise PotluckError("there is no reference answer to measure perplexity on")
    return Perplexity(tuple(found))
