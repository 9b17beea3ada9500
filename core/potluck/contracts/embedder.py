"""Embedder: from texts to vectors."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import Field

from potluck.contracts.component import Component
from potluck.contracts.config import Config, Operational

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Vectors: TypeAlias = npt.NDArray[np.float32]
else:
    Vectors = "numpy.ndarray"


class EmbedderConfig(Config):
    """Settings that every embedder takes."""

    fit: Literal["error", "pool", "cut"] = "error"
    """What to do with a text longer than the window: refuse it, embed its pieces and average them, or drop its end."""

    batch_size: Annotated[int, Operational, Field(ge=1)] = 64
    """Texts per call; the vectors of a call are kept even if the next one fails."""

    on_error: Annotated[Literal["error", "skip"], Operational] = "error"
    """What to do with a text that gets no vector, for instance because the service fails on it: name it and stop, or
    leave it out, which the ledger counts."""


class Embedder(Component):
    """Turns texts into vectors of one length.

    Vectors are float32, finite, of unit length (to 1e-3), shape ``(len(texts), dimensions)``, in the order of the
    texts. The same text gives the same vector (to 1e-3 in cosine) whatever stands beside it in a batch. Prefixes and
    instructions for queries and passages are the embedder's own business. Texts are never blank.
    """

    dimensions: int
    """The length of the vectors. May load the model when it is first read."""

    window: int | None
    """How many tokens the model reads of a text, counted as ``count_tokens`` counts. None if a text of any length
    is read whole, because the embedder pools by itself."""

    fit: Literal["error", "pool", "cut"] = "error"
    """From the settings. The framework acts on it before ``embed_passages``: an embedder with ``cut`` is given long
    texts and drops their ends, otherwise it is never given a text longer than its window."""

    batch_size: int = 64
    """How many texts to pass in a call. Each call's vectors are committed before they are used."""

    concurrency: int = 1
    """How many calls may be made at once, from threads. More than one only for remote services.

    With 1, no call of ``count_tokens`` and ``embed_...`` begins before one from another thread is over: a model need
    not be safe for threads. It is not always called from the thread that made it.
    """

    price: float | None = None
    """US dollars for a million tokens, where the service has a price."""

    exact_token_counts: bool = True
    """Whether ``count_tokens`` is what the model counts; False for an estimate that is never too low."""

    @abstractmethod
    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text as a passage, with prefix and special tokens, to be compared with ``window``."""

    @abstractmethod
    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Embed texts that will be searched. Raises ``RemoteError`` when a service fails after all retries.

        ``TextsRefused`` says that one of the texts, or their number, may be the reason, and ``RemoteTimeout`` that all
        of them together took too long: fewer are asked for then, so that what is wrong with one costs no other.
        """

    @abstractmethod
    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Embed questions."""
