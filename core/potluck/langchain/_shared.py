"""What the objects share: one call after another of a recipe, documents of passages, and what may not be traced."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from langchain_core.documents import Document

from potluck.errors import EgressRefused

if TYPE_CHECKING:
    from potluck.api import Recipe
    from potluck.documents import Passage

_LOCKS: WeakKeyDictionary[Recipe, RLock] = WeakKeyDictionary()
_MAKING = RLock()


@contextmanager
def using(recipe: Recipe) -> Iterator[None]:
    """Be the only thread that uses a recipe: LangChain's async methods call from several."""
    check_tracing(recipe)
    with _MAKING:
        lock = _LOCKS.setdefault(recipe, RLock())
    with lock:
        yield


def check_tracing(recipe: Recipe) -> None:
    """Raise ``EgressRefused`` where LangChain would send what private documents hold to LangSmith."""
    from langsmith.utils import tracing_is_enabled

    documents = recipe.model.documents
    if documents is not None and documents.private and tracing_is_enabled():
        raise EgressRefused(
            f"{recipe.model.path}: the documents are private, and LangChain's tracing (LANGSMITH_TRACING) would send "
            "what is found in them to LangSmith; turn it off"
        )


def document_of(passage: Passage) -> Document:
    """A passage as LangChain has it. ``start`` and ``end`` count the characters of the document."""
    return Document(
        id=passage.id,
        page_content=passage.text,
        metadata={
            "source": passage.source,
            "page": passage.page,
            "section": passage.section,
            "sections": list(passage.sections),
            "heading": passage.heading,
            "start": passage.start,
            "end": passage.end,
            "score": passage.score,
        },
    )
