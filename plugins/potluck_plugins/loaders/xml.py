"""XML of any kind: the text of its elements, a line each, with the element's name. No DTD, no entities, no network."""

from __future__ import annotations

from collections.abc import Iterator

import potluck
from potluck.contracts import Config, Context, Loader
from potluck.documents import Document, Source
from potluck.errors import UnreadableDocument

from potluck_plugins.loaders._shared.flow import Flow, one_line
from potluck_plugins.loaders._shared.markup import parse_xml


class XmlConfig(Config):
    """The XML loader has nothing to set."""


class XmlLoader(Loader):
    """Reads an XML file."""

    def __init__(self, config: XmlConfig, context: Context) -> None:
        """Read nothing yet."""

    def load(self, source: Source) -> Iterator[Document]:
        """Yield the one document of a file."""
        from lxml import etree

        try:
            root = parse_xml(source.path.read_bytes())
        except etree.XMLSyntaxError as error:
            raise UnreadableDocument(f"it is not well-formed XML ({error})") from error
        flow = Flow()
        for element in root.iter():
            if not isinstance(element.tag, str):
                continue
            name = etree.QName(element).localname
            if element.text and element.text.strip():
                flow.paragraph(f"{name}: {one_line(element.text)}", clauses=False)
            if element.tail and element.tail.strip():
                flow.paragraph(one_line(element.tail), clauses=False)
        yield flow.document(source.name, {"root": etree.QName(root).localname})


@potluck.hookimpl
def potluck_loader() -> potluck.Offer[XmlLoader]:
    """Offer the loader."""
    return potluck.Offer("XML of any kind", XmlConfig, XmlLoader, requires=("lxml",), extra="html")
