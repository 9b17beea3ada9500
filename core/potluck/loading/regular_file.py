"""The size and the hash of what has to be a regular file."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from potluck.errors import UnreadableDocument
from potluck.fingerprints import content_hash
from potluck.loading.machine_failures import describe, machine_failure


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
        raise machine_failure(error, path) or UnreadableDocument(f"it cannot be read: {describe(error)}") from error
