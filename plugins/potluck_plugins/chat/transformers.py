"""Causal language models by the transformers library (Apache-2.0), from safetensors or GGUF.

A GGUF file is turned into safetensors once, in the user's cache.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import Field

import potluck
from potluck.contracts import ChatOptions, Classifying, Likelihood
from potluck.documents import Answer, Message
from potluck.errors import ContextExceeded, ModelError
from potluck.models.devices import resolve_device
from potluck.models.inputs import cache_argument
from potluck.models.rendering import render_prompt
from potluck_plugins.chat._shared.causal import acquire_model, release_model
from potluck_plugins.chat._shared.generation import next_tokens
from potluck_plugins.chat._shared.label_head import answer_with_label, label_likelihoods
from potluck_plugins.chat._shared.likelihoods import (
    check_continuations,
    check_fits,
    continuation_logprobs,
    split_continuations,
)
from potluck_plugins.chat._shared.local_chat import WritingChat, WritingConfig
from potluck_plugins.chat._shared.thoughts import Thinking, opens_thoughts
from potluck_plugins.chat._shared.vocabulary import words_of

_LONGEST = 8192


class TransformersConfig(WritingConfig):
    """Settings of the ``transformers`` chat model."""

    model: str
    """A folder with safetensors, a GGUF file, ``hf://org/name@revision`` or ``pypi://package==version/path``."""

    context: int = Field(default=_LONGEST, ge=64)
    """Tokens of prompt and answer together; never more than the model was made for."""


class Transformers(WritingChat):
    """Answers with a local model. With temperature 0 the likeliest token is taken each time."""

    _config: TransformersConfig
    kinds = frozenset({"causal"})
    takes_tools = True

    @property
    def context_window(self) -> int | None:  # type: ignore[override]
        """From the settings and the model. Loads it."""
        model, _ = self._both
        whole = min(self._config.context, int(getattr(model.config, "max_position_embeddings", _LONGEST)))
        return whole - self._past_length

    @property
    def answer_end(self) -> str:  # type: ignore[override]
        """The token that ends a turn. Loads the tokenizer."""
        return next(iter(self._end_tokens), "")

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Tokens of the prompt, by the model's own template and tokenizer."""
        return len(self._prompt(messages))

    def stream(self, messages: Sequence[Message], options: ChatOptions) -> Iterator[str | Answer]:
        """Answer piece by piece; the model works only while the next piece is waited for."""
        model, _ = self._both
        prompt = self._prompt(messages)
        if isinstance(self._tuned, Classifying):
            answer = answer_with_label(model, self._tuned, prompt, self.context_window)
            yield answer.text
            yield answer
            return
        window = self.context_window
        if window is not None and len(prompt) + options.max_tokens > window:
            raise ContextExceeded(
                f"a prompt of {len(prompt)} tokens and an answer of up to {options.max_tokens} do not fit the model's "
                f"context of {window} tokens; see 'context' and 'max_tokens' of the chat model"
            )
        tokens = next_tokens(self._call_model, prompt, options, self._seed(options), self._past())
        thinking = Thinking(opened=opens_thoughts(self._render(messages)[1]))
        yield from self._answer_pieces(tokens, self._ends, len(prompt), options, thinking)

    def likelihoods(
        self, prompt: str | Sequence[Message], continuations: Sequence[str], after: str = ""
    ) -> list[Likelihood]:
        """How likely each continuation is. The prompt is computed once, the continuations in batches."""
        check_continuations(continuations)
        if not continuations:
            return []
        model, tokenizer = self._both
        head, text = self._render(prompt)
        if isinstance(self._tuned, Classifying):
            tokens = self._check_tokens([*head, *tokenizer(text, add_special_tokens=False)["input_ids"]])
            return label_likelihoods(model, self._tuned, tokens, continuations, self.context_window)
        ids = tokenizer([text, *(text + each + after for each in continuations)], add_special_tokens=False)["input_ids"]
        context, rests = split_continuations(ids[0], ids[1:])
        context = [*head, *context] or self._start_token()
        self._check_tokens([*context, *(token for rest in rests for token in rest)])
        check_fits(context, rests, self.context_window)
        sums = continuation_logprobs(self._call_model, context, rests, self._past())
        return [Likelihood(total, len(rest)) for total, rest in zip(sums, rests, strict=True)]

    def vocabulary(self) -> Sequence[str]:
        """The words that are one token of the tokenizer."""
        return words_of(self._both[1])

    def _load(self, folder: Path) -> tuple[Any, Any]:
        return acquire_model(folder, self._precision, resolve_device(self._config.device))

    def _unload(self, model: Any) -> None:
        release_model(model)

    def _call_model(self, input_ids: Any, cache: Any = None, **given: Any) -> Any:
        """The model with the adapter switched on."""
        model, _ = self._both
        with self._active():
            return model(input_ids=input_ids.to(model.device), **cache_argument(model, cache), **given)

    def _past(self) -> Any:
        """The soft prompt before every prompt, as keys and values."""
        return self._tuned.past() if self._tuned is not None else None

    def _prompt(self, messages: Sequence[Message]) -> list[int]:
        """The tokens of the prompt."""
        head, text = self._render(messages)
        return self._check_tokens([*head, *self._both[1](text, add_special_tokens=False)["input_ids"]])

    def _render(self, prompt: str | Sequence[Message]) -> tuple[list[int], str]:
        """The token that stands first (a template writes its own) and the text of a prompt."""
        return render_prompt(prompt, self._both[1], self._config.model)

    def _start_token(self) -> list[int]:
        """The token that stands before a text of which the model would see nothing else."""
        _, tokenizer = self._both
        found = [token for token in (tokenizer.bos_token_id, tokenizer.eos_token_id) if token is not None]
        if not found:
            raise ModelError(f"{self._config.model}: the model has no token to begin a text with; give it a prompt")
        return found[:1]


@potluck.hookimpl
def potluck_chat() -> potluck.Offer[Transformers]:
    """Offer the chat model."""
    summary = "causal language models by the transformers library"
    return potluck.Offer(
        summary, TransformersConfig, Transformers, requires=("transformers", "torch"), extra="transformers"
    )
