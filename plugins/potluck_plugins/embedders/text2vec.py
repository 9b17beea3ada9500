"""text2vec-base-chinese (Apache-2.0, Xu Ming 2023), the Chinese sentence model of many tutorials.

It was trained on, and its files ask for, at most 128 tokens: about 126 Chinese characters. A recipe that cuts chunks of
500 characters would lose three quarters of each, which is why the window is enforced here whatever a copy's files say.
"""

from __future__ import annotations

import potluck
from potluck.contracts import Context
from potluck_plugins.embedders._shared.sentences import SentenceEmbedder, SentencesConfig

WINDOW = 128
"""Tokens, special ones included."""


class Text2vecConfig(SentencesConfig):
    """Settings of the ``text2vec`` embedder."""

    model: str = "hf://shibing624/text2vec-base-chinese"
    """Where the model is: the hub, or a folder that holds a copy."""


def _make(config: Text2vecConfig, context: Context) -> SentenceEmbedder:
    return SentenceEmbedder(config, context, config.model, WINDOW)


@potluck.hookimpl
def potluck_embedder() -> potluck.Offer[SentenceEmbedder]:
    """Offer the embedder."""
    return potluck.Offer(
        "shibing624/text2vec-base-chinese, with its window of 128 tokens",
        Text2vecConfig,
        _make,
        requires=("sentence_transformers", "torch"),
        extra="text2vec",
    )
