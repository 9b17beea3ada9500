"""The check boxes and drop-down lists of Word's forms.

Source: [MS-DOC] 2.9.78 (``FFData``), 2.9.157 (``NilPICFAndBinData``).
"""

from __future__ import annotations

from potluck_plugins.loaders._office.fields import FormField
from potluck_plugins.loaders._office.word97.file import string, u16, u32

_TEXT, _CHECK_BOX, _DROP_DOWN = range(3)
_VERSION = 0xFFFFFFFF


def form_field(data: bytes, at: int) -> FormField:
    """The form whose data begin at a place of the data stream; one that shows nothing if there is none."""
    try:
        return _form_field(data[at : at + u32(data, at)])
    except EOFError:
        return FormField()


def _form_field(data: bytes) -> FormField:
    at = u16(data, 4)
    if u32(data, at) != _VERSION:
        return FormField()
    bits = u16(data, at + 4)
    form = FormField(kind=bits & 3, result=bits >> 2 & 0x1F)
    _, at = _read_string(data, at + 10)
    if form.kind == _TEXT:
        return form
    form.default = u16(data, at)
    if form.kind == _DROP_DOWN:
        at += 2
        for _ in range(5):
            _, at = _read_string(data, at)
        form.entries = _strings(data, at)
    return form


def _read_string(data: bytes, at: int) -> tuple[str, int]:
    """A string with its length before it and a NUL behind it (``Xstz``)."""
    text, end = string(data, at)
    return text, end + 2


def _strings(data: bytes, at: int) -> list[str]:
    """A table of strings of 16 bits a character (``STTB``, [MS-DOC] 2.2.4)."""
    found: list[str] = []
    at, count = at + 6, u16(data, at + 2)
    for _ in range(count):
        text, at = string(data, at)
        found.append(text)
    return found
