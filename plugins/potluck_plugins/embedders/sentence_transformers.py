"""Any sentence-transformers model, from a folder, a package index or the hub (Reimers and Gurevych 2019, SBERT).

Weights are loaded from safetensors only, code that comes with a model is never run.
"""

from __future__ import annotations

import potluck
from potluck.contracts import Context
from potluck_plugins.embedders._shared.sentences import SentenceEmbedder, SentencesConfig


class SentenceTransformersConfig(SentencesConfig):
    """Settings of the ``sentence-transformers`` embedder."""

    model: str
    """A folder, ``hf://org/name@revision``, or ``pypi://package==version/folder/in/wheel``."""


def _make(config: SentenceTransformersConfig, context: Context) -> SentenceEmbedder:
    return SentenceEmbedder(config, context, config.model)


@potluck.hookimpl
def potluck_embedder() -> potluck.Offer[SentenceEmbedder]:
    """Offer the embedder."""
    return potluck.Offer(
        "any sentence-transformers model",
        SentenceTransformersConfig,
        _make,
        requires=("sentence_transformers", "torch"),
        extra="sentence-transformers",
    )
