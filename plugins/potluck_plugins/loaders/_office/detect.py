"""Detecting the type of a file by its bytes: names lie."""

from __future__ import annotations

import io
import re
from typing import Literal, TypeAlias

from potluck.errors import UnreadableDocument
from potluck_plugins.loaders._office.package import Package
from potluck_plugins.loaders._shared.archive import Archive

Format: TypeAlias = Literal["docx", "pptx", "xlsx", "odt", "odp", "ods", "doc", "ppt", "xls", "ole", "rtf", "encrypted"]

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MAIN_PARTS: dict[str, Format] = {
    "word/document.xml": "docx",
    "ppt/presentation.xml": "pptx",
    "xl/workbook.xml": "xlsx",
}
_NAMESPACES: dict[str, Format] = {"/wordprocessingml/": "docx", "/presentationml/": "pptx", "/spreadsheetml/": "xlsx"}
_STREAMS: dict[str, Format] = {
    "worddocument": "doc",
    "powerpoint document": "ppt",
    "workbook": "xls",
    "book": "xls",
}
_BODIES: tuple[tuple[bytes, Format], ...] = (
    (b"<office:spreadsheet", "ods"),
    (b"<office:presentation", "odp"),
    (b"<office:drawing", "odp"),
)
_MIME_TYPES: tuple[tuple[str, Format], ...] = (
    ("opendocument.spreadsheet", "ods"),
    ("opendocument.presentation", "odp"),
    ("opendocument.graphics", "odp"),
    ("opendocument.text", "odt"),
)
_GROUPS = re.compile(rb"\\.|[{}]", re.DOTALL)
_WORD_BEFORE_97 = (b"\xdb\xa5", b"\x31\xbe")


def detect(content: bytes) -> Format | None:
    """The kind of office file, or None for anything else. Raises ``UnreadableDocument`` for a damaged container."""
    if content.startswith(_OLE):
        return "encrypted" if _ENCRYPTED in content else _detect_ole(content)
    if content.lstrip()[:5] == b"{\\rtf":
        return "rtf"
    if content.startswith(_WORD_BEFORE_97):
        return "doc"
    return None


def _detect_ole(content: bytes) -> Format:
    """The kind of office file by the streams of its container ([MS-CFB]); ``ole`` for other kinds."""
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(content)) as container:
            streams = {path[0].lower() for path in container.listdir() if len(path) == 1}
    except Exception as error:  # the library raises its own, struct's and index errors
        reason = f"the container of the file (OLE) is damaged or cut off ({error})"
        raise UnreadableDocument(
            f"{reason}; get the file again, or open it in an office program and save it"
        ) from error
    return next((kind for stream, kind in _STREAMS.items() if stream in streams), "ole")


def is_cut_off(rtf: bytes) -> bool:
    """Whether a group of an RTF file is opened and not closed: its end is missing."""
    opened = 0
    for mark in _GROUPS.findall(rtf):
        opened += (mark == b"{") - (mark == b"}")
    return opened > 0


def detect_archive(archive: Archive) -> Format | None:
    """The kind of office file that a zip archive is."""
    names = set(archive.namelist())
    for name, kind in _MAIN_PARTS.items():
        if name in names:
            return kind
    if "_rels/.rels" in names:
        return _detect_package(Package(archive))
    if "content.xml" in names and "META-INF/manifest.xml" in names:
        return _detect_odf(archive)
    return None


def _detect_package(package: Package) -> Format | None:
    """The kind of a package whose main part has a name of its own, by the namespace of that part."""
    root = next((package.find(part) for part in package.related_parts("", "officeDocument")), None)
    tag = "" if root is None else str(root.tag)
    return next((kind for namespace, kind in _NAMESPACES.items() if namespace in tag), None)


def _detect_odf(archive: Archive) -> Format:
    """The kind of an OpenDocument file by its ``mimetype``, else by its body."""
    kind = archive.read("mimetype").decode("ascii", "replace") if "mimetype" in archive.namelist() else ""
    for name, found in _MIME_TYPES:
        if name in kind:
            return found
    content = archive.read("content.xml")
    return next((found for tag, found in _BODIES if tag in content), "odt")


def looks_like(content: bytes) -> str:
    """The apparent type of a file that is not an office file, for a message."""
    start = content[:512].lstrip().lower()
    if not content:
        return "empty"
    if start.startswith((b"<!doctype html", b"<html")):
        return "an HTML page"
    if start.startswith(b"%pdf"):
        return "a PDF"
    if start.startswith(b"pk"):
        return "a zip archive without a document in it, or a damaged one"
    if b"\0" not in content[:4096]:
        return "plain text"
    return "no document of a known kind"
