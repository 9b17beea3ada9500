"""Plain text: UTF-8, UTF-16, Big5, GB18030 and others, told apart by what they would say."""

from __future__ import annotations

from collections.abc import Iterator

import potluck
from potluck.contracts import Config, Context, Loader
from potluck.documents import Document, Source
from potluck.errors import UnreadableDocument

from potluck_plugins.loaders._shared.decoding import decode
from potluck_plugins.loaders._shared.flow import Flow


class TextConfig(Config):
    """Settings of the ``text`` loader."""

    encoding: str | None = None
    """The encoding, where the guess is wrong: big5, gb18030, utf-16, cp932."""


class TextLoader(Loader):
    """Reads a text file as it stands; a line that begins with a clause number begins a section."""

    isolated = False

    def __init__(self, config: TextConfig, context: Context) -> None:
        """Read nothing yet."""
        self._encoding = config.encoding

    def load(self, source: Source) -> Iterator[Document]:
        """Yield the one document of a file."""
        content = source.path.read_bytes()
        decoded = decode(content, self._encoding)
        if decoded.text and _binary(decoded.text):
            raise UnreadableDocument("it is not text: a great part of it is control characters")
        flow = Flow()
        for line in decoded.text.split("\n"):
            flow.paragraph(line)
        losses = [decoded.doubt] if decoded.doubt else []
        yield flow.document(source.name, {"encoding": decoded.encoding}, losses)


def _binary(text: str) -> bool:
    odd = sum((c < " " and c not in "\n\t\f\v\x1b") or "\x7f" <= c <= "\x9f" or c == "\ufffd" for c in text)
    return odd > 0.2 * len(text)


@potluck.hookimpl
def potluck_loader() -> potluck.Offer[TextLoader]:
    """Offer the loader."""
    return potluck.Offer("plain text in any of the usual encodings", TextConfig, TextLoader)
