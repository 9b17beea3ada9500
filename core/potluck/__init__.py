"""potluck: find out what works on your documents, by recipes that name plugins.

For plugin authors: ``hookimpl``, ``Offer`` and ``potluck.contracts``. For programs: ``Recipe.load(path)``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from potluck.version import __version__

if TYPE_CHECKING:
    from potluck.api import Recipe as Recipe
    from potluck.contracts.offer import Offer as Offer
    from potluck.hookspecs import hookimpl as hookimpl

__all__ = ["Offer", "Recipe", "__version__", "hookimpl"]

_HOMES = {"Offer": "potluck.contracts.offer", "Recipe": "potluck.api", "hookimpl": "potluck.hookspecs"}


def __getattr__(name: str) -> object:
    """Import the public names when they are first used: ``potluck --help`` needs none of them."""
    if name in _HOMES:
        import importlib

        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'potluck' has no attribute {name!r}")
