"""Formats that are read by Apache Tika, compiled to a native library in the package ``extractous`` (Apache-2.0).

It gives XHTML, with headings, lists, tables and the numbers that Word counts.
"""

from __future__ import annotations

import re
from pathlib import Path

from potluck.documents import Json
from potluck.errors import PasswordNeeded
from potluck_plugins.loaders._shared.flow import Flow
from potluck_plugins.loaders._shared.markup import parse_html, read_tree

_METADATA = {
    "dc:title": "title",
    "dc:creator": "author",
    "dcterms:created": "created",
    "dcterms:modified": "modified",
    "dc:subject": "subject",
}
_LONGEST = 1 << 30
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_JAVA = re.compile(r"(?:from )?org\.apache\.[\w.]+(?:@[0-9a-f]+)?")


class TikaFailed(Exception):
    """Tika could not read a file; the message is its own reason."""


def read_with_tika(path: Path, flow: Flow) -> dict[str, Json]:
    """Write a document into a flow; returns its metadata. Raises ``PasswordNeeded`` or ``TikaFailed``."""
    from extractous import Extractor

    extractor = Extractor().set_xml_output(True).set_extract_string_max_length(_LONGEST)
    try:
        xhtml, metadata = extractor.extract_file_to_string(str(path))
    except Exception as error:  # the binding raises classes of its own making
        message = str(error)
        if "encrypted" in message or "password" in message.lower():
            raise PasswordNeeded("it is encrypted") from error
        raise TikaFailed(_reason(message)) from error
    # What it gives for a damaged file is not always well-formed: read it as a browser would.
    body = parse_html(_DECLARATION.sub("", _CONTROL.sub("", xhtml))).find("body")
    if body is not None:
        read_tree(body, flow, slides=True)
    return _choose_metadata(metadata)


def _choose_metadata(metadata: dict[str, list[str]]) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for key, name in _METADATA.items():
        values = [value for value in metadata.get(key, []) if value.strip()]
        if values:
            found[name] = values[0].strip()
    return found


def _reason(message: str) -> str:
    """The reader's own words without the names of its classes."""
    inner = re.sub(r'^ParseError\("?|"?\)$', "", message).removeprefix("Parse error occurred : ")
    return _JAVA.sub("the reader", inner)[:160].strip() or "no reason given"
