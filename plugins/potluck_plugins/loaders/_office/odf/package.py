"""The parts of an OpenDocument file.

Source: OpenDocument 1.2 part 3 (packages).
"""

from __future__ import annotations

from typing import Any

from potluck.documents import Json
from potluck.errors import PasswordNeeded, UnreadableDocument
from potluck_plugins.loaders._office.odf.names import DC, MANIFEST, META, OFFICE, XLINK
from potluck_plugins.loaders._shared.archive import Archive, read_member
from potluck_plugins.loaders._shared.xml import parse_xml

_METADATA = {
    f"{DC}title": "title",
    f"{DC}subject": "subject",
    f"{META}initial-creator": "author",
    f"{META}creation-date": "created",
    f"{DC}date": "modified",
}


class Package:
    """A file whose parts are read as trees, none of them twice."""

    def __init__(self, archive: Archive) -> None:
        """Raises ``PasswordNeeded`` if its parts are encrypted."""
        self._archive = archive
        self._names = set(archive.namelist())
        self._read: set[str] = set()
        manifest = self.part("META-INF/manifest.xml")
        if manifest is not None and next(manifest.iter(f"{MANIFEST}encryption-data"), None) is not None:
            raise PasswordNeeded("it is encrypted; save it without a password in an office program, and give that file")

    def part(self, name: str) -> Any:
        """A part as a tree; None if it is missing, or damaged and not the document itself."""
        from lxml import etree

        if name not in self._names:
            return None
        try:
            return parse_xml(read_member(self._archive, name))
        except etree.XMLSyntaxError as error:
            self._archive.damage(name, error)
            if name == "content.xml":
                raise UnreadableDocument(f"its part content.xml is not well-formed XML ({error})") from error
        except UnreadableDocument:
            if name == "content.xml":
                raise
        return None

    def embedded_content(self, element: Any) -> Any:
        """The content of an object that an element shows: a formula, a chart, a document. None if there is none."""
        link = element.get(f"{XLINK}href")
        if not link:
            return next((child for child in element if isinstance(child.tag, str)), None)
        name = link.removeprefix("./").rstrip("/") + "/content.xml"
        if name in self._read:
            return None
        self._read.add(name)
        return self.part(name)


def metadata(package: Package) -> dict[str, Json]:
    """Title, author and dates."""
    root = package.part("meta.xml")
    found: dict[str, Json] = {}
    for element in root.iterfind(f"{OFFICE}meta/*") if root is not None else ():
        name = _METADATA.get(element.tag)
        if name and element.text and element.text.strip():
            found[name] = element.text.strip()
    return found
