"""Loader: from a file to documents."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from potluck.contracts.component import Component
from potluck.documents import Attachment, Document, Source


class Loader(Component):
    """Reads files of some kinds.

    A loader of files is also named in the entry-point group ``potluck.file_types``, once for each file name extension
    (``docx = "office"``), so that it is found without being imported.

    The text keeps the reading order; paragraphs are separated by newlines, table cells by `` | ``. Line ends are
    ``\\n``; there is no byte order mark and no NUL. The same bytes always give the same documents, whatever the
    file's name, place and time.
    """

    isolated: ClassVar[bool] = True
    """Whether it runs in a process of its own.

    There it has a limit of time and of memory for the file's size, no network unless its offer names a host, none of
    the environment's keys, and a crash in native code ends that process and no other. It dies with its parent.

    With False ``load`` runs within the command itself, with no process to start and none of these protections: an
    endless loop never ends, a crash ends the run. That is for a loader whose time and memory grow with the file's size
    and not faster (decoding text, reading CSV or JSON). One that calls a parser written in C, an archive, an XML or
    HTML library, or regular expressions that backtrack, keeps True.
    """

    hands_on: ClassVar[bool] = False
    """Whether it yields attachments: then the loaders that read those also decide what is loaded."""

    @abstractmethod
    def load(self, source: Source) -> Iterator[Document | Attachment]:
        """Yield the documents of a file, each with ``source`` = ``source.name`` (or ``name#part`` for parts of it).

        A loader that ``hands_on`` also yields the files within the file, as attachments. Each is read by the loader of
        its kind, within limits of depth, number and size; one that is not read is reported as a loss.

        Raises a ``DocumentError`` whose message is the reason alone, without the path: ``PasswordNeeded``,
        ``UnreadableDocument`` (damaged, or not what its name says), ``DocumentLimit``, ``NoText``; or
        ``MissingDependency`` for a kind of file that needs another package. The readable part of a damaged file is
        returned with ``losses``; a loader that loses text silently is wrong.

        An ``OSError`` for what the system refuses (permission, input/output, open files, memory) is let through, or
        chained (``raise ... from``): it is not a failure of the file, which would be kept until the file changes, and
        is tried again.
        """
