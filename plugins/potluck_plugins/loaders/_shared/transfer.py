"""Parts of messages as they were before they were encoded to be sent. Source: RFC 2045, 6 (transfer encodings).

Mailing lists append their footer to a text without regard to its encoding, and some programs encode a text piece by
piece; the standard library then reads the encoded text as it stands, or up to the end of the first piece.
"""

from __future__ import annotations

import base64
import copy
import quopri
import re
from email.message import Message
from typing import NamedTuple

_CODED = re.compile(rb"[A-Za-z0-9+/][A-Za-z0-9+/=]*")
_PIECE = re.compile(rb"([A-Za-z0-9+/]+)=*")
_FOREIGN = re.compile(rb"[^A-Za-z0-9+/=]")
_FULL_LINE = 40
_LONGER_THAN_WORDS = 20
_UU_NAMES = ("x-uuencode", "uuencode", "uue", "x-uue")
_UU_BEGIN = re.compile(rb"^begin [0-7]+ ", re.MULTILINE)
_UU_END = re.compile(rb"^end[ \t\r]*$", re.MULTILINE)


class Sent(NamedTuple):
    """The content of a part, and what stands beside it that was not encoded with it."""

    content: bytes
    beside: bytes = b""


def decoded_part(part: Message) -> Sent:
    """The content of a part that has no parts of its own; as it stands if it is not encoded as it says."""
    encoding = str(part.get("content-transfer-encoding", "")).strip().lower()
    stored = _read_stored(part)
    if encoding == "base64":
        return _from_base64(stored)
    if encoding == "quoted-printable":
        return Sent(quopri.decodestring(stored))
    if encoding in _UU_NAMES:
        return _from_uu(part, stored)
    return Sent(stored)


def _read_stored(part: Message) -> bytes:
    """The content as it was sent; the standard library gives bytes of 8 bits only of what it need not decode."""
    bare = copy.copy(part)
    del bare["content-transfer-encoding"]
    payload = bare.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _from_base64(stored: bytes) -> Sent:
    lines = stored.strip().splitlines()
    end = _end_of_base64([line.strip() for line in lines])
    coded = _FOREIGN.sub(b"", b"".join(lines[:end]))
    beside = b"\n".join(lines[end:]).strip()
    if not _is_base64(coded, beside):
        return Sent(stored)
    return Sent(b"".join(map(_piece, _PIECE.findall(coded))), beside)


def _end_of_base64(lines: list[bytes]) -> int:
    """How many lines are encoded: all, or those up to the first that is shorter, where other text follows."""
    coded = [not line or _CODED.fullmatch(line) is not None for line in lines]
    if all(coded):
        return len(lines)
    size = max((len(line) for line, is_coded in zip(lines, coded, strict=True) if is_coded), default=0)
    end = next(i for i, line in enumerate(lines) if not coded[i] or len(line) < size or line.endswith(b"="))
    if any(len(line) == size >= _FULL_LINE and coded[i] for i, line in enumerate(lines) if i > end):
        return len(lines)  # it goes on: what stands between is damage
    return end + coded[end]


def _is_base64(coded: bytes, beside: bytes) -> bool:
    """Whether letters are base64, rather than the first words of a text that is not encoded as it says."""
    if not beside:
        return len(coded) % 4 != 1 or len(coded) > _FULL_LINE
    return len(coded) % 4 == 0 and (len(coded) >= _LONGER_THAN_WORDS or coded.endswith(b"="))


def _piece(coded: bytes) -> bytes:
    """One run of base64, whose padding may be missing, and whose last character is not a byte if it is cut off."""
    whole = coded[: len(coded) - (len(coded) % 4 == 1)]
    return base64.b64decode(whole + b"=" * (-len(whole) % 4))


def _from_uu(part: Message, stored: bytes) -> Sent:
    begin = _UU_BEGIN.search(stored)
    end = _UU_END.search(stored, begin.end()) if begin else None
    payload = part.get_payload(decode=True)
    if begin is None or end is None or not isinstance(payload, bytes):
        return Sent(stored)
    around = (stored[: begin.start()].strip(), stored[end.end() :].strip())
    return Sent(payload, b"\n".join(filter(None, around)))
