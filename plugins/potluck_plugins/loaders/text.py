"""Plain text: UTF-8, UTF-16, Big5, GB18030, Shift_JIS and Windows-1252, told apart by what they would say."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator

import potluck
from potluck.contracts import Config, Context, Loader
from potluck.documents import Document, Source
from potluck.errors import UnreadableDocument
from potluck_plugins.loaders._shared.decoding import REPLACEMENT, Encoding, decode
from potluck_plugins.loaders._shared.flow import Flow

_STRANGE = 0.3
"""The share of control and replaced characters from which a file is no text."""


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
        if _strange(decoded.text) > _STRANGE * len(decoded.text):
            raise UnreadableDocument("it is not text: a great part of it is no characters that anybody writes")
        flow = Flow()
        for line in decoded.text.split("\n"):
            flow.paragraph(line)
        yield flow.document(source.name, {"encoding": decoded.encoding}, decoded.losses)


def _strange(text: str) -> int:
    return sum(
        count
        for character, count in Counter(text).items()
        if character == REPLACEMENT
        or (unicodedata.category(character) in ("Cc", "Cn", "Co") and character not in "\n\t\f\v\x1b")
    )


@potluck.hookimpl
def potluck_loader() -> potluck.Offer[TextLoader]:
    """Offer the loader."""
    return potluck.Offer("plain text in any of the usual encodings", TextConfig, TextLoader)
