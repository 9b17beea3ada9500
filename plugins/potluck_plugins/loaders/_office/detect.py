"""What a file is, by its bytes: names lie."""

from __future__ import annotations

import re
import zipfile
from typing import Literal, TypeAlias

Format: TypeAlias = Literal["docx", "pptx", "xlsx", "odf", "ole", "rtf", "encrypted"]

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MAIN_PARTS: dict[str, Format] = {
    "word/document.xml": "docx",
    "ppt/presentation.xml": "pptx",
    "xl/workbook.xml": "xlsx",
}
_GROUPS = re.compile(rb"\\.|[{}]", re.DOTALL)
_WORD_BEFORE_97 = (b"\xdb\xa5", b"\x31\xbe")


def detect(content: bytes) -> Format | None:
    """The kind of office file, or None for anything else."""
    if content.startswith(_OLE):
        return "encrypted" if _ENCRYPTED in content else "ole"
    if content.lstrip()[:5] == b"{\\rtf":
        return "rtf"
    if content.startswith(_WORD_BEFORE_97):
        return "ole"
    return None


def is_cut_off(rtf: bytes) -> bool:
    """Whether a group of an RTF file is opened and not closed: its end is missing."""
    opened = 0
    for mark in _GROUPS.findall(rtf):
        opened += (mark == b"{") - (mark == b"}")
    return opened > 0


def detect_archive(archive: zipfile.ZipFile) -> Format | None:
    """The kind of office file that a zip archive is."""
    names = set(archive.namelist())
    for name, kind in _MAIN_PARTS.items():
        if name in names:
            return kind
    if "content.xml" in names and "META-INF/manifest.xml" in names:
        return "odf"
    return None


def looks_like(content: bytes) -> str:
    """What a file that is no office file seems to be, for a message."""
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
