"""Numbers that Windows programs write: code pages, and times packed into 32 bits."""

from __future__ import annotations

import codecs
from datetime import date

_PAGES = {936: "gb18030", 10000: "mac_roman", 65001: "utf-8", 1361: "johab", 708: "iso8859_6"}


def code_page(number: int | None) -> str | None:
    """Python's name of a code page of Windows; None for one that it does not know."""
    if not number or number < 0:
        return None
    try:
        return codecs.lookup(_PAGES.get(number, f"cp{number}")).name
    except LookupError:
        return None


def day(packed: int) -> str:
    """The day of a time ([MS-DOC] 2.9.67, ``DTTM``) in ISO 8601; empty if it is not a time."""
    bits = packed & 0xFFFFFFFF
    try:
        return date(1900 + (bits >> 20 & 0x1FF), bits >> 16 & 0xF, bits >> 11 & 0x1F).isoformat()
    except ValueError:
        return ""
