"""The texts in which the packages of the kinds differ, besides the files of their templates."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files

from potluck.contracts import KINDS, Kind


@dataclass(frozen=True, slots=True)
class PackageTexts:
    """Texts for the templates; ``<<name>>`` in them stands for a value as in the templates' own text.

    ``summary`` says what the sample does, ``usage`` is what a recipe writes, ``requirement`` is what the package
    needs, ``tested_with`` what its example needs besides, ``tables`` more of its ``pyproject.toml``, ``tried_on`` is
    what ``potluck conform`` needs to be told, and ``commands`` are those that run its example.
    """

    summary: str
    usage: str
    commands: tuple[str, ...]
    requirement: str = "potluck"
    tested_with: str = f"potluck[{KINDS['embedder'].default_name}]"
    tables: str = ""
    tried_on: str = ""


def read_package_texts(kind: Kind) -> PackageTexts:
    """The texts of a kind, from the ``kind.toml`` beside its templates."""
    written = tomllib.loads((files("potluck.scaffold") / "templates" / kind / "kind.toml").read_text(encoding="utf-8"))
    return PackageTexts(**{**written, "commands": tuple(written["commands"])})
