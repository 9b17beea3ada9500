"""Calls of an embedder, as many texts and as many at once as it takes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from potluck.amounts import many
from potluck.contracts import Embedder
from potluck.embedding.batches import Batches
from potluck.embedding.call import call_embedder
from potluck.errors import PotluckError, TextsRefused
from potluck.reporting import notice

if TYPE_CHECKING:
    from potluck.contracts import Vectors


_SHOWN = 50
"""Characters of a text's beginning that a message shows."""

_PROBE = "potluck"
"""The text that is embedded to see whether the embedder works at all."""


T = TypeVar("T")


def batches_for(call: Callable[[Sequence[T]], Vectors], embedder: Embedder, skip: bool = False) -> Batches[T]:
    """Batches for an embedder, as many texts and as many at once as it takes. ``skip``: refused texts stop nothing."""

    def works() -> bool:
        try:
            call_embedder(embedder.embed_passages, [_PROBE], 1, embedder)
        except PotluckError:
            return False
        return True

    return Batches(call, embedder.batch_size, embedder.concurrency, probe=works, tell=notice, go_on=skip)


def raise_if_refused(refused: Sequence[tuple[str, PotluckError]]) -> None:
    """Raise ``TextsRefused`` with the first of the texts that the embedder refused, and why, if there are any."""
    if refused:
        text, error = refused[0]
        begins = "it begins" if len(refused) == 1 else "one begins"
        raise TextsRefused(f"no vector for {many(len(refused), 'text')}; {begins} {excerpt(text)!r}: {error}")


def excerpt(text: str) -> str:
    """The beginning of a text on one line, for a message."""
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]} ..."
