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
    chunks; a document's name does not matter.
    """

    @abstractmethod
    def split(self, document: Document) -> Iterator[Chunk]:
        """Yield the chunks; ``chunk.text`` is exactly ``document.text[chunk.start:chunk.end]``."""
