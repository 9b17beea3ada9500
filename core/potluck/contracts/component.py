"""What all kinds of components have in common."""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping


class Component(ABC):  # noqa: B024  (each kind says what is abstract)
    """What all kinds of components have in common."""

    def identity(self) -> Mapping[str, str]:
        """What else decides the results besides settings, code and ``requires``: the hash of a model's files.

        ``potluck.file_hashes.model_hash`` computes that once for a file or folder. Cheap: called before anything is
        loaded. Part of the fingerprint, so a change computes anew.
        """
        return {}

    def close(self) -> None:  # noqa: B027  (most have nothing to let go of)
        """Let go of files, threads and memory. Called once; the component is not used afterwards."""
