"""Batches shrink where a service cannot take them, and one bad item costs no other its vector.

Modules: ``potluck.embedding.batches``.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from potluck.contracts import Vectors
from potluck.embedding.batches import Batches
from potluck.errors import PotluckError, RemoteError, RemoteTimeout, TextsRefused, UnusableVectors


class Service:
    """Gives a number as its vector, unless told otherwise; remembers what it was asked."""

    def __init__(
        self, bad: set[int] = frozenset(), most: int = 999, slow: int = 999, error: type = TextsRefused
    ) -> None:  # type: ignore[assignment]
        self.bad, self.most, self.slow, self.error = bad, most, slow, error
        self.asked: list[list[int]] = []
        self.notices: list[str] = []
        self.works = True
        self.probes = 0
        self._lock = threading.Lock()

    def __call__(self, items: Sequence[int]) -> Vectors:
        with self._lock:
            self.asked.append(list(items))
        if len(items) > self.slow:
            raise RemoteTimeout("no answer within 1 s")
        if len(items) > self.most or self.bad & set(items):
            raise self.error("answered 500")
        return np.array([[item] for item in items], np.float32)

    def probe(self) -> bool:
        self.probes += 1
        return self.works

    def ask(self, count: int, size: int = 8, at_once: int = 1, go_on: bool = True) -> tuple[list[int], list[int]]:
        """The items that have their vectors, and those that were refused."""
        batches = Batches[int](self, size, at_once, probe=self.probe, tell=self.notices.append, go_on=go_on)
        done: list[int] = []
        for items, vectors in batches.of(range(count)):
            assert vectors[:, 0].tolist() == list(items)
            done += items
        self.refused = batches.refused
        return done, [item for item, _ in batches.refused]


@given(st.integers(0, 60), st.sets(st.integers(0, 59), max_size=5), st.integers(1, 20), st.sampled_from([1, 3]))
def test_every_item_has_its_vector_once_or_is_refused(count: int, bad: set[int], size: int, at_once: int) -> None:
    service = Service({item for item in bad if item < count})

    done, refused = service.ask(count, size, at_once)

    assert sorted(done) == [item for item in range(count) if item not in service.bad]
    assert sorted(refused) == sorted(service.bad)


@pytest.mark.parametrize("error", [TextsRefused, UnusableVectors])
def test_a_bad_item_is_found_by_halving_and_the_rest_of_its_batch_is_asked_for_at_most_once_more_a_level(
    error: type[PotluckError],
) -> None:
    service = Service({5}, error=error)

    done, refused = service.ask(16)

    assert (len(done), refused) == (15, [5])
    assert isinstance(service.refused[0][1], error)
    assert service.asked == [[*range(8)], [0, 1, 2, 3], [4, 5, 6, 7], [4, 5], [4], [5], [6, 7], [*range(8, 16)]]
    assert (service.notices, service.probes) == ([], 0)


def test_a_service_that_answers_nothing_of_a_batch_is_probed_once() -> None:
    service = Service({*range(4)})

    assert service.ask(4) == ([], [0, 1, 2, 3])
    assert service.probes == 1


def test_two_batches_at_once_are_under_way_together() -> None:
    together = threading.Barrier(2, timeout=20)
    batches = Batches[int](
        lambda items: together.wait() * 0 + np.array([[item] for item in items], np.float32),
        size=1,
        at_once=2,
        probe=lambda: True,
        tell=print,
        go_on=True,
    )

    assert sorted(item for items, _ in batches.of(range(4)) for item in items) == [0, 1, 2, 3]


def test_without_consent_the_batch_of_a_refused_item_is_finished_and_no_other_begun() -> None:
    service = Service({1})

    done, refused = service.ask(16, size=4, go_on=False)

    assert (done, refused) == ([0, 2, 3], [1])


def test_a_batch_that_takes_too_long_is_halved_and_so_are_those_behind_it_and_people_are_told() -> None:
    service = Service(slow=2)

    done, _ = service.ask(24)

    assert done == [*range(24)]
    assert [len(items) for items in service.asked] == [8, 4, 2, 2, 4, 2, 2, *[2] * 8]
    assert len(service.notices) == 2
    assert "no answer within 1 s; 8 texts at once are too many, going on with 4 (batch_size: 4)" in service.notices[0]


def test_one_item_that_takes_too_long_is_an_error_after_what_was_answered() -> None:
    service = Service(slow=0)

    with pytest.raises(RemoteTimeout):
        service.ask(4)

    assert [len(items) for items in service.asked] == [4, 2, 1]


def test_a_size_that_is_refused_is_lowered_for_the_rest_and_people_are_told() -> None:
    service = Service(most=3)

    done, refused = service.ask(24)

    assert (done, refused) == ([*range(24)], [])
    assert [len(items) for items in service.asked] == [8, 4, 2, 2, 4, 2, 2, *[2] * 8]
    (notice,) = service.notices
    assert notice.endswith("8 texts at once are refused, and 2 are not: going on with that (batch_size: 2)")


def test_a_service_that_is_down_refuses_no_item() -> None:
    service = Service(most=0)
    service.works = False

    with pytest.raises(TextsRefused, match="answered 500"):
        service.ask(64)

    assert len(service.asked) == 4
    assert service.probes == 1


@pytest.mark.parametrize("at_once", [1, 4])
def test_another_error_ends_the_work_at_once(at_once: int) -> None:
    service = Service({9}, error=RemoteError)
    done: list[int] = []
    batches = Batches[int](service, 2, at_once, probe=service.probe, tell=service.notices.append, go_on=True)
    answers = batches.of(range(100))

    with pytest.raises(RemoteError, match="answered 500"):
        done.extend(item for items, _ in answers for item in items)

    assert set(range(8 if at_once == 1 else 2)) <= set(done)
    assert len(service.asked) < 20


@pytest.mark.parametrize("size", [0, 1])
def test_the_smallest_batch_is_one_item(size: int) -> None:
    service = Service()

    assert service.ask(3, size) == ([0, 1, 2], [])
    assert service.asked == [[0], [1], [2]]


@pytest.mark.parametrize("at_once", [1, 3])
def test_what_a_service_takes_at_once_is_found_and_told_once(at_once: int) -> None:
    service = Service(most=4)

    done, refused = service.ask(32, 8, at_once)

    assert (sorted(done), refused) == (list(range(32)), [])
    (notice,) = service.notices
    assert "8 texts at once are refused, and 4 are not: going on with that (batch_size: 4)" in notice
