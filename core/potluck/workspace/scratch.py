"""A copy of a workspace for reading, when the workspace itself must not or cannot be written."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from potluck.workspace import Workspace
from potluck.workspace.storage_errors import refuse_obstacle

_NAME = "catalogue.sqlite"
_TRAINED = "tuned"
"""The folder of models that were trained, which are read and never changed."""
_DATABASES = (_NAME, "calls.sqlite")


def can_be_written(folder: Path) -> bool:
    """Whether there is a workspace, and this user may write it."""
    return all(os.access(path, os.W_OK) for path in (folder, folder / _NAME))


@contextmanager
def scratch(folder: Path) -> Iterator[Workspace]:
    """A workspace with what the one in ``folder`` knows, if there is one; it is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="potluck-", ignore_cleanup_errors=True) as name:
        copy = Path(name, ".potluck")
        copy.mkdir()
        if (folder / _NAME).exists():
            _copy(folder / _NAME, copy / _NAME)
        for path in folder.glob("*.json"):
            shutil.copyfile(path, copy / path.name)
        if (folder / _TRAINED).is_dir():
            with suppress(OSError):  # some systems let few users link: then a model counts as one to be trained
                (copy / _TRAINED).symlink_to((folder / _TRAINED).absolute(), target_is_directory=True)
        with closing(Workspace(copy)) as workspace:
            yield workspace


@contextmanager
def readable(folder: Path) -> Iterator[Path]:
    """The folder of a workspace, or a copy of its databases if it cannot be written: SQLite has to write in order to
    read."""
    for database in _DATABASES:
        refuse_obstacle(folder / database)
    if can_be_written(folder):
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="potluck-", ignore_cleanup_errors=True) as name:
        for database in _DATABASES:
            if (folder / database).exists():
                _copy(folder / database, Path(name, database))
        yield Path(name)


def _copy(path: Path, target: Path) -> None:
    """Copy a database as it is at one moment: the file, or what SQLite reads where another process has it open."""
    beside = path.with_name(path.name + "-wal")
    if beside.exists():
        with suppress(sqlite3.Error):
            address = f"{path.absolute().as_uri()}?mode=ro"
            with closing(sqlite3.connect(address, uri=True)) as source, closing(sqlite3.connect(target)) as copy:
                source.backup(copy)
            return
        shutil.copyfile(beside, target.with_name(beside.name))  # left behind, where SQLite may make no index of it
    shutil.copyfile(path, target)
