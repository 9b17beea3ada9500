"""Files that programs and operating systems leave beside documents."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path

_NAMES = (
    "~$*",  # owner files of Microsoft Office
    ".~lock.*#",  # lock files of LibreOffice
    "~wr[ldc][0-9]*.tmp",  # unsaved states of Word
    "thumbs.db",
    "ehthumbs*.db",
    "desktop.ini",
    ".ds_store",
    "._*",  # resource forks of macOS
    *(
        f"*.predictions.{ending}" for ending in ("jsonl", "csv", "tsv")
    ),  # what `potluck predict` writes beside questions
    "potluck.lock",  # what `potluck lock` writes beside a recipe, and so often among its documents
)
_FOLDERS = {"__macosx"}


def is_leftover(path: Path) -> bool:
    """Whether a file's name, or that of its folder, is one that programs give to such files."""
    name = path.name.lower()
    return path.parent.name.lower() in _FOLDERS or any(fnmatch(name, pattern) for pattern in _NAMES)
