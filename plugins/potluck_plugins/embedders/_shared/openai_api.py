"""Embedding through OpenAI's protocol (``POST /embeddings``).

A model's name says which model it is only at OpenAI's own service. Anywhere else the length of the vectors is found
from the first answer, and the window and the price are what the recipe says.
"""

from __future__ import annotations

import base64
from collections import Counter as Counted
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from pydantic import BaseModel, BeforeValidator, Field, model_validator

from potluck.contracts import Context, Embedder, EmbedderConfig, Operational, Pinned, Vectors
from potluck.errors import ContentFiltered, ContextExceeded, RemoteTimeout, TextsRefused
from potluck_plugins._openai import (
    Counter,
    Failed,
    Service,
    ServiceConfig,
    body_of,
    counter,
    parse_json,
    sendable,
)
from potluck_plugins._openai.complaints import error_of
from potluck_plugins._openai.failures import failure_in_answer
from potluck_plugins.embedders._shared.cutting import cut_to_window

if TYPE_CHECKING:
    from openai import AsyncOpenAI

# OpenAI's models: the length of their vectors, US dollars for a million tokens. Their window is 8191 tokens of
# cl100k_base. Prices as of 2026-10-21, as litellm 1.106.2 (MIT) lists them.
_KNOWN = {
    "text-embedding-ada-002": (1536, 0.10),
    "text-embedding-3-small": (1536, 0.02),
    "text-embedding-3-large": (3072, 0.13),
}
_TABLE = "cl100k_base"
# OpenAI's limits for one request.
_MOST_TEXTS = 2048
_MOST_TOKENS = 300_000
Fields: TypeAlias = dict[str, str | int | float | bool]
_BROKEN = 500
_OF_TEXTS = {400, 413, 422, _BROKEN}
_NAMED = 5
_OWN_FIELDS = {"input", "encoding_format", "dimensions"}


class OpenAIEmbedderConfig(EmbedderConfig, ServiceConfig):
    """Settings of the ``openai`` embedder."""

    model: str = "text-embedding-3-small"
    """The model's name at the service."""

    dimensions: Annotated[int | None, Field(ge=1)] = None
    """Ask for vectors of this length; of OpenAI's models 3-small and 3-large can shorten theirs."""

    window: Annotated[int, Field(ge=1)] = 8191
    """Tokens that the model reads of a text."""

    query_prefix: str = ""
    """Put before a question, as the model was trained: ``query: `` for E5 models, unless the server does so itself."""

    passage_prefix: str = ""
    """Put before a passage: ``passage: `` for E5 models."""

    query_fields: Fields = Field(default_factory=dict)
    """More fields of a request for questions, where the server wants to know: ``{input_type: query}``."""

    passage_fields: Fields = Field(default_factory=dict)
    """More fields of a request for passages: ``{input_type: passage}``, ``{model: other-name}``."""

    price: Annotated[float | None, Operational, Pinned, Field(ge=0)] = None
    """US dollars for a million tokens; known for OpenAI's own models."""

    @model_validator(mode="after")
    def _can_be_asked(self) -> OpenAIEmbedderConfig:
        if taken := _OWN_FIELDS & {*self.query_fields, *self.passage_fields}:
            raise ValueError(f"{', '.join(sorted(taken))}: not to be set in query_fields or passage_fields")
        longest = _KNOWN.get(self.model, (None,))[0] if self.is_openai else None
        if self.dimensions and longest and (self.dimensions > longest or self.model.endswith("ada-002")):
            raise ValueError(f"{self.model} gives vectors of length {longest}, not of {self.dimensions}")
        return self


class OpenAIEmbedder(Embedder):
    """Embeds with a request for each call, or a few where one would have more tokens than OpenAI takes at once."""

    def __init__(self, config: OpenAIEmbedderConfig, context: Context) -> None:
        """Connect to nothing yet. Raises ``EgressRefused``."""
        known = _KNOWN.get(config.model) if config.is_openai else None
        self._config = config
        self._service = Service(config, context, "embedder openai")
        self._table = _TABLE if known else None
        self._length = config.dimensions or (known[0] if known else None)
        self._lock = Lock()
        self._takes_floats = False
        """Whether the service has refused to send vectors in base64."""
        self.window = config.window
        self.fit = config.fit
        self.batch_size = config.batch_size
        self.concurrency = config.concurrency
        self.price = config.price if config.price is not None or known is None else known[1]

    @property
    def dimensions(self) -> int:  # type: ignore[override]
        """The length of the vectors. If nothing says it, a word is embedded to find it."""
        if self._length is None:
            self.embed_queries(["potluck"])
        assert self._length is not None, "an answer has a length"
        return self._length

    @cached_property
    def _counter(self) -> Counter:
        return counter(self._table)

    @property
    def exact_token_counts(self) -> bool:  # type: ignore[override]
        """True for OpenAI's models where tiktoken and its table are on this machine."""
        return self._counter.exact

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens with the prefix."""
        return [self._counter.count(self._config.passage_prefix + text) for text in texts]

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Embed. Raises ``RemoteError`` after the last attempt."""
        return self._embed(texts, self._config.passage_prefix, self._config.passage_fields)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Embed questions."""
        return self._embed(texts, self._config.query_prefix, self._config.query_fields)

    def close(self) -> None:
        """Close the connections."""
        self._service.close()

    def _embed(self, texts: Sequence[str], prefix: str, fields: Fields) -> Vectors:
        import numpy as np

        inputs = [self._within(prefix + sendable(text)) for text in texts]
        parts = [self._request(batch, fields) for batch in self._batches(inputs)]
        return np.concatenate(parts) if parts else np.zeros((0, self.dimensions), np.float32)

    def _within(self, text: str) -> str:
        """The text, or as much of its beginning as fits if the recipe consents to ``fit: cut``."""
        return cut_to_window(text, self._config.window, self._counter.count) if self.fit == "cut" else text

    def _batches(self, inputs: Sequence[str]) -> Iterator[list[str]]:
        """Put texts into requests, each as large as OpenAI allows."""
        batch: list[str] = []
        total = 0
        for text in inputs:
            tokens = self._counter.count(text)
            if batch and (len(batch) == _MOST_TEXTS or total + tokens > _MOST_TOKENS):
                yield batch
                batch, total = [], 0
            batch.append(text)
            total += tokens
        if batch:
            yield batch

    def _request(self, inputs: list[str], fields: Fields) -> Vectors:
        body: dict[str, Any] = {"model": self._config.model, "input": inputs}
        if self._config.dimensions is not None:
            body["dimensions"] = self._config.dimensions

        async def ask(client: AsyncOpenAI) -> bytes:
            body["encoding_format"] = "float" if self._takes_floats else "base64"
            return await body_of(client.embeddings.with_streaming_response.create(**body, extra_body=fields))

        def read(answer: bytes) -> Vectors:
            return self._read(answer, len(inputs))

        return self._service.call(ask, read, self._service.deadline(), lambda failed: self._consider(failed, body))

    def _consider(self, failed: Failed, body: Mapping[str, Any]) -> Failed | None:
        """Ask for numbers where base64 is refused; tell what may be due to one of the texts, or to their number."""
        if failed.refuses("encoding_format") or failed.refuses("base64"):
            asked_in_vain = body.get("encoding_format") == "base64"
            self._takes_floats = True
            if asked_in_vain:
                return None
        if failed.error is RemoteTimeout and len(body["input"]) > 1:
            advice = "Raise the embedder's 'timeout', or lower its 'batch_size'"
            return replace(failed, advice=advice, passing=False)
        if failed.error in (ContextExceeded, ContentFiltered) or _is_of_the_texts(failed):
            advice = "If it is not one of the texts, run again later" if failed.status == _BROKEN else failed.advice
            return replace(failed, advice=advice, error=TextsRefused)
        return failed

    def _read(self, answer: bytes, count: int) -> Vectors:
        """The vectors of an answer, of unit length, in the order of the texts. Raises ``Failed`` or ``ValueError``."""
        import numpy as np

        body = parse_json(answer)
        if isinstance(body, dict) and not body.get("data") and (said := error_of(body)):
            raise failure_in_answer(said)
        found = [_decode_vector(row.embedding) for row in in_order(_Answer.model_validate(body).data, count)]
        lengths = Counted(len(row) for row in found)
        with self._lock:
            # One text may have got another one than the rest.
            self._length = self._length or lengths.most_common(1)[0][0]
        if wrong := sorted(lengths.keys() - {self._length}):
            reason = f"answered with vectors of length {_list_numbers(wrong)}, not {self._length}"
            raise Failed(reason, "Check 'dimensions'", error=TextsRefused)
        vectors = np.stack(found)
        norms = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
        if not np.isfinite(norms).all() or not norms.all():
            raise Failed("answered with vectors that are zero or not finite", error=TextsRefused)
        normal: Vectors = (vectors / norms).astype(np.float32)
        return normal


def _number(value: object) -> object:
    """A number too large for a float counts as infinite."""
    try:
        return float(value) if isinstance(value, int) else value
    except OverflowError:
        return None


class Row(BaseModel):
    """A vector of an answer, and of which text it says to be."""

    embedding: str | list[Annotated[float | None, BeforeValidator(_number)]] | None = None
    index: int | None = None


class _Answer(BaseModel):
    data: list[Row]


def in_order(rows: Sequence[Row], count: int) -> list[Row]:
    """The rows in the order of the texts. Raises ``Failed`` if not every text has one.

    They may say which text they belong to, counted from 0 or from 1. If none does, or all say 0, they stand in the
    order of the list; if one does not (services that leave out what is 0), it is the one that is missing.
    """
    if len(rows) != count:
        raise Failed(f"answered with {len(rows)} vectors, not one for each of {count} texts")
    said = [row.index for row in rows]
    if all(index is None for index in said) or all(index == 0 for index in said):
        return list(rows)
    if {*said} == {*range(1, count + 1)}:
        said = [index - 1 for index in said if index is not None]
    missing = sorted(set(range(count)) - {index for index in said if index is not None})
    if said.count(None) == 1 and len(missing) == 1:
        said[said.index(None)] = missing.pop()
    if missing or None in said:
        twice = sorted({index for index in said if index is not None and said.count(index) > 1})
        doubled = f", and {_list_numbers(twice)} stands there more than once" if twice else ""
        said_so = f"number {_list_numbers(missing)} is missing{doubled}"
        raise Failed(f"answered with {count} vectors, not one for each of {count} texts: {said_so}")
    return [row for _, row in sorted(zip(said, rows, strict=True), key=lambda pair: pair[0] or 0)]


def _list_numbers(numbers: Sequence[int]) -> str:
    more = " and more" if len(numbers) > _NAMED else ""
    return ", ".join(map(str, numbers[:_NAMED])) + more


def _is_of_the_texts(failed: Failed) -> bool:
    """Whether a text, or their number, may be the cause: the service failed on the request, and names no other
    setting."""
    within = not failed.status and bool(failed.said.words) and "insufficient_quota" not in failed.said.codes
    return (within or failed.status in _OF_TEXTS) and failed.said.setting in ("", "input", "prompt")


def _decode_vector(embedding: str | list[float | None] | None) -> Vectors:
    """A vector from base64 of float32, little-endian, or from numbers: not every server does what it is asked.

    Raises ``Failed`` if there is none.
    """
    import numpy as np

    if not embedding:
        raise Failed("answered without a vector for a text", error=TextsRefused)
    if isinstance(embedding, str):
        return np.frombuffer(base64.b64decode(embedding, validate=True), "<f4")
    with np.errstate(over="ignore"):  # a number too large for a float is infinite, which the caller refuses
        return np.array([np.nan if value is None else value for value in embedding], np.float32)
