"""A recipe's embedder as LangChain has it."""

from __future__ import annotations

from langchain_core.embeddings import Embeddings

from potluck.api import Recipe
from potluck.embedding.passages import embed_passages
from potluck.embedding.queries import embed_query
from potluck.langchain._shared import exclusive_use


class PotluckEmbeddings(Embeddings):
    """Embeds as the recipe says, its window and ``fit`` included. Vectors have unit length."""

    def __init__(self, recipe: Recipe) -> None:
        """Load nothing yet."""
        self.recipe = recipe

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Embed texts that will be searched. Raises ``WindowExceeded``, and ``ValueError`` for a blank text."""
        _check(texts)
        with exclusive_use(self.recipe):
            vectors: list[list[float]] = embed_passages(texts, self.recipe.components.embedder).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """Embed a question. Raises ``WindowExceeded``, and ``ValueError`` for a blank text."""
        _check([text])
        with exclusive_use(self.recipe):
            vector: list[float] = embed_query(text, self.recipe.components.embedder).tolist()
        return vector


def _check(texts: list[str]) -> None:
    for number, text in enumerate(texts, 1):
        if not text.strip():
            raise ValueError(f"text {number} of {len(texts)} is blank: there is nothing to embed")
