"""A file that is to be loaded, with its loader."""

from __future__ import annotations

from dataclasses import dataclass

from potluck.documents import Source
from potluck.fingerprints import fingerprint
from potluck.recipe.model import ComponentSpec


@dataclass(frozen=True, slots=True)
class PlannedLoad:
    """A file with its content's hash and the loader that will read it."""

    source: Source
    content: str
    part: ComponentSpec
    loader: str

    @property
    def load_id(self) -> str:
        """The fingerprint of the load: content, loader and name."""
        return fingerprint(self.source.name, self.content, self.loader)
