"""From HTML or XHTML to a document: what a reader sees, as lines, with headings as sections and tables as rows."""

from __future__ import annotations

from typing import Any

from potluck_plugins.loaders._shared.flow import Flow, one_line

_SKIPPED = frozenset({"script", "style", "template", "noscript", "svg", "iframe", "object", "canvas", "math", "head"})
_INLINE = frozenset(
    {
        "a",
        "abbr",
        "acronym",
        "b",
        "bdi",
        "bdo",
        "big",
        "button",
        "cite",
        "code",
        "data",
        "del",
        "dfn",
        "em",
        "font",
        "i",
    }
    | {"img", "input", "ins", "kbd", "label", "mark", "option", "q", "rp", "rt", "ruby", "s", "samp", "select", "small"}
    | {"span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr"}
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}


class _Reader:
    """Walks a tree without recursion: a hostile page nests deeper than Python's stack."""

    def __init__(self, flow: Flow, slides: bool) -> None:
        self._flow = flow
        self._slides = slides
        self._slide = 0
        self._text: list[str] = []
        self._cells: list[list[str]] = []
        self._rows: list[list[str]] = []
        self._heading = 0
        self._preformatted = 0
        self.title = ""

    def start(self, tag: str, element: Any) -> None:
        if tag == "br":
            self._text.append("\n")
        elif tag not in _INLINE:
            self._flush()
        if tag in _HEADINGS:
            self._heading = 0 if "title" in (element.get("class") or "").split() else _HEADINGS[tag]
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th"):
            self._cells.append([])
        elif tag == "pre":
            self._preformatted += 1
        elif tag == "div" and self._slides and (element.get("class") or "") == "slide-content":
            self._slide += 1
            self._flow.page(self._slide)

    def text(self, text: str | None) -> None:
        if text:
            self._text.append(text)

    def end(self, tag: str) -> None:
        if tag not in _INLINE and tag != "br":
            self._flush()
        if tag in _HEADINGS:
            self._heading = 0
        elif tag in ("td", "th") and self._cells:
            cell = " ".join(self._cells.pop())
            if self._rows:
                self._rows[-1].append(cell)
        elif tag == "tr" and self._rows:
            self._emit(" | ".join(self._rows.pop()), row=True)
        elif tag == "pre" and self._preformatted:
            self._preformatted -= 1

    def _flush(self) -> None:
        text = "".join(self._text)
        self._text.clear()
        text = text.strip("\n") if self._preformatted else one_line(text)
        if text.strip():
            self._emit(text)

    def _emit(self, text: str, row: bool = False) -> None:
        if not text.strip(" |"):
            return
        if self._cells:
            self._cells[-1].append(text)
        elif self._heading:
            self._flow.heading(text, self._heading)
        else:
            self._flow.paragraph(text, clauses=not row and not self._preformatted)


def read_tree(root: Any, flow: Flow, slides: bool = False) -> None:
    """Write what an lxml tree shows into a flow. ``slides`` makes a page of each ``div class="slide-content"``."""
    from lxml import etree

    reader = _Reader(flow, slides)
    skipping = 0
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        if not isinstance(element.tag, str):
            if not skipping:
                reader.text(element.tail)
            continue
        tag = etree.QName(element).localname.lower()
        if event == "start":
            skipping += tag in _SKIPPED
            if not skipping:
                reader.start(tag, element)
                reader.text(element.text)
        else:
            if not skipping:
                reader.end(tag)
            skipping -= tag in _SKIPPED
            if not skipping and element is not root:
                reader.text(element.tail)
    reader.end("body")


def parse_html(text: str) -> Any:
    """An lxml tree of HTML as browsers would read it; entities, DTDs and the network are out of reach."""
    from lxml import html

    parser = html.HTMLParser(no_network=True, remove_comments=True, huge_tree=True)
    return html.document_fromstring(text, parser=parser)


def parse_xml(content: bytes) -> Any:
    """An lxml tree of XML: no DTD is loaded, no entity replaced, nothing fetched."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, recover=False, remove_comments=True
    )
    return etree.fromstring(content, parser=parser)
