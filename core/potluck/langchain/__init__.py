"""A recipe as LangChain's objects, for programs that are written with LangChain (``pip install 'potluck[langchain]'``).

    with potluck.Recipe.load("recipe.yaml") as recipe:
        search = potluck.langchain.retriever(recipe)
        chain = potluck.langchain.runnable(recipe)

Each can be called from threads and from async code: one call after another is made of a recipe. What private documents
hold is not told to LangSmith: where LangChain's tracing is on, they raise ``EgressRefused``.

The other way round, the plugins ``langchain`` use LangChain's classes in recipes.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

from potluck.errors import MissingDependency
from potluck.installation import pip_command_of_extra

if TYPE_CHECKING:
    from potluck.api import Recipe
    from potluck.langchain._chat_model import PotluckChatModel
    from potluck.langchain._embeddings import PotluckEmbeddings
    from potluck.langchain._retriever import PotluckRetriever
    from potluck.langchain._runnable import PotluckRunnable
    from potluck.langchain._vector_store import PotluckVectorStore

__all__ = ["chat_model", "embeddings", "retriever", "runnable", "vector_store"]


def retriever(recipe: Recipe | str | Path, k: int | None = None) -> PotluckRetriever:
    """The passages of the recipe's documents, as a retriever. ``k`` is how many; ``retriever.k`` if left out."""
    opened = _open_recipe(recipe)
    from potluck.langchain._retriever import PotluckRetriever

    return PotluckRetriever(recipe=opened, k=k)


def embeddings(recipe: Recipe | str | Path) -> PotluckEmbeddings:
    """The recipe's embedder."""
    opened = _open_recipe(recipe)
    from potluck.langchain._embeddings import PotluckEmbeddings

    return PotluckEmbeddings(opened)


def vector_store(recipe: Recipe | str | Path, collection: str = "default") -> PotluckVectorStore:
    """A vector store of the recipe's embedder and store.

    It holds the passages of the recipe's documents, if it has some, and what is added to the collection of that name,
    which is kept in the recipe's workspace.
    """
    opened = _open_recipe(recipe)
    from potluck.langchain._vector_store import PotluckVectorStore

    return PotluckVectorStore(opened, collection)


def chat_model(recipe: Recipe | str | Path) -> PotluckChatModel:
    """The recipe's chat model, without its documents: what is said to it is all that it knows."""
    opened = _open_recipe(recipe)
    from potluck.langchain._chat_model import PotluckChatModel

    return PotluckChatModel(recipe=opened)


def runnable(recipe: Recipe | str | Path) -> PotluckRunnable:
    """Question in, answer with citations out, as the recipe says: a step of a chain that can stream."""
    opened = _open_recipe(recipe)
    from potluck.langchain._runnable import PotluckRunnable

    return PotluckRunnable(opened)


def _open_recipe(recipe: Recipe | str | Path) -> Recipe:
    """The recipe; one that is named by its path is open until the program ends. Raises ``MissingDependency``."""
    if importlib.util.find_spec("langchain_core") is None:
        raise MissingDependency(
            f"potluck.langchain needs the package 'langchain_core'. Run: {pip_command_of_extra('langchain')}"
        )
    from potluck.api import Recipe

    return recipe if isinstance(recipe, Recipe) else Recipe.load(recipe)
