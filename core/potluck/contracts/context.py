"""What a component is given besides its settings: its only access to disk, models, secrets and network."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from potluck.contracts.attached import Tuned
from potluck.contracts.retriever import RetrievalChat, RetrievalEmbedder, Retriever


class ModelSources(Protocol):
    """Where model files come from."""

    def fetch(self, model: str) -> Path:
        """Return the local file or folder of ``model``.

        ``model`` is a path (relative to the recipe), ``hf://org/name@revision`` or
        ``pypi://package==version/path/in/wheel``. Raises ``ModelNotFound`` naming the places that were tried.
        """
        ...

    def folder(self, model: str) -> Path:
        """Like ``fetch``, for a model that is read by transformers: always a folder of safetensors.

        A GGUF file is turned into one once, in the user's cache, in float32, which loses nothing of what it says.
        Raises ``ModelNotFound`` for other files and pickled weights.
        """
        ...


@dataclass(frozen=True, slots=True)
class Context:
    """The surroundings of one component.

    ``base`` is the folder of the recipe: relative paths in settings start there. ``folder`` is the component's own in
    the workspace; it need not exist yet. ``network`` says whether the recipe's components may send anything to another
    machine; a component that may not and would have to raises ``EgressRefused``.
    """

    base: Path
    folder: Path
    models: ModelSources
    seed: int = 0
    network: bool = False
    tuned: Tuned | None = None
    """For a chat plugin: what ``chat.adapter`` names, unless it is None."""
    embedder: RetrievalEmbedder | None = None
    """For a retriever or reranker whose ``needs`` name it: the recipe's embedder."""
    chat: RetrievalChat | None = None
    """For a retriever or reranker whose ``needs`` name it: the recipe's chat model."""
    retrievers: tuple[Retriever, ...] = ()
    """For a retriever whose settings name others: these, opened on the same corpus."""
    environment: os._Environ[str] | dict[str, str] = field(default_factory=lambda: os.environ, repr=False)

    def secret(self, name: str) -> str | None:
        """The value of an environment variable that holds a secret, or None. Never log or store it."""
        return self.environment.get(name) or None
