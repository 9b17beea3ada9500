"""From HTML or XHTML to a document: what a reader sees, as lines, with headings as sections and tables as rows.

Read by lxml (BSD); what is nested more deeply than that reads, by the standard library.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

from potluck_plugins.loaders._shared.flow import Flow, one_line
from potluck_plugins.loaders._shared.markup_reader import Reader
from potluck_plugins.loaders._shared.markup_style import HELD_BACK, NOT_TEXT, is_hidden, is_repeated
from potluck_plugins.loaders._shared.mathml import mathml_text
from potluck_plugins.loaders._shared.style_sheet import StyleSheet
from potluck_plugins.loaders._shared.xml import without_declaration

_EMPTY = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})
_HEADINGS = frozenset(f"h{level}" for level in range(1, 7))
_STRUCK = re.compile(r"<(/?)(?:s|strike)(?=[\s/>])", re.IGNORECASE)
"""Tags that libxml2 ends where a paragraph begins; those of deleted text go on as in browsers."""

_FIRST_PARTS = 50
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1f\ufffe\uffff]")


class _Stream(HTMLParser):
    """Tags as they come, without a tree: for pages that nest more deeply than a tree may."""

    def __init__(self, reader: Reader, flow: Flow) -> None:
        super().__init__()
        self._reader = reader
        self._flow = flow
        self._skipped: list[str] = []
        self._hidden: int | None = None
        self.title = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        if tag == "body":
            self._skipped.clear()
        if self._skipped:
            if tag == self._skipped[-1]:
                self._skipped.append(tag)
        elif tag not in _EMPTY and self._is_left_out(tag, found):
            self._skipped.append(tag)
            self._hidden = 0 if (is_hidden(tag, found) and tag not in NOT_TEXT) or tag in HELD_BACK else None
        else:
            self._reader.start(tag, found)

    def _is_left_out(self, tag: str, attributes: dict[str, str]) -> bool:
        return tag == "math" or is_hidden(tag, attributes) or _is_unseen(tag, attributes)

    def handle_endtag(self, tag: str) -> None:
        if not self._skipped:
            self._reader.end(tag)
        elif tag == self._skipped[-1]:
            self._skipped.pop()
            if not self._skipped and self._hidden:
                self._flow.leave_out("hidden text", self._hidden)

    def handle_data(self, data: str) -> None:
        if self.lasttag == "title" and not self.title:
            self.title = data
        elif not self._skipped:
            self._reader.text(data)
        elif self._hidden is not None and self.lasttag not in ("script", "style"):
            self._hidden += len(data.strip())


def read_html(text: str, flow: Flow, linked: Callable[[str], str] | None = None) -> str:
    """Write what a page shows into a flow; returns its title. ``linked`` gives the style sheet at an address."""
    from lxml import etree, html

    text = _STRUCK.sub(r"<\1del", _CONTROLS.sub("", without_declaration(text)))
    parser = html.HTMLParser(no_network=True, remove_comments=True, huge_tree=True)
    try:
        root = html.document_fromstring(text, parser=parser)
    except etree.ParserError:  # nothing, or nothing but comments
        return ""
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        return _read_deep(text, flow)
    _style_sheet(root, linked).apply(root)
    read_tree(root, flow)
    return one_line(root.findtext(".//title") or "")


def _style_sheet(root: Any, linked: Callable[[str], str] | None) -> StyleSheet:
    """The sheets in a page and those that it links, save those for print."""
    sheet = StyleSheet()
    for element in root.iter("style", "link"):
        if (element.get("media") or "all").strip().lower() not in ("all", "screen", "amzn-kf8"):
            continue
        if element.tag == "style":
            sheet.add(element.text or "")
        elif linked and "stylesheet" in (element.get("rel") or "").lower().split():
            sheet.add(linked(element.get("href") or ""))
    return sheet


def read_tree(root: Any, flow: Flow, slides: bool = False) -> None:
    """Write what an lxml tree shows into a flow. ``slides`` makes a page of each ``div class="slide-content"``."""
    from lxml import etree

    reader = Reader(flow, slides, _layout(root))
    skipping = 0
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        if not isinstance(element.tag, str):
            if not skipping:
                reader.text(element.tail)
            continue
        tag = element.tag.rpartition("}")[2].lower()
        if event == "start":
            if skipping or _is_skipped(tag, element, reader, flow):
                skipping += 1
            else:
                reader.start(tag, element, element)
                reader.text(element.text)
        else:
            if not skipping:
                reader.end(tag, element)
            skipping -= bool(skipping)
            if not skipping and element is not root:
                reader.text(element.tail)
    reader.finish()


def _is_skipped(tag: str, element: Any, reader: Reader, flow: Flow) -> bool:
    """Whether the elements within this one are not read; what stands for them is written, or counted as hidden."""
    if (is_hidden(tag, element) and tag not in NOT_TEXT) or tag in HELD_BACK:
        hidden = sum(len(text.strip()) for text in _words(element))
        if hidden:
            flow.leave_out("hidden text", hidden)
        return True
    if tag == "math":
        reader.equation(mathml_text(element))
        return True
    if tag == "select":
        reader.text(f" {_chosen_options(element)} ")
        return True
    return _is_unseen(tag, element)


def _words(element: Any) -> Iterator[str]:
    """The texts within an element, without scripts and styles."""
    for one in element.iter():
        if isinstance(one.tag, str) and one.tag.rpartition("}")[2] not in ("script", "style"):
            yield one.text or ""
        if one is not element:
            yield one.tail or ""


def _chosen_options(select: Any) -> str:
    """The options of a list that are chosen; of one that shows a single line, its first if none is."""
    options = [one for one in select.iter() if isinstance(one.tag, str) and one.tag.rpartition("}")[2] == "option"]
    chosen = [one for one in options if one.get("selected") is not None]
    shown = chosen or (options[:1] if select.get("multiple") is None and select.get("size") in (None, "1") else options)
    return ", ".join(" ".join("".join(one.itertext()).split()) for one in shown)


def parse_html(text: str) -> Any:
    """An lxml tree of HTML as browsers would read it; entities, DTDs and the network are out of reach."""
    from lxml import html

    parser = html.HTMLParser(no_network=True, remove_comments=True, huge_tree=True)
    return html.document_fromstring(_STRUCK.sub(r"<\1del", text), parser=parser)


def _read_deep(text: str, flow: Flow) -> str:
    reader = Reader(flow)
    stream = _Stream(reader, flow)
    stream.feed(text)
    stream.close()
    reader.finish()
    return one_line(stream.title)


def _is_unseen(tag: str, attributes: Any) -> bool:
    return tag in NOT_TEXT or is_repeated(attributes)


def _holds_data(parts: list[Any]) -> bool:
    """Whether the rows and cells of a table so far begin with headings, and the last is a cell of data."""
    return parts[-1:] != [] and parts[-1].tag == "td" and any(part.tag == "th" for part in parts[:_FIRST_PARTS])


def _layout(root: Any) -> frozenset[Any]:
    """The rows and cells of tables that only arrange a page: of a single cell, or with headings or tables within.

    A table whose cells have headings holds data, even where a cell of it holds a table.
    """
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
            for parts, arranges in reversed(tables):
                if arranges:
                    break
                if element.tag != "table" or not _holds_data(parts):
                    arranges.append(True)
            if element.tag == "table":
                tables.append(([], []))
    return frozenset(found)
