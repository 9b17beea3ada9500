"""Sequence-to-sequence models (T5, BART and kin) by the transformers library (Apache-2.0), from safetensors.

They read a whole text and write another. They know no turns: messages are their texts, with a blank line between them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

import potluck
from potluck.contracts import ChatOptions, Likelihood, Operational
from potluck.documents import Answer, Message, plain
from potluck.errors import ContextExceeded
from potluck.models.devices import resolve_device
from potluck.models.inputs import cache_argument, encoder_inputs
from potluck.models.loading import load_model, load_tokenizer
from potluck.models.tokenizer import append_end_token
from potluck_plugins.chat._shared.generation import next_tokens
from potluck_plugins.chat._shared.likelihoods import check_continuations
from potluck_plugins.chat._shared.local_chat import WritingChat, WritingConfig

_LONGEST = 8192


class Seq2SeqConfig(WritingConfig):
    """Settings of the ``seq2seq`` chat model."""

    batch_size: Annotated[int, Operational, Field(ge=1)] = 32
    """Candidates that are computed at once."""


class Seq2Seq(WritingChat):
    """Writes an answer to a text that was read from both sides."""

    _config: Seq2SeqConfig
    kinds = frozenset({"seq2seq"})

    @property
    def context_window(self) -> int | None:  # type: ignore[override]
        """Tokens of the text that is read: what the model says, or its tokenizer. Loads them."""
        model, tokenizer = self._both
        whole = min(getattr(model.config, "max_position_embeddings", _LONGEST), tokenizer.model_max_length, _LONGEST)
        return int(whole) - self._past_length

    def count_tokens(self, messages: Sequence[Message]) -> int:
        """Tokens of the messages' texts with those that the model puts around them."""
        return len(self._both[1](plain(messages))["input_ids"])

    def stream(self, messages: Sequence[Message], options: ChatOptions) -> Iterator[str | Answer]:
        """Answer piece by piece; the model works only while the next piece is waited for."""
        model, _ = self._both
        prompt = self._prompt(plain(messages))
        begin = [model.config.decoder_start_token_id]
        tokens = next_tokens(self._decoder(prompt), begin, options, self._seed(options))
        yield from self._answer_pieces(tokens, self._ends, len(prompt), options)

    def likelihoods(
        self, prompt: str | Sequence[Message], continuations: Sequence[str], after: str = ""
    ) -> list[Likelihood]:
        """The sum of log p(token | text, what was said before) over each continuation, its end included."""
        check_continuations(continuations)
        _, tokenizer = self._both
        said = self._decoder(self._prompt(prompt if isinstance(prompt, str) else plain(prompt)))
        texts = [
            append_end_token(tokenizer(text_target=each + after)["input_ids"], tokenizer) for each in continuations
        ]
        found: list[Likelihood] = []
        for begin in range(0, len(texts), self._config.batch_size):
            found += _likelihoods_of(said, texts[begin : begin + self._config.batch_size], self._both[0].config)
        return found

    def _prompt(self, text: str) -> list[int]:
        ids: list[int] = self._both[1](text)["input_ids"]
        window = self.context_window
        if window is not None and len(ids) > window:
            raise ContextExceeded(f"a text of {len(ids)} tokens does not fit the model's {window}")
        return self._check_tokens(ids)

    def _decoder(self, prompt: Sequence[int]) -> Any:
        """The decoder, as a causal model is called: the text is read once."""
        import torch
        from transformers import EncoderDecoderCache

        model, _ = self._both
        ids = torch.tensor([list(prompt)])
        with torch.inference_mode(), self._active():
            given = encoder_inputs(model, ids, torch.ones_like(ids), self._embeddings())
            seen, read = given["attention_mask"], model.get_encoder()(**given)

        def call(input_ids: Any, cache: Any = None, use_cache: bool = True, logits_to_keep: int = 0) -> Any:
            rows = len(input_ids)
            again = type(read)(last_hidden_state=read.last_hidden_state.expand(rows, -1, -1))
            with self._active():
                return model(
                    encoder_outputs=again,
                    attention_mask=seen.expand(rows, -1),
                    decoder_input_ids=input_ids.to(model.device),
                    use_cache=use_cache,
                    **cache_argument(model, cache if isinstance(cache, EncoderDecoderCache) else None),
                )

        return call

    def _load(self, folder: Path) -> tuple[Any, Any]:
        device = resolve_device(self._config.device)
        return load_model(folder, self._precision, "seq2seq", device), load_tokenizer(folder)


def _likelihoods_of(said: Any, texts: Sequence[Sequence[int]], config: Any) -> list[Likelihood]:
    import torch

    width = max(map(len, texts))
    ids = torch.tensor([[*text, *[config.pad_token_id] * (width - len(text))] for text in texts])
    before = torch.cat([torch.full((len(ids), 1), config.decoder_start_token_id), ids[:, :-1]], dim=1)
    counted = torch.arange(width) < torch.tensor([[len(text)] for text in texts])
    with torch.inference_mode():
        chances = said(before, use_cache=False).logits.float().cpu().log_softmax(-1)
    sums = torch.where(counted, chances.gather(-1, ids[..., None])[..., 0], 0.0).sum(-1)
    return [Likelihood(float(total), len(text)) for total, text in zip(sums, texts, strict=True)]


@potluck.hookimpl
def potluck_chat() -> potluck.Offer[Seq2Seq]:
    """Offer the chat model."""
    summary = "sequence-to-sequence models (T5, BART and kin) by the transformers library"
    return potluck.Offer(summary, Seq2SeqConfig, Seq2Seq, requires=("transformers", "torch"), extra="transformers")
