"""Checksums of what the workspace keeps, so that what a disk has altered is never taken for what was written."""

from __future__ import annotations

import hashlib
import struct

_LENGTH = struct.Struct("<cQ")


def checksum(*values: object) -> bytes:
    """8 bytes (BLAKE2b, 64 bits) over SQLite's kinds of values, their types and their order."""
    digest = hashlib.blake2b(digest_size=8)
    for value in values:
        kind, content = _content(value)
        digest.update(_LENGTH.pack(kind, len(content)))
        digest.update(content)
    return digest.digest()


def _content(value: object) -> tuple[bytes, bytes]:
    match value:
        case str():
            return b"t", value.encode("utf-8", "surrogatepass")
        case bytes():
            return b"b", value
        case int():
            return b"i", b"%d" % value
        case None:
            return b"n", b""
        case _:
            return b"f", repr(value).encode()
