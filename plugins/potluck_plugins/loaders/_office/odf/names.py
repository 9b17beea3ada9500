"""The namespaces of OpenDocument 1.2, as lxml writes them before names."""

from __future__ import annotations

_OASIS = "{{urn:oasis:names:tc:opendocument:xmlns:{}:1.0}}"
CHART = _OASIS.format("chart")
DRAW = _OASIS.format("drawing")
FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
FORM = _OASIS.format("form")
MANIFEST = _OASIS.format("manifest")
META = _OASIS.format("meta")
NUMBER = _OASIS.format("datastyle")
OFFICE = _OASIS.format("office")
PRESENTATION = _OASIS.format("presentation")
STYLE = _OASIS.format("style")
SVG = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"
TABLE = _OASIS.format("table")
TEXT = _OASIS.format("text")

DC = "{http://purl.org/dc/elements/1.1/}"
FIELD = "{urn:openoffice:names:experimental:ooo-ms-interop:xmlns:field:1.0}"
LOEXT = "{urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0}"
XLINK = "{http://www.w3.org/1999/xlink}"
XML = "{http://www.w3.org/XML/1998/namespace}"


def number(element: object, name: str, default: int = 1, most: int = 1 << 20) -> int:
    """An attribute as a number from 0 to ``most``; the default if it is missing or not a number."""
    value: str = element.get(name) or ""  # type: ignore[attr-defined]
    return min(int(value), most) if value.isascii() and value.isdigit() and len(value) < 12 else default
