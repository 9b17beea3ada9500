"""Failures to read a file that are due to the machine, not to the file."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

from potluck.errors import DocumentError, DocumentInaccessible, DocumentLimit, DocumentVanished

_GONE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ESTALE})

_OF_THE_MACHINE = _GONE | {
    *(errno.EACCES, errno.EPERM, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN, errno.EINTR),
    *(errno.EBUSY, errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.ENXIO, errno.ENODEV, errno.ETIMEDOUT, errno.ENOTCONN),
    *(errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.ETXTBSY, errno.ELOOP),
}
"""Errors of the system that say nothing about a file's bytes. Others do: a damaged file makes a reader seek to a place
before the beginning (EINVAL), and libraries raise ``OSError`` without a number for what they cannot decode."""


def machine_failure(error: BaseException, path: Path) -> DocumentError | None:
    """What an error, or its cause, says about the machine; None if the file itself is to blame."""
    for cause in _chain(error):
        if isinstance(cause, MemoryError):
            return DocumentLimit("reading it takes too much memory")
        if isinstance(cause, OSError) and cause.errno in _OF_THE_MACHINE:
            if cause.errno in _GONE and not os.path.lexists(path):
                return DocumentVanished("it is not there any more: it was removed or renamed meanwhile")
            return DocumentInaccessible(f"it cannot be read: {describe(cause)}")
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def describe(error: OSError) -> str:
    """What the system says of an error, without number and path."""
    return error.strerror or str(error)
