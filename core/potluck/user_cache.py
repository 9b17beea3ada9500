"""The user's folders: what potluck keeps outside of workspaces."""

from __future__ import annotations

import os
from pathlib import Path


def default_cache() -> Path:
    """``POTLUCK_CACHE``, or the folder for caches that the system names. It can be computed or fetched again."""
    import platformdirs

    return Path(os.environ.get("POTLUCK_CACHE") or platformdirs.user_cache_path("potluck"))


def default_state() -> Path:
    """The folder that the system names for what a program knows of its own past: here, where the workspaces are."""
    import platformdirs

    return platformdirs.user_state_path("potluck")
