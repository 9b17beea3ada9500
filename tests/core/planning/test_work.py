"""What a plan measures itself: how fast an embedder reads, and what was done while it counted.

Modules: ``potluck.planning.work``.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from potluck.contracts import Embedder
from potluck.durations import NO_TIME, Duration
from potluck.planning import work
from potluck.planning.work import duration_of, estimated_work, seconds_per_token, timed_work
from potluck.results.stages import PlannedWork


class Reading(Embedder):
    """Takes note of what it embeds; a character is a token."""

    dimensions, window = 2, None

    def __init__(self) -> None:
        self.calls = list[list[str]]()

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text) for text in texts]

    def embed_passages(self, texts: Sequence[str]) -> Any:
        self.calls.append([*texts])
        return np.tile(np.array([1.0, 0.0], dtype=np.float32), (len(texts), 1))

    def embed_queries(self, texts: Sequence[str]) -> Any:
        raise AssertionError("a plan measures how passages are read")


def test_an_embedder_is_timed_by_all_texts_after_one_that_is_not_counted() -> None:
    embedder, texts = Reading(), ["甲", "乙", "丙", "丁", "戊", "己"]

    found = seconds_per_token(embedder, texts)

    assert embedder.calls == [texts[:1], texts[:4], texts[4:]]
    assert 0 < found.low <= found.seconds <= found.high < 1


def test_it_is_timed_for_two_seconds_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "_SECONDS", 0.0)
    embedder = Reading()

    seconds_per_token(embedder, ["a"] * 99)

    assert len(embedder.calls) == 2
    assert 1 <= work._AT_ONCE < 16


def test_the_time_of_a_sample_is_shared_by_its_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock is read before the first text, around each call, and behind it."""
    times = iter([0.0, 10.0, 11.0, 11.0, 20.0, 21.0, 21.0])
    monkeypatch.setattr(work, "_SECONDS", 99.0)
    monkeypatch.setattr(work, "time", SimpleNamespace(perf_counter=lambda: next(times)))

    assert seconds_per_token(Reading(), ["a", "b", "cc", "dd", "ee"]) == Duration(2 / 8, 1 / 6, 1 / 2)


def test_what_was_done_is_told_where_there_was_something_to_do() -> None:
    assert [*timed_work("load", 0, 1.0, True)] == []
    assert [*timed_work("split", 3, 10.0, False)] == [PlannedWork("split", 3, False, 10.0, 9.0, 11.0, None)]
    assert [*timed_work("load", 1, 10.0, True)] == [PlannedWork("load", 1, True, 10.0, 9.0, 11.0, None)]


def test_work_that_is_estimated_is_still_to_do() -> None:
    assert estimated_work("embed", 5, Duration(3.0, 2.0, 4.0)) == PlannedWork("embed", 5, False, 3.0, 2.0, 4.0, None)
    assert estimated_work("answer", 5, NO_TIME, is_done=True).is_done


def test_how_long_a_part_takes_is_what_it_says_and_nothing_where_it_does_not() -> None:
    assert duration_of(PlannedWork("embed", 5, False, 3.0, 2.0, 4.0, None)) == Duration(3.0, 2.0, 4.0)
    assert duration_of(PlannedWork("answer", 5, False, None, None, None, "not known")) == NO_TIME
