"""Suggesting the known name that a misspelt one means: for messages about keys, plugins, files and columns."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable

_CUTOFF = 0.6
"""The likeness of two names, from 0 to 1, from which on one is suggested for the other."""

_CUTOFF_OF_CHINESE = 0.5
"""The same for a name in Chinese characters alone, which is short: of the two of a word one may be wrong."""

_LONGEST = 200
"""Characters of a name that are compared: the time grows with their square."""


def nearest_names(name: str, known: Iterable[str], count: int = 1, cutoff: float = _CUTOFF) -> list[str]:
    """The known names that are most like one, best first: at most ``count``, and none less alike than ``cutoff``.

    Capitals, hyphens and full-width letters do not count.
    """
    if cutoff == _CUTOFF and all("\u3400" <= letter <= "\u9fff" for letter in name if letter.isalnum()):
        cutoff = _CUTOFF_OF_CHINESE
    by_key = {_key(one): one for one in sorted(known, reverse=True)}
    return [by_key[key] for key in difflib.get_close_matches(_key(name), by_key, n=count, cutoff=cutoff)]


def did_you_mean(name: str, known: Iterable[str], cutoff: float = _CUTOFF) -> str:
    """`` (did you mean 'NAME'?)`` for the end of a message; empty if no known name is like it."""
    found = nearest_names(name, known, cutoff=cutoff)
    return suggest(found[0]) if found else ""


def suggest(name: str) -> str:
    """`` (did you mean 'NAME'?)`` for a name that was found otherwise than by its likeness."""
    return f" (did you mean {name!r}?)"


def _key(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold().replace("-", "_")[:_LONGEST]
