"""Passages as an embedder's ``fit`` says: whole, or if they are too long in pieces whose vectors are averaged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from potluck.contracts import Embedder
from potluck.embedding.call import call_embedder, count_tokens

if TYPE_CHECKING:
    from potluck.contracts import Vectors


class HasTokens(Protocol):
    """A text with the tokens that it was counted to have."""

    @property
    def text(self) -> str:
        """The text that is embedded."""
        ...

    @property
    def tokens(self) -> int:
        """As the embedder counts them."""
        ...


class Counted(NamedTuple):
    """A text with its tokens."""

    text: str
    tokens: int


def embed_slice(batch: Sequence[HasTokens], embedder: Embedder) -> Vectors:
    """The vectors of some passages, those that are too long in the way that the embedder's ``fit`` says."""
    import numpy as np

    window = embedder.window
    if window is None or embedder.fit != "pool" or all(text.tokens <= window for text in batch):
        return call_embedder(embedder.embed_passages, [t.text for t in batch], sum(t.tokens for t in batch), embedder)
    rows = [
        call_embedder(embedder.embed_passages, [text.text], text.tokens, embedder)[0]
        if text.tokens <= window
        else embed_in_pieces(text.text, embedder, embedder.embed_passages)
        for text in batch
    ]
    return np.stack(rows)


def embed_in_pieces(text: str, embedder: Embedder, call: Callable[[Sequence[str]], Vectors]) -> Vectors:
    """The mean of the vectors of a text's pieces, weighted by their tokens, of unit length."""
    import numpy as np

    pieces = list(_pieces(text, embedder))
    counts = count_tokens(embedder, pieces)
    vectors = call_embedder(call, pieces, sum(counts), embedder)
    mean = np.average(vectors, axis=0, weights=counts)
    length = float(np.linalg.norm(mean))
    return (mean / length).astype(np.float32) if length > 0 else vectors[0]


def _pieces(text: str, embedder: Embedder) -> Iterator[str]:
    """Cut a text into pieces that fit the window, each as long as possible, at white space if there is some."""
    window = embedder.window
    assert window is not None
    rest = text
    while rest.strip():
        length = _longest(rest, embedder, window)
        space = rest.rfind(" ", length // 2, length) if length < len(rest) else -1
        cut = space + 1 if space > 0 else length
        if rest[:cut].strip():
            yield rest[:cut]
        rest = rest[cut:]


def _longest(text: str, embedder: Embedder, window: int) -> int:
    """The length of the longest beginning that fits, found by halving; at least one character."""
    low, high = 1, len(text)
    if _fits(text, embedder, window):
        return high
    while low < high:
        middle = (low + high + 1) // 2
        if _fits(text[:middle], embedder, window):
            low = middle
        else:
            high = middle - 1
    return low


def _fits(text: str, embedder: Embedder, window: int) -> bool:
    return count_tokens(embedder, [text])[0] <= window
