"""Outlook's messages (``.msg``): properties in streams. Source: MS-OXMSG, MS-OXPROPS. Opened by olefile (BSD)."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from potluck.documents import Attachment
from potluck.errors import UnreadableDocument
from potluck_plugins.loaders._shared.decoding import decode_declared

_SUBJECT, _SENDER, _ADDRESS, _SMTP, _TO, _CC = "0037", "0C1A", "0C1F", "5D01", "0E04", "0E03"
_BODY, _HTML, _RTF, _LONG_NAME, _SHORT_NAME, _DATA = "1000", "1013", "1009", "3707", "3704", "3701"
_SENT, _CODEPAGE, _BODY_CODEPAGE = 0x0039, 0x3FFD, 0x3FDE
_PROPERTIES = "__properties_version1.0"
_HEADER = 32
_TICKS = 10_000_000
"""So many make a second in the time stamps."""

_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_UTF_8 = 65001


@dataclass(frozen=True, slots=True)
class Outlook:
    """A message: its headers, its text, the text as HTML, and its attachments."""

    headers: dict[str, str]
    body: str
    html: str
    attachments: list[Attachment]
    losses: list[str] = field(default_factory=list)


def read_outlook(content: bytes) -> Outlook:
    """Read a message. Raises ``UnreadableDocument``."""
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(content)) as file:
            return _Message(file).read()
    except UnreadableDocument:
        raise
    except Exception as error:  # the reader raises its own, struct's and index errors for damaged files
        raise UnreadableDocument(f"the message is damaged ({type(error).__name__}: {error})") from error


class _Message:
    def __init__(self, file: Any) -> None:
        self._file = file
        self._losses: list[str] = []
        if not file.exists(_PROPERTIES):
            raise UnreadableDocument("it is an office file, but not a message")
        self._fixed = _read_fixed(file.openstream(_PROPERTIES).read())

    def read(self) -> Outlook:
        """Put the properties together."""
        name, address = self._text(_SENDER), self._text(_SMTP) or self._text(_ADDRESS)
        sender = f"{name} <{address}>" if "@" in address and address != name else name or address
        ticks = self._fixed.get(_SENT)
        sent = (_EPOCH + timedelta(seconds=ticks // _TICKS)).isoformat() if ticks else ""
        headers = {"subject": self._text(_SUBJECT), "from": sender, "to": self._text(_TO), "cc": self._text(_CC)}
        body, html = self._text(_BODY, body=True), self._text(_HTML, body=True)
        if not body.strip() and not html.strip() and self._file.exists(f"__substg1.0_{_RTF}0102"):
            self._losses.append("its text is there as compressed RTF only, which was not read")
        found = {key: text for key, value in {**headers, "date": sent}.items() if (text := " ".join(value.split()))}
        attachments = self._attachments()
        if self._file.parsing_issues:
            self._losses.append(f"it is damaged ({self._file.parsing_issues[0][1]}): a part of it may be missing")
        return Outlook(found, body, html, attachments, self._losses)

    def _attachments(self) -> list[Attachment]:
        folders = {path[0] for path in self._file.listdir() if path[0].startswith("__attach_version1.0_")}
        return [found for one in sorted(folders) if (found := self._attachment(one)) is not None]

    def _attachment(self, folder: str) -> Attachment | None:
        """An attached file; a message within the message is not stored as one, and is told as lost."""
        name = self._text(_LONG_NAME, folder) or self._text(_SHORT_NAME, folder) or "unnamed"
        data = f"{folder}/__substg1.0_{_DATA}0102"
        if self._file.exists(data):
            return Attachment(name.replace("/", "_"), self._file.openstream(data).read())
        self._losses.append(f"attachment not read: {name}")
        return None

    def _text(self, property_id: str, folder: str = "", body: bool = False) -> str:
        """A property that is a text: in UTF-16, or in the code page of the message."""
        path = f"{folder}/" if folder else ""
        wide = f"{path}__substg1.0_{property_id}001F"
        if self._file.exists(wide):
            return str(self._file.openstream(wide).read().decode("utf-16-le", "replace"))
        for kind in ("001E", "0102"):
            narrow = f"{path}__substg1.0_{property_id}{kind}"
            if self._file.exists(narrow):
                decoded = decode_declared(self._file.openstream(narrow).read().rstrip(b"\0"), self._codepage(body))
                self._losses += [loss for loss in decoded.losses if loss not in self._losses]
                return decoded.text
        return ""

    def _codepage(self, body: bool) -> str | None:
        number = (self._fixed.get(_BODY_CODEPAGE) if body else None) or self._fixed.get(_CODEPAGE)
        return "utf-8" if number == _UTF_8 else f"cp{number}" if number else None


def _read_fixed(stream: bytes) -> dict[int, int]:
    """The properties of fixed size, as numbers: entries of 16 bytes after the header."""
    entries = (stream[start : start + 16] for start in range(_HEADER, len(stream) - 15, 16))
    return {struct.unpack_from("<H", entry, 2)[0]: struct.unpack_from("<Q", entry, 8)[0] for entry in entries}
