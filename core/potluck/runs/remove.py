"""Removing runs: whole ones, and nothing that another run, an index or a tuned model needs."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from potluck.errors import RunNotFound
from potluck.workspace import remove_discarded
from potluck.workspace.manifests import MANIFEST
from potluck.workspace.storage_errors import storage_errors


def check_removable(folder: Path) -> None:
    """Raise ``RunNotFound`` for a folder that is not a run of a workspace: nothing else is ever removed."""
    if folder.parent.name != "runs" or folder.is_symlink() or not (folder / MANIFEST).is_file():
        raise RunNotFound(f"{folder} is not a run in the folder 'runs' of a workspace: nothing was removed")


def remove_runs(folders: Sequence[Path]) -> None:
    """Remove runs. Each disappears in one step: a killed process leaves a run whole, or a remainder that the next one
    clears.

    A run holds results only. The data that it was computed from (the catalogue, cached answers, tuned models) belongs
    to the workspace, and stays. Raises what ``check_removable`` raises, before anything is removed.
    """
    for folder in folders:
        check_removable(folder)
    for folder in folders:
        workspace = folder.parents[1]
        with storage_errors(workspace):
            discarded = workspace / f".removed-potluck-{folder.name}-{secrets.token_hex(4)}"
            try:
                os.rename(folder, discarded)
            except FileNotFoundError:  # another process has removed it
                continue
            remove_discarded(workspace)
