"""Which rules of a conformance kit a component breaks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from potluck.contracts import Kind
from potluck.testing import Subject, Violation, checks


def broken(kind: Kind, build: Callable[[Path], Any], folder: Path) -> set[str]:
    """The names of the rules, each tried in a folder of its own; ``build`` makes a component for a folder."""
    found = set()
    for check in checks(kind):
        try:
            check.on(Subject(build, folder / check.rule))
        except Violation as violation:
            found.add(violation.rule)
    return found
