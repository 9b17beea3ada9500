"""The common part of the objects: serialised calls of a recipe, documents of passages, and the refusal of tracing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Event, RLock, Thread
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

from langchain_core.documents import Document

from potluck.errors import EgressRefused

if TYPE_CHECKING:
    from potluck.api import Recipe
    from potluck.documents import Passage

T = TypeVar("T")

_LOCKS: WeakKeyDictionary[Recipe, RLock] = WeakKeyDictionary()
_MAKING = RLock()


@contextmanager
def exclusive_use(recipe: Recipe) -> Iterator[None]:
    """Be the only thread that uses a recipe: LangChain's async methods call from several."""
    check_tracing(recipe)
    with _MAKING:
        lock = _LOCKS.setdefault(recipe, RLock())
    with lock:
        yield


def stream_from_thread(recipe: Recipe, work: Callable[[Callable[[T], None]], None]) -> Iterator[T]:
    """What ``work`` hands over, as it comes, with the recipe in use until all has.

    The work has a thread of its own: LangChain takes the pieces of one stream from several, and some work calls back.
    It ends where it hands over the next piece after the stream has been closed.
    """
    pieces: SimpleQueue[T | _End] = SimpleQueue()
    closed = Event()

    def hand_over(piece: T) -> None:
        if closed.is_set():
            raise _Closed
        pieces.put(piece)

    def run() -> None:
        try:
            with exclusive_use(recipe):
                work(hand_over)
        except BaseException as error:
            pieces.put(_End(error))
        else:
            pieces.put(_End())

    Thread(target=run, name="potluck", daemon=True).start()
    try:
        while not isinstance(piece := pieces.get(), _End):
            yield piece
        if piece.error is not None:
            raise piece.error
    finally:
        closed.set()


class _Closed(Exception):
    """Nobody wants the rest of a stream."""


@dataclass(frozen=True, slots=True)
class _End:
    """The end of a stream, and why it ends early."""

    error: BaseException | None = None


def check_tracing(recipe: Recipe) -> None:
    """Raise ``EgressRefused`` if LangChain would send what private documents hold to LangSmith."""
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
            "page_label": passage.page_label,
            "section": passage.section,
            "sections": list(passage.sections),
            "heading": passage.heading,
            "start": passage.start,
            "end": passage.end,
            "score": passage.score,
        },
    )
