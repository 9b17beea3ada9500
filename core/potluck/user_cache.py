"""The user's cache: what potluck keeps outside of workspaces, and can compute or fetch again."""

from __future__ import annotations

import os
from pathlib import Path


def default_cache() -> Path:
    """``POTLUCK_CACHE``, or the folder for caches that the system names."""
    import platformdirs

    return Path(os.environ.get("POTLUCK_CACHE") or platformdirs.user_cache_path("potluck"))
