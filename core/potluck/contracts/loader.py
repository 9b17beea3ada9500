"""Loader: from a file to documents."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from potluck.contracts.offer import Component
from potluck.documents import Document, Source


class Loader(Component):
    """Reads files of some kinds.

    A loader of files is also named in the entry-point group ``potluck.file_types``, once for each file name extension
    (``docx = "office"``), so that it is found without being imported.

    The text keeps the reading order; paragraphs are separated by newlines, table cells by `` | ``. Line ends are
    ``\\n``; there is no byte order mark and no NUL. The same bytes always give the same documents, whatever the
    file's name, place and time.
    """

    isolated: ClassVar[bool] = True
    """Whether it runs in a process of its own, with a limit of time and memory. Only a loader that decodes plain text
    says False."""

    @abstractmethod
    def load(self, source: Source) -> Iterator[Document]:
        """Yield the documents of a file, each with ``source`` = ``source.name`` (or ``name#part`` for parts of it).

        Raises a ``DocumentError`` whose message is the reason alone, without the path: ``PasswordNeeded``,
        ``UnreadableDocument`` (damaged, or not what its name says), ``DocumentLimit``, ``NoText``; or
        ``MissingDependency`` for a kind of file that needs a package more. What could be read of a damaged file comes
        out with ``losses``; silence about lost text is an error of the loader.
        """
