"""Embeddings by OpenAI, or by any server that speaks its protocol: vLLM, Ollama, llama.cpp, ..."""

from __future__ import annotations

import potluck
from potluck_plugins._openai import sends_to
from potluck_plugins.embedders._shared.openai_api import OpenAIEmbedder, OpenAIEmbedderConfig


@potluck.hookimpl
def potluck_embedder() -> potluck.Offer[OpenAIEmbedder]:
    """Offer the embedder."""
    return potluck.Offer(
        "OpenAI's embeddings, or any server that speaks its protocol",
        OpenAIEmbedderConfig,
        OpenAIEmbedder,
        requires=("openai",),
        extra="openai",
        sends_to=sends_to,
    )
