"""A file that could not be loaded."""

from __future__ import annotations

from dataclasses import dataclass

from potluck.documents import Source
from potluck.errors import PasswordNeeded, PotluckError
from potluck.recipe.model import ComponentSpec
from potluck.visible import visible_line


@dataclass(frozen=True, slots=True)
class LoadFailure:
    """A file that could not be loaded: the class of the error, and the reason for people."""

    source: str
    error: str
    reason: str

    def __str__(self) -> str:
        return f"{visible_line(self.source)}: {self.reason}"


def failure_of(source: Source, error: PotluckError, loader: ComponentSpec | None = None) -> LoadFailure:
    """The failure for an error that reading a file raised; ``loader`` is what read it.

    Where a password is needed and that loader takes one, the reason says how to give it.
    """
    reason = str(error)
    if isinstance(error, PasswordNeeded) and loader and "password" in type(loader.config).model_fields:
        reason += "; give its password by an environment variable: --set 'documents.password=${NAME}'"
    return LoadFailure(source.name, type(error).__name__, reason)
