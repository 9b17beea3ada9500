"""The package of an office file: its parts, and the relationships that lead from one part to another.

Source: ECMA-376 part 2 (Open Packaging Conventions). Strict Open XML (ISO/IEC 29500) has other names for the same
namespaces; parts are returned with the transitional ones, so that readers know one form.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from potluck.errors import UnreadableDocument
from potluck_plugins.loaders._shared.archive import Archive, read_member
from potluck_plugins.loaders._shared.xml import parse_xml

R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_STRICT = re.compile(rb"""(=\s*["'])http://purl\.oclc\.org/ooxml/(\w+)/""")
_TRANSITIONAL = rb"\1http://schemas.openxmlformats.org/\2/2006/"


@dataclass(frozen=True, slots=True)
class Relationship:
    """A link from a part: ``kind`` is the last word of its type (``slide``), ``target`` a part or, outside, an URI."""

    kind: str
    target: str
    external: bool = False


class DamagedPart(Exception):
    """A part that is missing or is not well-formed XML; the message names it."""


class Package:
    """The parts of an office file."""

    def __init__(self, archive: Archive) -> None:
        """Read no part yet."""
        self.archive = archive
        # Names of parts do not differ by case alone (ECMA-376 part 2, 6.2.2.3); some programs write backslashes.
        self._names = {name.replace("\\", "/").lower(): name for name in archive.namelist()}
        self._links: dict[str, dict[str, Relationship]] = {}

    def name_of(self, part: str) -> str | None:
        """The archive's own name of a part; None if there is no such part."""
        return self._names.get(part.lower())

    def content(self, part: str) -> bytes:
        """The bytes of a part. Raises ``DamagedPart``."""
        name = self.name_of(part)
        if name is None:
            raise DamagedPart(f"{part} is missing")
        try:
            return read_member(self.archive, name)
        except UnreadableDocument as error:
            raise DamagedPart(f"{part} is damaged: {error}") from error

    def tree(self, part: str) -> Any:
        """The root element of a part. Raises ``DamagedPart``."""
        from lxml import etree

        try:
            return parse_xml(_STRICT.sub(_TRANSITIONAL, self.content(part)))
        except etree.XMLSyntaxError as error:
            self.archive.damage(self.name_of(part) or part, error)
            raise DamagedPart(f"{part} is damaged: {str(error).split(' (<string>')[0]}") from error

    def find(self, part: str) -> Any:
        """The root element of a part; None if it is missing or damaged."""
        try:
            return self.tree(part)
        except DamagedPart:
            return None

    def require(self, part: str) -> Any:
        """The root element of a part; None if it is missing. Raises ``UnreadableDocument`` for a damaged one."""
        if self.name_of(part) is None:
            return None
        try:
            return self.tree(part)
        except DamagedPart as error:
            raise UnreadableDocument(f"its part {error}") from error

    def relationships(self, part: str) -> dict[str, Relationship]:
        """The links from a part, by their ids, in the order of the file. Those of the package itself are ``""``'s."""
        if part not in self._links:
            self._links[part] = self._relationships(part)
        return self._links[part]

    def related_parts(self, part: str, kind: str) -> list[str]:
        """The parts that a part links to by relationships of a kind."""
        links = self.relationships(part).values()
        return [link.target for link in links if link.kind == kind and not link.external]

    def _relationships(self, part: str) -> dict[str, Relationship]:
        folder, name = posixpath.split(part)
        root = self.find(posixpath.join(folder, "_rels", f"{name}.rels"))
        found: dict[str, Relationship] = {}
        for element in root if root is not None else ():
            target, kind = element.get("Target") or "", (element.get("Type") or "").rpartition("/")[2]
            external = element.get("TargetMode") == "External"
            found[element.get("Id") or ""] = Relationship(
                kind, target if external else _resolve(folder, target), external
            )
        return found


def read_children(element: Any) -> Iterator[Any]:
    """The child elements; of alternatives the first (ECMA-376 part 3), as the others say the same to old programs."""
    for child in element:
        if child.tag != f"{_MC}AlternateContent":
            yield child
            continue
        branches = [*child.findall(f"{_MC}Choice"), *child.findall(f"{_MC}Fallback")]
        branch = next((one for one in branches if len(one)), None)
        if branch is not None:
            yield from read_children(branch)


def descendants(element: Any, tag: str) -> Iterator[Any]:
    """The elements of a tag below an element, in order, of alternatives the first only."""
    stack = list(read_children(element))[::-1]
    while stack:
        one = stack.pop()
        if one.tag == tag:
            yield one
        stack.extend(list(read_children(one))[::-1])


def _resolve(folder: str, target: str) -> str:
    """The name of the part that a target means, seen from a folder of the package."""
    path = unquote(target.replace("\\", "/").partition("#")[0])
    return posixpath.normpath(posixpath.join("/", folder, path)).lstrip("/")
