"""The files in an archive (zip, tar, single compressed files), read one after another and never unpacked to the disk.

What they inflate to is counted, not believed. Links, devices and other things that are not files are left out.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import TypeAlias

from potluck.errors import DocumentLimit, UnreadableDocument
from potluck_plugins.loaders._shared.archive import MAX_INFLATED, MAX_MEMBERS, open_archive, read_member
from potluck_plugins.loaders._shared.decoding import decode

Member: TypeAlias = tuple[str, bytes]

_COMPRESSED: dict[bytes, Callable[[Path], io.BufferedIOBase]] = {
    b"\x1f\x8b": gzip.GzipFile,
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ": lzma.LZMAFile,
}
_UTF_8 = 1 << 11
_DRAWN = re.compile("[\u2500-\u259f]")
_BLOCK = 1 << 20
_TAR_MARK = 257
_DAMAGE = (tarfile.TarError, OSError, EOFError, zlib.error, lzma.LZMAError, ValueError)


def read_members(path: Path, name: str, losses: list[str]) -> Iterator[Member]:
    """Names and contents of the files in an archive; what cannot be read of it is told in ``losses``.

    Raises ``UnreadableDocument`` for what is not an archive, ``PasswordNeeded``, ``DocumentLimit``.
    """
    with path.open("rb") as file:
        start = file.read(_TAR_MARK + 5)
    if is_zip(path):
        yield from _of_zip(path, losses)
        return
    opener = next((opener for mark, opener in _COMPRESSED.items() if start.startswith(mark)), None)
    if opener is None and start[_TAR_MARK:] != b"ustar":
        raise UnreadableDocument("it is not an archive that can be read: zip, tar, gzip, bzip2 or xz")
    try:
        content = _inflate(opener(path)) if opener else path.read_bytes()
        if content[_TAR_MARK : _TAR_MARK + 5] == b"ustar":
            yield from _of_tar(content, losses)
        else:
            yield PurePosixPath(name).stem, content
    except _DAMAGE as error:
        raise UnreadableDocument(f"the archive is damaged or cut off ({error})") from error


def is_zip(path: Path) -> bool:
    """Whether a file is a zip archive, and not a tar or a compressed file that ends with one."""
    with path.open("rb") as file:
        start = file.read(_TAR_MARK + 5)
    holds_others = start[_TAR_MARK:] == b"ustar" or start.startswith(tuple(_COMPRESSED))
    return not holds_others and zipfile.is_zipfile(path)


def _of_zip(path: Path, losses: list[str]) -> Iterator[Member]:
    limit: DocumentLimit | None = None
    found = False
    with open_archive(path) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        for member, name in zip(members, _names(members), strict=True):
            if _is_link(member):
                continue
            try:
                content = read_member(archive, member.filename)
            except UnreadableDocument:
                losses.append(f"the file {name} is damaged and was not read")
            except DocumentLimit as error:
                losses.append(f"the file {name} was not read: {error}")
                limit = error
            else:
                found = True
                yield _safe(name), content
    if limit is not None and not found:
        raise limit


def _of_tar(content: bytes, losses: list[str]) -> Iterator[Member]:
    skipped = 0
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for number, member in enumerate(archive):
            if number >= MAX_MEMBERS:
                raise DocumentLimit(f"the archive has more than {MAX_MEMBERS} members")
            file = archive.extractfile(member) if member.isreg() else None
            if file is not None:
                yield _safe(member.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")), file.read()
            elif not member.isdir():
                skipped += 1
    if skipped:
        losses.append(f"links and other things that are not files were left out: {skipped}")


def _inflate(file: io.BufferedIOBase) -> bytes:
    """The content of a compressed file. Raises ``DocumentLimit`` if it is more than is allowed."""
    pieces: list[bytes] = []
    total = 0
    with file:
        while block := file.read(_BLOCK):
            total += len(block)
            if total > MAX_INFLATED:
                raise DocumentLimit(f"it inflates to more than {MAX_INFLATED >> 20} MiB; it looks like a bomb")
            pieces.append(block)
    return b"".join(pieces)


def _names(members: list[zipfile.ZipInfo]) -> list[str]:
    """The names of members; those that are not in UTF-8 are in whatever encoding the sender's system had."""
    raw = [_bytes_of(member) for member in members]
    unknown = [name for name in raw if name is not None]
    decoded = iter(decode(b"\n".join(unknown)).text.split("\n") if unknown else [])
    return [
        member.filename if name is None else next(decoded, member.filename)
        for member, name in zip(members, raw, strict=True)
    ]


def _bytes_of(member: zipfile.ZipInfo) -> bytes | None:
    """The bytes of a name that may be in any encoding; None if it is UTF-8, as far as one can see.

    Programs that packed a file again have written as UTF-8 what they had read as code page 437: it has lines and blocks
    in the place of Chinese characters.
    """
    if member.flag_bits & _UTF_8 and not _DRAWN.search(member.filename):
        return None
    try:
        return member.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return None


def _is_link(member: zipfile.ZipInfo) -> bool:
    return (member.external_attr >> 16) & 0o170000 == 0o120000


def _safe(name: str) -> str:
    """A name as a citation shows it: relative, with ``/``; it never becomes a path on the disk."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return "/".join(part for part in parts if part not in ("..", ".", "/")) or "unnamed"
