"""Turns: no more threads ask a component at once than it allows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock, RLock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from potluck.contracts import ChatModel, Embedder

_NAME = "_potluck_turns"
_making = Lock()


@contextmanager
def turn(component: ChatModel | Embedder) -> Iterator[None]:
    """Wait until the component may be asked: ``component.concurrency`` threads at once.

    With one at a time, a thread that has the turn may take it again, so that what gets an answer's pieces may ask.
    """
    with _making:
        attributes = vars(component)
        if _NAME not in attributes:
            at_once = component.concurrency
            attributes[_NAME] = RLock() if at_once <= 1 else BoundedSemaphore(at_once)
        places = attributes[_NAME]
    with places:
        yield
