"""A component is asked by as many threads at once as it says, and by no more."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock
from typing import Any

import pytest

from potluck.components.turns import turn


class Asked:
    """Counts how many threads are in it at once."""

    def __init__(self, concurrency: int) -> None:
        self.concurrency = concurrency
        self.lock, self.now, self.most = Lock(), 0, 0


def ask(component: Any, together: Barrier) -> None:
    with turn(component):
        with component.lock:
            component.now += 1
            component.most = max(component.most, component.now)
        together.wait(60)
        with component.lock:
            component.now -= 1


@pytest.mark.parametrize("concurrency", [1, 3])
def test_no_more_threads_than_it_says_are_in_it_at_once_and_as_many_can_be(concurrency: int) -> None:
    component, together = Asked(concurrency), Barrier(concurrency)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: ask(component, together), range(6)))

    assert component.most == concurrency


def test_who_has_the_only_turn_may_take_it_again() -> None:
    component: Any = Asked(1)
    with turn(component), turn(component):
        assert component.now == 0
