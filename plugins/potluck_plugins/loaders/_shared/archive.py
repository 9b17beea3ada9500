"""Opening zip archives of strangers: what they inflate to is counted, not believed."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import BinaryIO

from potluck.errors import DocumentLimit, UnreadableDocument

MAX_INFLATED = 256 << 20
MAX_MEMBERS = 10_000
MAX_RATIO = 200
_HARMLESS = 16 << 20
_BLOCK = 1 << 20


def open_archive(file: Path | BinaryIO) -> zipfile.ZipFile:
    """Open an archive whose members, all together, inflate to no more than is allowed.

    Raises ``UnreadableDocument`` for a damaged one, ``DocumentLimit`` for a bomb.
    """
    try:
        archive = zipfile.ZipFile(file)
        _check(archive)
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError) as error:
        raise UnreadableDocument(f"the archive is damaged or cut off ({error})") from error
    except RuntimeError as error:
        raise UnreadableDocument(f"the archive cannot be read ({error})") from error
    return archive


def _check(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise DocumentLimit(f"the archive has {len(members)} members, more than {MAX_MEMBERS}")
    total = 0
    for member in members:
        if member.flag_bits & 1:
            continue
        inflated = 0
        with archive.open(member) as file:
            while block := file.read(_BLOCK):
                inflated += len(block)
                total += len(block)
                if total > MAX_INFLATED or (
                    inflated > _HARMLESS and inflated > MAX_RATIO * max(1, member.compress_size)
                ):
                    raise DocumentLimit(f"the archive inflates to more than {total >> 20} MiB; it looks like a bomb")
