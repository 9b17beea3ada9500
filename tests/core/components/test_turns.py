"""A component is asked by as many threads at once as it says.

Modules: ``potluck.components.turns``.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
import pytest

from potluck.components.turns import turn
from potluck.contracts import Embedder, Vectors


class Waiting(Embedder):
    """An embedder that may be asked a number of times at once."""

    dimensions, window = 2, None

    def __init__(self, concurrency: int) -> None:
        self.concurrency = concurrency

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text) for text in texts]

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return np.ones((len(texts), 2), np.float32)

    embed_queries = embed_passages


class Threads:
    """Threads that take a turn and stay in it until they are let go."""

    def __init__(self, component: Waiting, count: int) -> None:
        self.entered, self.go = threading.Semaphore(0), threading.Semaphore(0)
        self.threads = [threading.Thread(target=self._stay, args=(component,), daemon=True) for _ in range(count)]
        for one in self.threads:
            one.start()

    def _stay(self, component: Waiting) -> None:
        with turn(component):
            self.entered.release()
            self.go.acquire()

    def enter(self, count: int) -> bool:
        """Whether this many more have their turn."""
        return all(self.entered.acquire(timeout=5) for _ in range(count))

    def wait_for_another(self) -> bool:
        """Whether one more gets its turn within a short time."""
        return self.entered.acquire(timeout=0.05)

    def finish(self) -> None:
        for _ in self.threads:
            self.go.release()
        for one in self.threads:
            one.join(5)
        assert not any(one.is_alive() for one in self.threads)


@pytest.mark.parametrize(("concurrency", "at_once"), [(0, 1), (1, 1), (2, 2), (3, 3)])
def test_as_many_threads_ask_at_once_as_the_component_says_and_the_next_comes_when_one_has_left(
    concurrency: int, at_once: int
) -> None:
    threads = Threads(Waiting(concurrency), 4)

    assert threads.enter(at_once)
    assert not threads.wait_for_another()
    threads.go.release()
    assert threads.enter(1)
    threads.finish()


def test_two_components_do_not_wait_for_each_other() -> None:
    one, other = Waiting(1), Waiting(1)
    threads = Threads(one, 1)

    assert threads.enter(1)
    with turn(other):
        pass
    threads.finish()


def test_a_thread_may_ask_again_within_its_turn_where_one_may_ask_at_a_time() -> None:
    component = Waiting(1)

    with turn(component), turn(component):
        assert component.count_tokens(["道碴"]) == [2]


def test_a_turn_ends_with_an_error_too() -> None:
    component = Waiting(2)
    for _ in range(4):
        with pytest.raises(ValueError, match="壞了"), turn(component):
            raise ValueError("壞了")

    threads = Threads(component, 2)
    assert threads.enter(2)
    threads.finish()
