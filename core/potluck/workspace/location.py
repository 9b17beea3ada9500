"""Where a workspace is: beside what is read, or in the user's cache if nothing can be written there."""

from __future__ import annotations

import os
from pathlib import Path

from potluck.user_cache import default_cache

NAME = ".potluck"


def workspace_beside(folder: Path) -> Path:
    """The folder of the workspace for what lies in ``folder``."""
    beside = folder / NAME
    if os.path.lexists(beside) or os.access(folder, os.W_OK) or not folder.is_dir():
        return beside
    drive = [folder.drive.rstrip(":")] if folder.drive else []
    return _cache().joinpath(*drive, *folder.parts[1:], NAME)


def folder_beside(workspace: Path) -> Path:
    """The folder for which a workspace was made: the inverse of ``workspace_beside``."""
    if not workspace.is_relative_to(_cache()):
        return workspace.parent
    parts = workspace.parent.relative_to(_cache()).parts
    return Path(f"{parts[0]}:\\", *parts[1:]) if os.name == "nt" else Path("/", *parts)


def _cache() -> Path:
    return default_cache().absolute() / "workspaces"
