"""How likely given tokens are to llama.cpp.

Its server gives the probability of tokens that it wrote, not of those that it read. So it is made to write each token:
a bias decides which one is chosen, while the probability that comes with it is the model's own, from before the bias.
"""

from __future__ import annotations

from collections.abc import Sequence

from potluck_plugins.chat._shared.llama_engine import LlamaEngine

_CERTAIN = 1e6
_ALL = 24
"""From this many tokens on, one answer with the figures of the whole vocabulary is faster than one answer for each."""
_LARGEST_VOCABULARY = 1 << 20


def forced_logprobs(engine: LlamaEngine, context: Sequence[int], rests: Sequence[Sequence[int]]) -> list[float]:
    """The sum of log p(token | before) over each rest behind a context; what they share is asked for once."""
    wanted: dict[tuple[int, ...], set[int]] = {}
    for rest in rests:
        for place, token in enumerate(rest):
            wanted.setdefault(tuple(rest[:place]), set()).add(token)
    engine.forget()
    # In order, each text shares the most with the one before, which the engine still has.
    found = {before: _figures(engine, [*context, *before], tokens) for before, tokens in sorted(wanted.items())}
    return [sum(found[tuple(rest[:place])][token] for place, token in enumerate(rest)) for rest in rests]


def _figures(engine: LlamaEngine, before: list[int], tokens: set[int]) -> dict[int, float]:
    single = {token: _forced_logprob(engine, before, token) for token in sorted(tokens)} if len(tokens) < _ALL else {}
    known = {token: figure for token, figure in single.items() if figure is not None}
    if len(known) == len(tokens):
        return known
    answer = engine.ask("/completion", {**_request(before, engine.tokens("a")[-1]), "n_probs": _LARGEST_VOCABULARY})
    figures = {each["id"]: each["logprob"] for each in answer["completion_probabilities"][0]["top_logprobs"]}
    return {token: float(figures[token]) for token in tokens}


def _forced_logprob(engine: LlamaEngine, before: list[int], token: int) -> float | None:
    """None for a token that is a part of a character: the server waits for the rest and gives no figure."""
    answer = engine.ask("/completion", {**_request(before, token), "n_probs": 1})
    written = answer.get("completion_probabilities")
    return float(written[0]["logprob"]) if written and written[0]["id"] == token else None


def _request(before: list[int], token: int) -> dict[str, object]:
    chosen = [[token, _CERTAIN]]
    return {"prompt": before, "n_predict": 1, "temperature": 0.0, "cache_prompt": True, "logit_bias": chosen}
