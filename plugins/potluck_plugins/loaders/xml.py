"""XML of any kind: the text of its elements, a line each, with the element's name. No DTD, no entities, no network.

What is raised, lowered or deleted, marks of notes, equations and tables are known by the names that JATS, DocBook,
DITA, TEI and others give them. Read by lxml (BSD).
"""

from __future__ import annotations

from collections.abc import Iterator

import potluck
from potluck.contracts import Config, Context, Loader
from potluck.documents import Document, Source
from potluck_plugins.loaders._shared.flow import Flow
from potluck_plugins.loaders._shared.xml import read_xml
from potluck_plugins.loaders._shared.xml_lines import xml_lines
from potluck_plugins.loaders._shared.xml_names import bare


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
        for line in xml_lines(xml.root, flow):
            flow.paragraph(line)
        yield flow.document(source.name, {"root": bare(xml.root.tag), "encoding": xml.encoding}, xml.losses)


@potluck.hookimpl
def potluck_loader() -> potluck.Offer[XmlLoader]:
    """Offer the loader."""
    return potluck.Offer("XML of any kind", XmlConfig, XmlLoader, requires=("lxml",), extra="html")
