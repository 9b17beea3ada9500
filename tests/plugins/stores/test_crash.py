"""A store whose process is killed (``kill -9``) opens as it was before the commit, or as it is after it."""

from __future__ import annotations

import os
import random
import signal
import time

import pytest

from support.store_writer import Writer, progress
from support.stores import LOCAL

STEPS = 1000
OFTEN = ("exact", "faiss-flat")
"""Those that are killed on each change; the others are slow."""


def kill_at_random(writer: Writer, kills: int, longest: float) -> None:
    """Kill a child that works on, until so many kills have fallen into a commit; each checks what the one before left.

    One in four may die while it opens the store.
    """
    generator = random.Random(writer.kind)
    assert writer.run(1) == 0
    inside, number = 0, 0
    while inside < kills:
        number += 1
        writer.start(STEPS)
        if number % 4:
            writer.ready()
        time.sleep(generator.uniform(0, longest))
        os.kill(writer.child, signal.SIGKILL)
        assert writer.wait() == -signal.SIGKILL
        begun, done = progress(writer.log)
        inside += begun > done
    assert writer.run(1) == 0


RANDOM = {"exact": 0.15, "faiss-flat": 0.15, "faiss-hnsw": 0.15, "faiss-ivf": 0.2, "chroma": 0.3, "chroma-server": 0.2}
"""Seconds after which a child is killed at the latest: some commits of that store."""


@pytest.mark.parametrize(
    "writer",
    [pytest.param(kind, marks=() if kind in OFTEN else pytest.mark.slow) for kind in RANDOM],
    indirect=True,
)
def test_killed_at_random_moments(writer: Writer) -> None:
    kill_at_random(writer, 24, RANDOM[writer.kind])


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("writer", RANDOM, indirect=True)
def test_killed_at_hundreds_of_random_moments(writer: Writer) -> None:
    kill_at_random(writer, 300, RANDOM[writer.kind])


@pytest.mark.parametrize(
    "writer", [pytest.param(kind, marks=() if kind in OFTEN else pytest.mark.slow) for kind in LOCAL], indirect=True
)
def test_killed_before_each_change_to_the_file_system(writer: Writer) -> None:
    """What was not flushed by then is lost, as when the machine loses power."""
    kill_at_each_change(writer, tear=True)


@pytest.mark.slow
@pytest.mark.parametrize("writer", LOCAL, indirect=True)
def test_killed_before_each_change_with_nothing_lost(writer: Writer) -> None:
    kill_at_each_change(writer, tear=False)


def kill_at_each_change(writer: Writer, *, tear: bool) -> None:
    """One commit, killed before its first change to the file system, its second, and so on until it gets through."""
    assert writer.run(3) == 0
    status, stop = -signal.SIGKILL, 0
    while status == -signal.SIGKILL:
        stop += 1
        status = writer.run(1, stop, tear=tear)
    assert status == 0
    assert stop > 8, "a commit flushes files and folders, and replaces the manifest"
    assert writer.run(1) == 0
    assert len(list(writer.folder.glob("*/*"))) <= 3, "what the killed ones began is gone"
