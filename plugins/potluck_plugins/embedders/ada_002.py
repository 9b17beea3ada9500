"""text-embedding-ada-002, the embedding model of many tutorials of 2023, by the name that they give it.

The ``openai`` embedder with this model: 1,536 dimensions, 8,191 tokens.
"""

from __future__ import annotations

import potluck
from potluck_plugins._openai import sends_to
from potluck_plugins.embedders._shared.openai_api import OpenAIEmbedder, OpenAIEmbedderConfig


class Ada002Config(OpenAIEmbedderConfig):
    """Settings of the ``ada-002`` embedder."""

    model: str = "text-embedding-ada-002"
    """The model's name at the service."""


@potluck.hookimpl
def potluck_embedder() -> potluck.Offer[OpenAIEmbedder]:
    """Offer the embedder."""
    return potluck.Offer(
        "OpenAI's text-embedding-ada-002",
        Ada002Config,
        OpenAIEmbedder,
        requires=("openai",),
        extra="openai",
        sends_to=sends_to,
    )
