"""Masked language models (BERT and kin) by the transformers library (Apache-2.0), from safetensors.

Such a model fills gaps and writes no answers: it says how likely candidates are in a place of a text, as ``potluck
prompts score`` needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

import potluck
from potluck.contracts import ChatOptions, Classifying, Likelihood, Operational
from potluck.documents import Answer, Message, plain
from potluck.errors import ContextExceeded, ModelError, Unsupported
from potluck.models.devices import resolve_device
from potluck.models.inputs import encoder_inputs
from potluck.models.loading import load_model, load_tokenizer
from potluck.models.rendering import split_at_mask
from potluck_plugins.chat._shared.label_head import answer_with_label, label_likelihoods
from potluck_plugins.chat._shared.likelihoods import check_continuations
from potluck_plugins.chat._shared.local_chat import LocalChat, LocalConfig
from potluck_plugins.chat._shared.vocabulary import words_of


class MaskedLMConfig(LocalConfig):
    """Settings of the ``masked-lm`` chat model."""

    several_tokens: Literal["pseudo-likelihood", "left-to-right"] = "pseudo-likelihood"
    """How a candidate of several tokens is scored. ``pseudo-likelihood`` masks one token at a time and shows the others
    (Salazar et al. 2020, *Masked Language Model Scoring*), which favours long words whose parts give each other away;
    ``left-to-right`` masks the rest of the candidate too (Kauf and Ivanova 2023, *A Better Way to Do Masked Language
    Model Scoring*)."""

    batch_size: Annotated[int, Operational, Field(ge=1)] = 32
    """Texts that are computed at once."""


class MaskedLM(LocalChat):
    """Scores candidates for a place in a text that is read from both sides."""

    _config: MaskedLMConfig
    kinds = frozenset({"masked"})
    reads_after = True

    @property
    def context_window(self) -> int | None:  # type: ignore[override]
        """The longest text that the model and its tokenizer were made for. Loads them."""
        model, tokenizer = self._both
        whole = int(min(model.config.max_position_embeddings, tokenizer.model_max_length))
        return whole - self._past_length

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Tokens of the messages' texts with those that the model puts around them."""
        return len(self._both[1](plain(messages))["input_ids"])

    def chat(self, messages: Sequence[Message], options: ChatOptions) -> Answer:
        """Raise ``Unsupported``, unless the model was tuned to name a label."""
        model, tokenizer = self._both
        if isinstance(self._tuned, Classifying):
            return answer_with_label(model, self._tuned, tokenizer(plain(messages))["input_ids"], self.context_window)
        raise Unsupported(
            "a masked language model fills gaps and writes no answers: take another chat model ('transformers', "
            "'llama-cpp'), or score candidates with 'potluck prompts score'"
        )

    def likelihoods(
        self, prompt: str | Sequence[Message], continuations: Sequence[str], after: str = ""
    ) -> list[Likelihood]:
        """The sum of log p(token | the text without it) over each candidate's tokens; see ``several_tokens``.

        Of messages the candidate stands where their text has a mask, else behind it, as in training.

        Texts that are the same once masked are computed once: all candidates of one token together.
        """
        check_continuations(continuations)
        model, tokenizer = self._both
        if isinstance(self._tuned, Classifying):
            text = prompt if isinstance(prompt, str) else plain(prompt)
            return label_likelihoods(
                model, self._tuned, tokenizer(text)["input_ids"], continuations, self.context_window
            )
        before = prompt if isinstance(prompt, str) else ""
        if not isinstance(prompt, str):
            before, rest = split_at_mask(plain(prompt), tokenizer.mask_token)
            after = rest + after
        wanted: dict[tuple[int, ...], list[tuple[int, int, int]]] = {}
        counts = [0] * len(continuations)
        for number, (ids, places) in enumerate(self._places(before, continuations, after)):
            counts[number] = len(places)
            for place in places:
                wanted.setdefault(self._mask_tokens(ids, place, places), []).append((number, place, ids[place]))
        sums = [0.0] * len(continuations)
        for masked, logits in self._log_probabilities(list(wanted)):
            for number, place, token in wanted[masked]:
                sums[number] += float(logits[place, token])
        return [Likelihood(total, count) for total, count in zip(sums, counts, strict=True)]

    def vocabulary(self) -> Sequence[str]:
        """The words that are one token of the tokenizer."""
        return words_of(self._both[1])

    def _places(self, before: str, continuations: Sequence[str], after: str) -> Iterator[tuple[list[int], range]]:
        """Each text's tokens, and which of them the candidate takes up, whole or in part."""
        _, tokenizer = self._both
        texts = [before + each + after for each in continuations]
        found = tokenizer(texts, return_offsets_mapping=True) if texts else {"input_ids": [], "offset_mapping": []}
        for text, ids, spans in zip(continuations, found["input_ids"], found["offset_mapping"], strict=True):
            if self.context_window is not None and len(ids) > self.context_window:
                raise ContextExceeded(f"a text of {len(ids)} tokens does not fit the model's {self.context_window}")
            start, end = len(before), len(before) + len(text)
            inside = [n for n, (a, b) in enumerate(spans) if a < b and a < end and b > start]
            if not inside:
                raise ValueError(f"{text!r} is not a token for this model")
            yield self._check_tokens(ids), range(inside[0], inside[-1] + 1)

    def _mask_tokens(self, ids: Sequence[int], place: int, places: range) -> tuple[int, ...]:
        mask = self._both[1].mask_token_id
        last = place if self._config.several_tokens == "pseudo-likelihood" else places[-1]
        return tuple(mask if place <= n <= last else token for n, token in enumerate(ids))

    def _log_probabilities(self, texts: Sequence[tuple[int, ...]]) -> Iterator[tuple[tuple[int, ...], Any]]:
        """Each text with log p(token) for all its places, as shape (places, vocabulary)."""
        import torch

        model, tokenizer = self._both
        rest = iter(sorted(texts, key=len))
        while batch := list(islice(rest, self._config.batch_size)):
            padded = tokenizer.pad({"input_ids": [list(text) for text in batch]}, return_tensors="pt")
            with torch.inference_mode(), self._active():
                given = encoder_inputs(model, padded["input_ids"], padded["attention_mask"], self._embeddings())
                logits = model(**given).logits[:, self._past_length :].float().log_softmax(-1).cpu()
            yield from zip(batch, logits, strict=True)

    def _load(self, folder: Path) -> tuple[Any, Any]:
        model = load_model(folder, "float32", "masked", resolve_device(self._config.device))
        tokenizer = load_tokenizer(folder)
        if tokenizer.mask_token_id is None:
            raise ModelError(f"{self._config.model}: its tokenizer has no token for a mask")
        return model, tokenizer


@potluck.hookimpl
def potluck_chat() -> potluck.Offer[MaskedLM]:
    """Offer the chat model."""
    summary = "masked language models (BERT and kin), for scoring candidates"
    return potluck.Offer(summary, MaskedLMConfig, MaskedLM, requires=("transformers", "torch"), extra="transformers")
