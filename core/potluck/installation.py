"""The command that adds a package to the environment in which potluck runs, as it was installed there.

``pip`` alone would install elsewhere where the environment is not activated, and the name of a package alone would ask
an index that may not have it, or has a stranger's of that name.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import shlex
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname


def pip_command(*packages: str) -> str:
    """``pip install PACKAGE...`` for this environment."""
    return " ".join([*_install(), *map(shlex.quote, packages)])


def pip_command_of_extra(extra: str, package: str = "potluck") -> str:
    """The command that installs an extra of an installed package.

    It names the checkout or the wheel that the package was installed from, if that is still there.
    """
    editable, place = _origin(package)
    target = f"{place or package}[{extra}]"
    return " ".join([*_install(), *(["-e"] if editable else []), f"'{target}'"])


def _install() -> list[str]:
    """How packages are installed here: with plain ``pip`` if that is this environment's."""
    if importlib.util.find_spec("pip") is None:
        return ["uv", "pip", "install", *([] if _is_active() else ["--python", shlex.quote(sys.executable)])]
    found = shutil.which("pip")
    is_ours = found is not None and Path(found).parent == Path(sys.executable).parent
    return ["pip", "install"] if is_ours else [shlex.quote(sys.executable), "-m", "pip", "install"]


def _is_active() -> bool:
    return os.environ.get("VIRTUAL_ENV") == sys.prefix


def _origin(package: str) -> tuple[bool, str]:
    """Whether a package is installed as an editable checkout, and the folder or file it came from; empty if gone."""
    with suppress(importlib.metadata.PackageNotFoundError, ValueError):
        told: Any = json.loads(importlib.metadata.distribution(package).read_text("direct_url.json") or "{}")
        address = urlsplit(str(told.get("url", "")))
        place = url2pathname(address.path)
        if address.scheme == "file" and os.path.exists(place):
            return bool(told.get("dir_info", {}).get("editable")), place
    return False, ""
