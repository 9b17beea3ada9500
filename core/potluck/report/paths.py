"""Paths in a report: it is sent to others, so no path in it says where on this machine it was made."""

from __future__ import annotations

import os
from pathlib import Path


def relative_path(path: str | Path, folder: Path) -> str:
    """The path seen from a folder; one that is relative and leads to nothing in the folder stays as it is."""
    shown = Path(path)
    if shown.is_absolute() or shown.is_relative_to(folder):
        return Path(os.path.relpath(shown.absolute(), folder.absolute())).as_posix()
    return shown.as_posix()


def without_folder(text: str, folder: Path) -> str:
    """A sentence in which files of the folder, and those of the user's home, have relative paths."""
    for base, short in ((folder.absolute(), ""), (Path.home(), f"~{os.sep}")):
        if base != base.parent:
            text = text.replace(f"{base}{os.sep}", short)
    return text
