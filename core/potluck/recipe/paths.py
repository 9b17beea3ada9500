"""Mistakes in a path that show before any folder is searched."""

from __future__ import annotations

import os
from pathlib import Path

from potluck.recipe.messages import format_value
from potluck.suggestions import did_you_mean


def pattern_problem(text: str) -> str | None:
    """The problem with a path or glob; None if there is none."""
    if not text.strip():
        return "a path is empty"
    if any(ord(character) < 32 for character in text):
        return f"the path {format_value(text)} has a control character in it"
    try:
        Path(text).expanduser()
    except RuntimeError as error:
        return f"{format_value(text)}: {error}"
    return None


def file_problem(folder: Path, text: str) -> str | None:
    """The problem with the path of a file that has to exist, relative to ``folder``."""
    problem = pattern_problem(text)
    if problem is not None:
        return problem
    path = folder / Path(text).expanduser()
    try:
        if path.is_file():
            return None
        if path.is_dir():
            return f"{format_value(text)} is a folder"
        names = os.listdir(path.parent) if path.parent.is_dir() else []
    except OSError as error:
        return f"{format_value(text)} cannot be read: {error.strerror}"
    return f"there is no file {format_value(text)}{did_you_mean(path.name, names)}"
