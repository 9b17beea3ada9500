"""Plain text: UTF-8, UTF-16, Big5, GB18030, Shift_JIS and Windows-1252, told apart by what they would say."""

from __future__ import annotations

from collections.abc import Iterator

import potluck
from potluck.contracts import Config, Context, Loader
from potluck.documents import Document, Source
from potluck_plugins.loaders._shared.decoding import Encoding, decode, refuse_binary
from potluck_plugins.loaders._shared.flow import Flow


class TextConfig(Config):
    """Settings of the ``text`` loader."""

    encoding: Encoding | None = None
    """The encoding, where the guess is wrong: big5, gb18030, utf-16, cp932."""


class TextLoader(Loader):
    """Reads a text file as it stands; a line that begins with a clause number begins a section."""

    isolated = False

    def __init__(self, config: TextConfig, context: Context) -> None:
        """Read nothing yet."""
        self._encoding = config.encoding

    def load(self, source: Source) -> Iterator[Document]:
        """Yield the one document of a file."""
        decoded = decode(source.path.read_bytes(), self._encoding)
        refuse_binary(decoded)
        flow = Flow()
        for line in decoded.text.split("\n"):
            flow.paragraph(line)
        yield flow.document(source.name, {"encoding": decoded.encoding}, decoded.losses)


@potluck.hookimpl
def potluck_loader() -> potluck.Offer[TextLoader]:
    """Offer the loader."""
    return potluck.Offer("plain text in any of the usual encodings", TextConfig, TextLoader)
