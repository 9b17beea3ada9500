"""What of a failure to read a file the machine must answer for, and not the file."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from potluck.errors import DocumentError, DocumentInaccessible, DocumentLimit, DocumentVanished, UnreadableDocument
from potluck.fingerprints import content_hash

_GONE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ESTALE})
_OF_THE_MACHINE = _GONE | {
    *(errno.EACCES, errno.EPERM, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN, errno.EINTR),
    *(errno.EBUSY, errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.ENXIO, errno.ENODEV, errno.ETIMEDOUT, errno.ENOTCONN),
    *(errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.ETXTBSY, errno.ELOOP),
}
"""Errors of the system that say nothing about a file's bytes. Others do: a damaged file makes a reader seek to a place
before the beginning (EINVAL), and libraries raise ``OSError`` without a number for what they cannot decode."""


def hash_file(path: Path) -> str:
    """The fingerprint of a file's bytes; only a regular file that can be read has any. Raises ``DocumentError``."""
    regular_size(path)
    with _explain_errors(path):
        return content_hash(path)


def regular_size(path: Path) -> int:
    """The size in bytes of what has to be a regular file. Raises ``DocumentError``."""
    with _explain_errors(path):
        status = os.stat(path)
        if stat.S_ISDIR(status.st_mode):
            os.listdir(path)  # a folder is handed on only where it could not be listed
    if not stat.S_ISREG(status.st_mode):
        raise UnreadableDocument("it is not a regular file")
    return status.st_size


@contextmanager
def _explain_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise failure_of_the_machine(error, path) or UnreadableDocument(
            f"it cannot be read: {_words(error)}"
        ) from error


def failure_of_the_machine(error: BaseException, path: Path) -> DocumentError | None:
    """What an error, or one that it came from, says of the machine; None where the file itself is to blame."""
    for cause in _chain(error):
        if isinstance(cause, MemoryError):
            return DocumentLimit("reading it takes too much memory")
        if isinstance(cause, OSError) and cause.errno in _OF_THE_MACHINE:
            if cause.errno in _GONE and not os.path.lexists(path):
                return DocumentVanished("it is not there any more: it was removed or renamed meanwhile")
            return DocumentInaccessible(f"it cannot be read: {_words(cause)}")
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _words(error: OSError) -> str:
    return error.strerror or str(error)
