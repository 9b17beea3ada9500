"""HTML as a reader sees it: no scripts, tables as rows, headings as sections. Read by lxml (BSD)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import potluck
from potluck.contracts import Config, Context, Loader
from potluck.documents import Document, Json, Source
from potluck_plugins.loaders._shared.decoding import Decoded, Encoding, decode, decode_declared, refuse_binary
from potluck_plugins.loaders._shared.flow import Flow
from potluck_plugins.loaders._shared.markup import read_html

_DECLARED = re.compile(rb"""<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_OPENED, _CLOSED = re.compile("<html[ \t\n>]", re.IGNORECASE), re.compile("</html", re.IGNORECASE)
_HEAD = 4096


class HtmlConfig(Config):
    """Settings of the ``html`` loader."""

    encoding: Encoding | None = None
    """The encoding, where the page declares a wrong one or none."""


class HtmlLoader(Loader):
    """Reads a web page."""

    def __init__(self, config: HtmlConfig, context: Context) -> None:
        """Read nothing yet."""
        self._encoding = config.encoding

    def load(self, source: Source) -> Iterator[Document]:
        """Yield the one document of a file."""
        decoded = self._decode(source.path.read_bytes())
        refuse_binary(decoded)
        flow = Flow()
        title = read_html(decoded.text, flow)
        metadata: dict[str, Json] = {"encoding": decoded.encoding, **({"title": title} if title else {})}
        yield flow.document(source.name, metadata, [*decoded.losses, *_truncation_notes(decoded.text)])

    def _decode(self, content: bytes) -> Decoded:
        if self._encoding is not None:
            return decode(content, self._encoding)
        declared = _DECLARED.search(content[:_HEAD])
        return decode_declared(content, declared.group(1).decode("ascii") if declared else None)


def _truncation_notes(page: str) -> list[str]:
    """The note on a page that is opened and not closed: only its closing tag shows that all of it is there."""
    opened = _OPENED.search(page) is not None and _CLOSED.search(page) is None
    return ["it ends without </html>: its end may be missing"] if opened else []


@potluck.hookimpl
def potluck_loader() -> potluck.Offer[HtmlLoader]:
    """Offer the loader."""
    return potluck.Offer("web pages", HtmlConfig, HtmlLoader, requires=("lxml",), extra="html")
