"""HTML as a reader sees it: no scripts, tables as rows, headings as sections. Read by lxml (BSD)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import potluck
from potluck.contracts import Config, Context, Loader
from potluck.documents import Document, Json, Source
from potluck.errors import NoText

from potluck_plugins.loaders._shared.decoding import Decoded, decode
from potluck_plugins.loaders._shared.flow import Flow, one_line
from potluck_plugins.loaders._shared.markup import parse_html, read_tree

_DECLARED = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([\w-]+)""", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_HEAD = 4096


class HtmlConfig(Config):
    """Settings of the ``html`` loader."""

    encoding: str | None = None
    """The encoding, where the page declares a wrong one or none."""


class HtmlLoader(Loader):
    """Reads a web page."""

    def __init__(self, config: HtmlConfig, context: Context) -> None:
        """Read nothing yet."""
        self._encoding = config.encoding

    def load(self, source: Source) -> Iterator[Document]:
        """Yield the one document of a file."""
        content = source.path.read_bytes()
        decoded = _decoded(content, self._encoding)
        if not decoded.text.strip():
            raise NoText("it is empty")
        root = parse_html(_XML_DECLARATION.sub("", decoded.text.replace("\0", "")))
        flow = Flow()
        read_tree(root, flow)
        title = root.findtext(".//title")
        metadata: dict[str, Json] = {"encoding": decoded.encoding}
        if title and title.strip():
            metadata["title"] = one_line(title)
        yield flow.document(source.name, metadata, [decoded.doubt] if decoded.doubt else [])


def _decoded(content: bytes, encoding: str | None) -> Decoded:
    declared = _DECLARED.search(content[:_HEAD])
    name = encoding or (declared.group(1).decode("ascii") if declared else None)
    if encoding is None and content.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        name = None
    # Browsers read these names as their supersets.
    supersets = {"gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "cp1252", "big5": "big5hkscs"}
    return decode(content, supersets.get(name.lower(), name) if name else None)


@potluck.hookimpl
def potluck_loader() -> potluck.Offer[HtmlLoader]:
    """Offer the loader."""
    return potluck.Offer("web pages", HtmlConfig, HtmlLoader, requires=("lxml",), extra="html")
