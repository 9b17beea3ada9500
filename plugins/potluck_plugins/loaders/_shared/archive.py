"""Opening zip archives of strangers: what they inflate to is counted, not believed."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from potluck.errors import DocumentLimit, PasswordNeeded, UnreadableDocument

MAX_INFLATED = 256 << 20
MAX_MEMBERS = 10_000
MAX_RATIO = 200
_HARMLESS = 16 << 20
_BLOCK = 1 << 20
_ENCRYPTED = 1

_Damage = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


def open_archive(file: Path | BinaryIO, damaged: list[str] | None = None) -> zipfile.ZipFile:
    """Open an archive whose members, all together, inflate to no more than is allowed.

    The names of members that cannot be read are put into ``damaged``; without it, one such member is an error.
    Raises ``UnreadableDocument`` for a damaged archive, ``DocumentLimit`` for a bomb.
    """
    try:
        archive = zipfile.ZipFile(file)
    except _Damage as error:
        raise UnreadableDocument(f"the archive is damaged or cut off ({error})") from error
    try:
        _check(archive, damaged)
    except BaseException:
        archive.close()
        raise
    return archive


def read_member(archive: zipfile.ZipFile, name: str) -> bytes:
    """The content of a member. Raises ``KeyError``, ``PasswordNeeded``, or ``UnreadableDocument``."""
    if archive.getinfo(name).flag_bits & _ENCRYPTED:
        raise PasswordNeeded("the archive is encrypted; unpack it and give its files instead")
    try:
        return archive.read(name)
    except _Damage as error:
        raise UnreadableDocument(f"the archive is damaged or cut off ({error})") from error


def _check(archive: zipfile.ZipFile, damaged: list[str] | None) -> None:
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise DocumentLimit(f"the archive has {len(members)} members, more than {MAX_MEMBERS}")
    total = 0
    for member in members:
        if member.flag_bits & _ENCRYPTED:
            continue
        inflated = 0
        try:
            for size in _inflating(archive, member):
                inflated += size
                total += size
                if total > MAX_INFLATED or inflated > max(_HARMLESS, MAX_RATIO * member.compress_size):
                    raise DocumentLimit(f"the archive inflates to more than {total >> 20} MiB; it looks like a bomb")
        except _Damage as error:
            if damaged is None:
                raise UnreadableDocument(f"the archive is damaged or cut off ({error})") from error
            damaged.append(member.filename)


def _inflating(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[int]:
    """The sizes of a member's blocks as they are inflated."""
    with archive.open(member) as file:
        while block := file.read(_BLOCK):
            yield len(block)
