"""Content controls: check boxes, placeholders of what is not filled in, and values that the file keeps as data.

Source: ECMA-376 part 1, 17.5.2 (structured document tags); [MS-DOCX] 2.5.1 (w14:checkbox).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from potluck_plugins.loaders._office.numbering import W
from potluck_plugins.loaders._office.word.document import WordDocument
from potluck_plugins.loaders._office.word.styles import switch
from potluck_plugins.loaders._shared.check_boxes import check_box

_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_DATA = "{http://schemas.openxmlformats.org/officeDocument/2006/customXml}"
_PROPERTIES = {
    "{6C3C8BC8-F283-45AE-878A-BAB7291924A1}": ("core-properties", "docProps/core.xml"),
    "{6668398D-A668-4E3E-A5EB-62B293D839F1}": ("extended-properties", "docProps/app.xml"),
}
"""The ids by which controls name the properties of the document, and the parts that hold them."""

_PLAIN = ("text", "dropDownList", "comboBox")
_PATH = re.compile(r"(?:/[\w:.-]+(?:\[\d{1,6}\])?)+(?:/@[\w:.-]+)?")
_PREFIX = re.compile(r"""xmlns:([\w.-]+)\s*=\s*["']([^"']*)["']""")


@dataclass(frozen=True, slots=True)
class Control:
    """The text that a control shows instead of its content: ``value``, or its content if that is None."""

    value: str | None = None
    placeholder: bool = False


class Controls:
    """Reads the properties of content controls."""

    def __init__(self, document: WordDocument) -> None:
        """Look for no data yet."""
        self._document = document
        self._stores: dict[str, Any] | None = None

    def read(self, element: Any) -> Control:
        """The content that ``w:sdt`` shows."""
        properties = element.find(f"{W}sdtPr")
        if properties is None:
            return Control()
        box = properties.find(f"{_W14}checkbox")
        if box is not None:
            checked = box.find(f"{_W14}checked")
            on = checked is not None and checked.get(f"{_W14}val", "1") in ("1", "true", "on")
            return Control(check_box(on))
        bound = self._bound_value(properties)
        return Control(bound) if bound else Control(placeholder=bool(switch(properties, "showingPlcHdr")))

    def _bound_value(self, properties: Any) -> str | None:
        """The value that a plain control takes from the data in the file, which Word shows when it opens the file."""
        binding = properties.find(f"{W}dataBinding")
        plain = next((one for name in _PLAIN if (one := properties.find(f"{W}{name}")) is not None), None)
        if binding is None or plain is None:
            return None
        value = self._value(binding)
        for entry in plain.findall(f"{W}listItem"):
            if value and entry.get(f"{W}value") == value:
                return entry.get(f"{W}displayText") or value
        return value

    def _value(self, binding: Any) -> str | None:
        path = binding.get(f"{W}xpath") or ""
        store = self._find_stores().get((binding.get(f"{W}storeItemID") or "").upper())
        # Only plain paths: an expression of a stranger may compute for hours.
        if store is None or not _PATH.fullmatch(path):
            return None
        prefixes = dict(_PREFIX.findall(binding.get(f"{W}prefixMappings") or ""))
        from lxml import etree

        try:
            found = store.xpath(path, namespaces=prefixes or None)
        except etree.XPathError:
            return None
        if not found:
            return None
        text = found[0] if isinstance(found[0], str) else "".join(found[0].itertext())
        return " ".join(text.split()) or None

    def _find_stores(self) -> dict[str, Any]:
        """The roots of the data parts, by the ids that controls name."""
        if self._stores is None:
            self._stores = {}
            for link in self._document.links.values():
                if link.kind == "customXml" and not link.external:
                    self._add_store(link.target)
            package = self._document.package
            for identity, (kind, usual) in _PROPERTIES.items():
                root = package.find(next(iter(package.related_parts("", kind)), usual))
                if root is not None:
                    self._stores[identity] = root
        return self._stores

    def _add_store(self, part: str) -> None:
        package = self._document.package
        for properties in package.related_parts(part, "customXmlProps"):
            root = package.find(properties)
            identity = None if root is None else root.get(f"{_DATA}itemID")
            data = package.find(part)
            if identity and data is not None and self._stores is not None:
                self._stores[identity.upper()] = data
