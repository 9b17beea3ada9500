"""Zip archives of strangers: what they inflate to is counted while it is read, not believed.

Members that nobody reads cost nothing: neither their damage nor their size makes an archive unreadable.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path
from typing import IO, Any, BinaryIO, Literal

from potluck.errors import DocumentLimit, PasswordNeeded, UnreadableDocument
from potluck_plugins.loaders._shared.flow import Flow

MAX_INFLATED = 256 << 20
MAX_MEMBERS = 10_000
MAX_RATIO = 200
_HARMLESS = 16 << 20
_BLOCK = 1 << 20
_ENCRYPTED = 1

_Damage = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


class Archive(zipfile.ZipFile):
    """An archive whose members, all that are read together, inflate to no more than is allowed.

    ``damaged`` holds the names of those that could not be read. Reading one raises ``KeyError``,
    ``UnreadableDocument`` for damage, or ``DocumentLimit``.
    """

    def __init__(self, file: Path | BinaryIO) -> None:
        """Read the list of members."""
        super().__init__(file)
        self.damaged: list[str] = []
        self._sizes: dict[str, int] = {}
        self._inflated = 0

    def open(
        self,
        name: str | zipfile.ZipInfo,
        mode: Literal["r", "w"] = "r",
        pwd: bytes | None = None,
        *,
        force_zip64: bool = False,
    ) -> IO[bytes]:
        """A member, counted as it is read."""
        member = name if isinstance(name, zipfile.ZipInfo) else self.getinfo(name)
        try:
            return io.BufferedReader(_Counted(self, member, super().open(member, mode, pwd, force_zip64=force_zip64)))
        except _Damage as error:
            raise self.damage(member.filename, error) from error

    def damage(self, name: str, error: Exception) -> UnreadableDocument:
        """Note that a member is damaged; returns the error to raise."""
        if name not in self.damaged:
            self.damaged.append(name)
        return UnreadableDocument(f"the archive is damaged or cut off ({error})")

    def count(self, member: zipfile.ZipInfo, size: int) -> None:
        """Count what a member inflates to. Raises ``DocumentLimit`` if it is too much, and counts it no more."""
        known = self._sizes.get(member.filename, 0)
        total = self._inflated + max(0, size - known)
        is_too_much = total > MAX_INFLATED or size > max(_HARMLESS, MAX_RATIO * member.compress_size)
        kept = 0 if is_too_much else max(known, size)
        self._inflated += kept - known
        self._sizes[member.filename] = kept
        if is_too_much:
            raise DocumentLimit(f"the archive inflates to more than {total >> 20} MiB; it looks like a bomb")


class _Counted(io.RawIOBase):
    """The content of a member."""

    def __init__(self, archive: Archive, member: zipfile.ZipInfo, content: IO[bytes]) -> None:
        self._archive = archive
        self._member = member
        self._content = content
        self._size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        block = self._block(len(buffer))
        buffer[: len(block)] = block
        return len(block)

    def readall(self) -> bytes:
        return b"".join(iter(lambda: self._block(_BLOCK), b""))

    def _block(self, size: int) -> bytes:
        try:
            block = self._content.read(min(size, _BLOCK))
        except _Damage as error:
            raise self._archive.damage(self._member.filename, error) from error
        self._size += len(block)
        self._archive.count(self._member, self._size)
        return block

    def close(self) -> None:
        self._content.close()
        super().close()


def open_archive(file: Path | BinaryIO) -> Archive:
    """Open an archive. Raises ``UnreadableDocument`` for a damaged one, ``DocumentLimit`` for too many members."""
    try:
        archive = Archive(file)
    except _Damage as error:
        raise UnreadableDocument(f"the archive is damaged or cut off ({error})") from error
    members = len(archive.infolist())
    if members > MAX_MEMBERS:
        archive.close()
        raise DocumentLimit(f"the archive has {members} members, more than {MAX_MEMBERS}")
    return archive


def read_member(archive: Archive, name: str) -> bytes:
    """The content of a member.

    Raises ``KeyError``, ``PasswordNeeded``, ``UnreadableDocument`` or ``DocumentLimit``.
    """
    if archive.getinfo(name).flag_bits & _ENCRYPTED:
        raise PasswordNeeded("the archive is encrypted; unpack it and give its files instead")
    return archive.read(name)


def read_through(archive: Archive) -> None:
    """Read all members, for a library that would read them without limits. Raises ``DocumentLimit``."""
    for member in archive.infolist():
        if not member.flag_bits & _ENCRYPTED:
            try:
                with archive.open(member) as content:
                    while content.read(_BLOCK):
                        pass
            except UnreadableDocument:
                continue  # it is among the damaged ones


def tell_damaged(archive: Archive, flow: Flow) -> None:
    """Tell which of the members that were needed are damaged, unless a loss names them already."""
    for name in archive.damaged:
        if not flow.tells(name):
            flow.lose(f"its part {name} is damaged and was not read")
