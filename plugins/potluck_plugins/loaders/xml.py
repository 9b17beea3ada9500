"""XML of any kind: the text of its elements, a line each, with the element's name. No DTD, no entities, no network.

An element in which words and elements are mixed is one line. What stands in attributes is read for elements that hold
nothing else. Read by lxml (BSD).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import potluck
from potluck.contracts import Config, Context, Loader
from potluck.documents import Document, Source
from potluck_plugins.loaders._shared.flow import Flow, one_line
from potluck_plugins.loaders._shared.xml import read_xml


class XmlConfig(Config):
    """The XML loader has nothing to set."""


class XmlLoader(Loader):
    """Reads an XML file."""

    def __init__(self, config: XmlConfig, context: Context) -> None:
        """Read nothing yet."""

    def load(self, source: Source) -> Iterator[Document]:
        """Yield the one document of a file."""
        xml = read_xml(source.path.read_bytes())
        flow = Flow()
        for line in _lines(xml.root):
            flow.paragraph(line)
        yield flow.document(source.name, {"root": _bare(xml.root.tag), "encoding": xml.encoding}, xml.losses)


def _lines(root: Any) -> Iterator[str]:
    """The lines of elements in their order, with a blank one where an element of elements has ended."""
    from lxml import etree

    mixed, blank, begun = None, False, False
    for event, element in etree.iterwalk(root, events=("start", "end"), tag="*"):
        if event == "end":
            mixed = None if element is mixed else mixed
            blank = blank or (mixed is None and len(element) > 0 and not _is_mixed(element))
        elif mixed is None:
            mixed = element if _is_mixed(element) else None
            line = _line(element, mixed is not None)
            if line:
                if blank and begun:
                    yield ""
                yield line
                blank, begun = False, True


def _line(element: Any, mixed: bool) -> str:
    text = "".join(element.itertext()) if mixed else element.text or ""
    if text.strip():
        return f"{_bare(element.tag)}: {one_line(text)}"
    facts = [f"{_bare(key)}: {one_line(value)}" for key, value in element.items() if value.strip()]
    return f"{_bare(element.tag)}: {'; '.join(facts)}" if facts and len(element) == 0 else ""


def _is_mixed(element: Any) -> bool:
    """Whether words stand beside elements in it."""
    beside = [element.text, *(child.tail for child in element)] if len(element) else []
    return any(text and text.strip() for text in beside)


def _bare(name: str) -> str:
    """A name without its namespace."""
    return name.rpartition("}")[2]


@potluck.hookimpl
def potluck_loader() -> potluck.Offer[XmlLoader]:
    """Offer the loader."""
    return potluck.Offer("XML of any kind", XmlConfig, XmlLoader, requires=("lxml",), extra="html")
