"""Hashes of whole files and folders, each computed once as long as the file stays as it is.

Within a process hashes are remembered; those of large files are also kept in the user's cache, so that the weights of
a model are read once and not by every command. A file counts as the same while its path, size, inode and times
(modification and status change, in nanoseconds) are the same.
"""

from __future__ import annotations

import functools
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from potluck.atomic_files import write_atomically
from potluck.fingerprints import content_hash, fingerprint
from potluck.user_cache import default_cache

_LARGE = 4 << 20
"""Bytes from which a hash is kept in the user's cache."""

_SETTLED = 2_000_000_000
"""Nanoseconds after which a file that was written is taken for settled. Clocks of file systems are coarse: a file that
is changed twice within a tick has the same times, so the hash of a fresh file is not remembered."""

_HASH = re.compile(r"[0-9a-f]{32}")
_ABOUT = ("license", "licence", "notice", "copying")
"""What the names of legal texts begin with: they lie beside a model and do not affect its answers."""


def file_hash(path: Path) -> str:
    """The fingerprint of a file's bytes. Raises ``OSError``."""
    return _hash_in_state(str(path.resolve()), path.stat())


def code_hash(path: Path) -> str:
    """The fingerprint of a module's file, or of all files of a package: code, and the data that lies with it.

    Compiled Python and hidden files are left out. Raises ``OSError``.
    """
    return _folder_hash(path, _is_compiled) if path.is_dir() else file_hash(path)


def model_hash(path: Path) -> str:
    """The fingerprint of a model: a file's bytes, or the names and bytes of all files of a folder that can decide what
    the model says: whole weights, tokenizer, chat template and configurations.

    Hidden files, Markdown and legal texts are left out. Raises ``OSError``.
    """
    return _folder_hash(path, _is_about) if path.is_dir() else file_hash(path)


class _State(NamedTuple):
    """What identifies a file as the one that was hashed."""

    path: str
    size: int
    modified: int
    changed: int
    inode: int


def _hash_in_state(resolved: str, found: os.stat_result) -> str:
    state = _State(resolved, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
    if time.time_ns() - max(state.modified, state.changed) < _SETTLED:
        return content_hash(Path(resolved))
    return _settled_hash(state)


def _folder_hash(folder: Path, left_out: Callable[[str], bool]) -> str:
    """Of the names, relative to the folder, and bytes of its files; hidden ones are left out."""
    files = _files(str(folder.resolve()))
    return fingerprint({name: _entry_hash(entry) for name, entry in files if not left_out(name)})


def _entry_hash(entry: os.DirEntry[str]) -> str:
    """The hash of a file in a folder whose own path is resolved already: a comparison hashes packages often."""
    if entry.is_symlink():
        return file_hash(Path(entry.path))
    return _hash_in_state(entry.path, entry.stat())


def _files(folder: str, above: str = "") -> Iterator[tuple[str, os.DirEntry[str]]]:
    """The files of a folder that are not hidden, by name; links to folders are not followed."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _files(entry.path, f"{above}{entry.name}/")
            elif entry.is_file():
                yield f"{above}{entry.name}", entry


def _is_compiled(name: str) -> bool:
    return name.endswith((".pyc", ".pyo")) or "__pycache__" in name.split("/")


def _is_about(name: str) -> bool:
    return name.lower().endswith(".md") or name.rpartition("/")[2].lower().startswith(_ABOUT)


@functools.lru_cache(maxsize=8192)
def _settled_hash(state: _State) -> str:
    if state.size < _LARGE:
        return content_hash(Path(state.path))
    kept = default_cache() / "hashes" / fingerprint(list(state))
    with suppress(OSError, UnicodeDecodeError):
        found = kept.read_text(encoding="ascii")
        if _HASH.fullmatch(found):
            return found
    found = content_hash(Path(state.path))
    with suppress(OSError):  # without a cache it is computed again
        write_atomically(kept, found.encode("ascii"))
    return found
