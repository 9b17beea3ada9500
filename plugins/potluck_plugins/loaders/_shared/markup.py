"""From HTML or XHTML to a document: what a reader sees, as lines, with headings as sections and tables as rows.

Read by lxml (BSD); what is nested more deeply than that reads, by the standard library.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from potluck_plugins.loaders._shared.flow import Flow, one_line
from potluck_plugins.loaders._shared.xml import parse_xml as parse_xml
from potluck_plugins.loaders._shared.xml import without_declaration

_SKIPPED = frozenset(
    {"canvas", "head", "iframe", "math", "noscript", "object", "script", "style", "svg", "template", "en-crypt"}
)
_INLINE = frozenset(
    {"a", "abbr", "acronym", "b", "bdi", "bdo", "big", "button", "cite", "code", "data", "del", "dfn", "em", "en-media"}
    | {"en-todo", "font", "i", "img", "input", "ins", "kbd", "label", "mark", "o:p", "q", "rp", "rt", "ruby"}
    | {"s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr"}
)
_EMPTY = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BREAK = "\x1e"
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\ufffe\uffff]")


class _Reader:
    """What is seen, written while a tree is walked from its first tag to its last."""

    def __init__(self, flow: Flow, slides: bool = False) -> None:
        self._flow = flow
        self._slides = slides
        self._slide = 0
        self._text: list[str] = []
        self._cells: list[list[str]] = []
        self._rows: list[list[str]] = []
        self._heading = 0
        self._preformatted = 0
        self.layout: frozenset[Any] = frozenset()

    def start(self, tag: str, attributes: Any, element: Any = None) -> None:
        if tag == "br":
            self._text.append(_BREAK)
        elif tag == "en-todo":
            self._text.append("[x] " if attributes.get("checked") == "true" else "[ ] ")
        elif tag not in _INLINE:
            self._flush()
        if tag in _HEADINGS:
            self._heading = 0 if "title" in (attributes.get("class") or "").split() else _HEADINGS[tag]
        elif tag == "tr" and element not in self.layout:
            self._rows.append([])
        elif tag in ("td", "th") and element not in self.layout:
            self._cells.append([])
        elif tag == "pre":
            self._preformatted += 1
        elif tag == "div" and self._slides and (attributes.get("class") or "") == "slide-content":
            self._slide += 1
            self._flow.page(self._slide)

    def text(self, text: str | None) -> None:
        if text:
            self._text.append(text)

    def end(self, tag: str, element: Any = None) -> None:
        if tag not in _INLINE and tag != "br":
            self._flush()
        if tag in _HEADINGS:
            self._heading = 0
        elif tag in ("td", "th") and self._cells and element not in self.layout:
            cell = " ".join(self._cells.pop())
            if self._rows:
                self._rows[-1].append(cell)
            else:
                self._emit(cell, row=True)
        elif tag == "tr" and self._rows and element not in self.layout:
            self._emit(" | ".join(self._rows.pop()), row=True)
        elif tag == "pre" and self._preformatted:
            self._preformatted -= 1

    def finish(self) -> None:
        """Write what is left, of cells and rows that were never closed too."""
        self._flush()
        left = [text for cell in self._cells for text in cell] + [cell for row in self._rows for cell in row]
        self._cells, self._rows = [], []
        if left:
            self._emit(" | ".join(left), row=True)

    def _flush(self) -> None:
        text = "".join(self._text)
        self._text.clear()
        text = (
            text.replace(_BREAK, "\n").strip("\n")
            if self._preformatted
            else "\n".join(filter(None, map(one_line, text.split(_BREAK))))
        )
        if text.strip():
            self._emit(text)

    def _emit(self, text: str, row: bool = False) -> None:
        if not text.strip(" |"):
            return
        if self._cells:
            self._cells[-1].append(" ".join(text.split("\n")))
        elif self._heading:
            self._flow.heading(" ".join(text.split()), self._heading)
        else:
            for line in [text] if self._preformatted else text.split("\n"):
                self._flow.paragraph(line, clauses=not row and not self._preformatted)


class _Stream(HTMLParser):
    """Tags as they come, without a tree: for pages that nest more deeply than a tree may."""

    def __init__(self, reader: _Reader) -> None:
        super().__init__()
        self._reader = reader
        self._skipped: list[str] = []
        self.title = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "body":
            self._skipped.clear()
        if self._skipped:
            if tag == self._skipped[-1]:
                self._skipped.append(tag)
        elif tag not in _EMPTY and _unseen(tag, dict(attributes)):
            self._skipped.append(tag)
        else:
            self._reader.start(tag, dict(attributes))

    def handle_endtag(self, tag: str) -> None:
        if not self._skipped:
            self._reader.end(tag)
        elif tag == self._skipped[-1]:
            self._skipped.pop()

    def handle_data(self, data: str) -> None:
        if self.lasttag == "title" and not self.title:
            self.title = data
        elif not self._skipped:
            self._reader.text(data)


def read_html(text: str, flow: Flow) -> str:
    """Write what a page shows into a flow; returns its title."""
    from lxml import etree, html

    text = _CONTROLS.sub("", without_declaration(text))
    parser = html.HTMLParser(no_network=True, remove_comments=True, huge_tree=True)
    try:
        root = html.document_fromstring(text, parser=parser)
    except etree.ParserError:  # nothing, or nothing but comments
        return ""
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        return _read_deep(text, flow)
    read_tree(root, flow)
    return one_line(root.findtext(".//title") or "")


def read_tree(root: Any, flow: Flow, slides: bool = False) -> None:
    """Write what an lxml tree shows into a flow. ``slides`` makes a page of each ``div class="slide-content"``."""
    from lxml import etree

    reader = _Reader(flow, slides)
    reader.layout = _layout(root)
    skipping = 0
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        if not isinstance(element.tag, str):
            if not skipping:
                reader.text(element.tail)
            continue
        tag = element.tag.rpartition("}")[2].lower()
        if event == "start":
            skipping += bool(skipping or _unseen(tag, element))
            if not skipping:
                reader.start(tag, element, element)
                reader.text(element.text)
        else:
            if not skipping:
                reader.end(tag, element)
            skipping -= bool(skipping)
            if not skipping and element is not root:
                reader.text(element.tail)
    reader.finish()


def parse_html(text: str) -> Any:
    """An lxml tree of HTML as browsers would read it; entities, DTDs and the network are out of reach."""
    from lxml import html

    parser = html.HTMLParser(no_network=True, remove_comments=True, huge_tree=True)
    return html.document_fromstring(text, parser=parser)


def _read_deep(text: str, flow: Flow) -> str:
    reader = _Reader(flow)
    stream = _Stream(reader)
    stream.feed(text)
    stream.close()
    reader.finish()
    return one_line(stream.title)


def _unseen(tag: str, attributes: Any) -> bool:
    style = attributes.get("style") or ""
    return tag in _SKIPPED or attributes.get("hidden") is not None or _HIDDEN.search(style) is not None


def _layout(root: Any) -> frozenset[Any]:
    """The rows and cells of tables that only arrange a page: with headings or tables within, or of a single cell."""
    from lxml import etree

    found: set[Any] = set()
    tables: list[tuple[list[Any], list[bool]]] = []
    for event, element in etree.iterwalk(root, events=("start", "end"), tag=("table", "tr", "td", "th", *_HEADINGS)):
        if event == "end":
            if element.tag == "table":
                parts, arranges = tables.pop()
                if arranges or sum(part.tag != "tr" for part in parts) < 2:
                    found.update(parts)
        elif element.tag in ("tr", "td", "th"):
            if tables:
                tables[-1][0].append(element)
        else:
            for _, arranges in reversed(tables):
                if arranges:
                    break
                arranges.append(True)
            if element.tag == "table":
                tables.append(([], []))
    return frozenset(found)
