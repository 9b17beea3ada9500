"""From examples to tokens: the same text as in answering, and where in it the answer begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from potluck.contracts.tuner import ModelKind
from potluck.documents import Example, Message
from potluck.errors import ModelError, TemplateFailed, TooLong
from potluck.models.chat_template import render
from potluck.models.rendering import common_prefix_length, plain_text, render_prompt, split_at_mask
from potluck.models.tokenizer import append_end_token, end_tokens

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Encoded:
    """An example as tokens. The model learns to say ``ids[start:]``, each token from all before it; ``start`` >= 1.

    If there is an ``answer``, ``ids`` do not hold it: it is what stands behind the masks that begin at ``start`` (a
    masked model), or what is said to the whole text (a sequence-to-sequence model).
    """

    ids: tuple[int, ...]
    start: int
    answer: tuple[int, ...] = ()

    @property
    def first(self) -> int:
        """The first token that the loss is about."""
        return self.answer[0] if self.answer else self.ids[self.start]

    @property
    def target_count(self) -> int:
        """How many tokens the loss is about."""
        return len(self.answer) or len(self.ids) - self.start


@dataclass(slots=True)
class Encoding:
    """All examples that are learned from; ``dropped``, ``cut`` and ``split`` are the numbers (from 0) of those
    too long."""

    examples: list[Encoded] = field(default_factory=list)
    dropped: list[int] = field(default_factory=list)
    cut: list[int] = field(default_factory=list)
    split: list[int] = field(default_factory=list)

    @property
    def notes(self) -> tuple[str, ...]:
        """The losses, one sentence each."""
        said = []
        if self.dropped:
            said.append(f"{_count(self.dropped)} too long, left out: number {_list_numbers(self.dropped)}")
        if self.cut:
            said.append(
                f"{_count(self.cut)} too long, the beginning of the prompt cut: number {_list_numbers(self.cut)}"
            )
        if self.split:
            said.append(f"{_count(self.split)} too long, learned in parts: number {_list_numbers(self.split)}")
        return tuple(said)


def encode(
    examples: Sequence[Example],
    tokenizer: Any,
    limit: int | None,
    fit: Literal["error", "drop", "cut", "split"] = "error",
    kind: ModelKind = "causal",
    labels: Sequence[str] = (),
) -> Encoding:
    """Encode examples of at most ``limit`` tokens; with ``labels`` for a classification head.

    Raises ``TooLong`` naming longer ones where ``fit`` is ``error``, and ``ModelError`` for messages that the model's
    chat template refuses.
    """
    found, long = Encoding(), []
    for number, example in enumerate(examples):
        one = encode_for_head(example, tokenizer, kind, labels) if labels else encode_example(example, tokenizer, kind)
        if limit is not None and len(one.ids) > limit:
            if fit == "split" and not example.messages and kind == "causal":
                found.split.append(number)
                found.examples += _parts(one, limit)
                continue
            if fit in ("error", "split"):
                long.append((number, len(one.ids)))
                continue
            shorter = _cut(one, limit) if fit == "cut" else None
            (found.dropped if shorter is None else found.cut).append(number)
            if shorter is None:
                continue
            one = shorter
        found.examples.append(one)
    if long:
        listed = ", ".join(f"number {number + 1} with {tokens:,}" for number, tokens in long[:_SHOWN])
        raise TooLong(
            f"{len(long)} of {len(examples)} examples are longer than the {limit} tokens that are read: {listed}"
            f"{', ...' if len(long) > _SHOWN else ''}. Raise tuner.max_length if the model reads more, or say "
            "tuner.fit: drop (leave them out), cut (cut the beginning of their prompts), or split (learn texts "
            "without a prompt in parts)"
        )
    return found


def encode_example(example: Example, tokenizer: Any, kind: ModelKind = "causal") -> Encoded:
    """The tokens of one example.

    The answer begins at the first token that is not the prompt's alone: the rule of ``ChatModel.likelihoods``.
    """
    if kind != "causal":
        return _encode_masked(example, tokenizer) if kind == "masked" else _encode_pair(example, tokenizer)
    if not example.messages:
        ids = append_end_token(tokenizer(example.target)["input_ids"], tokenizer)
        if len(ids) < 2:
            raise ModelError("an example without a text cannot be learned")
        return Encoded(tuple(ids), 1)
    head, prompt, whole = render_example(example, tokenizer)
    before, ids = tokenizer([prompt, whole], add_special_tokens=False)["input_ids"]
    start = len(head) + common_prefix_length(before, ids)
    ids = [*head, *ids]
    return Encoded(tuple(ids), max(1, start))


def encode_for_head(example: Example, tokenizer: Any, kind: ModelKind, labels: Sequence[str]) -> Encoded:
    """The tokens of one example for a classification head: ``answer`` is the number of its label."""
    number = (labels.index(example.target),)
    if kind == "masked":
        return Encoded(tuple(tokenizer(_text(example))["input_ids"]), 0, number)
    head, prompt = render_prompt(example.messages, tokenizer, tokenizer.name_or_path)
    ids = [*head, *tokenizer(prompt, add_special_tokens=False)["input_ids"]]
    return Encoded(tuple(ids), len(ids), number)


def _encode_masked(example: Example, tokenizer: Any) -> Encoded:
    """The answer's tokens are masked where the text has a mask, else behind it."""
    before, after = split_at_mask(_text(example), tokenizer.mask_token)
    answer = tokenizer(example.target, add_special_tokens=False)["input_ids"]
    masks = tokenizer.mask_token * len(answer)
    ids = tokenizer(before + masks + after)["input_ids"]
    return Encoded(tuple(ids), ids.index(tokenizer.mask_token_id), tuple(answer))


def _encode_pair(example: Example, tokenizer: Any) -> Encoded:
    answer = append_end_token(tokenizer(text_target=example.target)["input_ids"], tokenizer)
    return Encoded(tuple(tokenizer(_text(example))["input_ids"]), 0, tuple(answer))


def _text(example: Example) -> str:
    if not example.messages:
        raise ModelError("such a model learns answers: name the field that is the input, dataset: {input: ...}")
    return plain_text([*example.messages, *([example.answer] if example.answer else [])], "such a model")


def render_example(example: Example, tokenizer: Any) -> tuple[list[int], str, str]:
    """The token that stands first, the text of the prompt, and the text of prompt and answer.

    The answer ends with what the template writes behind it, up to a token that ends a turn; where the model has no
    template, or one that writes no such token, with the end of a text: without it a model never learns to stop.
    Raises ``ModelError`` for an answer that calls functions, which the template does not write behind the prompt.
    """
    name, ends = tokenizer.name_or_path, end_tokens(tokenizer)
    answer = example.answer or Message("assistant", example.target)
    if answer.uses_tools and tokenizer.chat_template is None:
        plain_text([answer], name)
    head, prompt = render_prompt(example.messages, tokenizer, name)
    closed = prompt + example.target + (ends[0] if ends else "")
    if tokenizer.chat_template is None:
        return head, prompt, closed
    whole = render([*example.messages, answer], tokenizer, name, answering=False)
    begun = prompt if answer.uses_tools else prompt + example.target
    if not whole.startswith(begun):
        if answer.uses_tools:
            raise TemplateFailed(f"{name}: its chat template does not write calls of functions behind the prompt")
        return head, prompt, closed
    rest = whole[len(begun) :]
    stops = [rest.index(end) + len(end) for end in ends if end in rest]
    if answer.uses_tools:
        return head, prompt, begun + (rest[: min(stops)] if stops else rest + (ends[0] if ends else ""))
    return head, prompt, begun + rest[: min(stops)] if stops else closed


def _cut(one: Encoded, limit: int) -> Encoded | None:
    """Without the beginning of the prompt; None if the answer alone is too long."""
    surplus = len(one.ids) - limit
    if one.answer:  # the marks at both ends stay
        if surplus > (one.start or len(one.ids)) - 2:
            return None
        return Encoded((one.ids[0], *one.ids[1 + surplus :]), max(0, one.start - surplus), one.answer)
    return Encoded(one.ids[surplus:], one.start - surplus) if surplus < one.start else None


def _parts(one: Encoded, limit: int) -> list[Encoded]:
    """A text in parts; each begins with the last token of the one before, so that every token is learned once."""
    ends = range(1, len(one.ids), limit - 1)
    return [Encoded(one.ids[end - 1 : end - 1 + limit], 1) for end in ends]


def _count(numbers: Sequence[int]) -> str:
    return f"{len(numbers):,} example{'s' if len(numbers) > 1 else ''}"


def _list_numbers(numbers: Sequence[int]) -> str:
    shown = ", ".join(str(number + 1) for number in numbers[:_SHOWN])
    return shown + (", ..." if len(numbers) > _SHOWN else "")
