"""Splitter: from a document to chunks."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator

from potluck.contracts.component import Component
from potluck.documents import Chunk, Document


class Splitter(Component):
    """Cuts documents into chunks.

    Every character of the document that is not white space lies in at least one chunk. Chunks come in the order of
    their start, are not empty, and do not begin or end with white space. The same document always gives the same
    chunks; a document's name does not matter. A blank text has none.

    A character stays whole: no cut stands between a letter and its marks, or within a picture made of several signs.

    If the settings have a ``chunk_size`` or ``max_size``, no chunk is larger, in characters or, if there is a method
    ``count_tokens(texts)``, in what that counts. ``chunk_overlap`` is the most that a chunk repeats of the one before,
    in the same unit; between 0 and 1 it is a share of the size.
    """

    @abstractmethod
    def split(self, document: Document) -> Iterator[Chunk]:
        """Yield the chunks; ``chunk.text`` is exactly ``document.text[chunk.start:chunk.end]``."""
