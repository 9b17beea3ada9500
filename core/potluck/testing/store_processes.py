"""The rules of vector stores that take more than one process: killed while they write, read while another writes."""

from __future__ import annotations

import multiprocessing
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

from potluck.testing.kit import Skipped, Subject, need, rule, subject
from potluck.testing.store import NEAR, ids, open_collection, unit_vectors

_PATIENCE = 60.0
"""Seconds that a process may take for a step."""
_KILLS = 4
_READS = 6
_Say: TypeAlias = Callable[[str], None]
"""Tells something to the process that began this one."""


@dataclass(frozen=True, slots=True)
class _Other:
    """Another process, and the end of a pipe at which is heard what it says."""

    process: Any
    ear: Any

    def says(self, wanted: str) -> None:
        """Wait until it says something. Breaks the rule if that is something else."""
        need(self.ear.poll(_PATIENCE), f"another process says nothing for {_PATIENCE:.0f} s")
        try:
            said = self.ear.recv()
        except EOFError:
            said = "the process ended"
        need(said == wanted, f"in another process: {said}")


@contextmanager
def _other(tested: Subject, work: Callable[[Subject, _Say], None]) -> Iterator[_Other]:
    """Another process at work, which is killed in the end.

    It is a fresh one where the plugin is installed: what a store has running does not survive a fork.
    """
    if not tested.plugin and not hasattr(os, "fork"):
        raise Skipped("it is not installed, so that no other process can make it")
    context: Any = multiprocessing.get_context("spawn" if tested.plugin else "fork")
    made = (tested.plugin, tested.folder, dict(tested.settings)) if tested.plugin else tested
    ear, mouth = context.Pipe(duplex=False)
    process = context.Process(target=_do, args=(work, made, mouth), daemon=True)
    process.start()
    mouth.close()
    try:
        yield _Other(process, ear)
    finally:
        process.kill()
        process.join()
        process.close()
        ear.close()


def _do(work: Callable[[Subject, _Say], None], made: Any, mouth: Any) -> None:
    try:
        work(made if isinstance(made, Subject) else subject("store", *made), mouth.send)
    except BaseException as error:
        mouth.send(f"{type(error).__name__}: {error}")


def _state(number: int) -> dict[str, Any]:
    """Two states in turn: other ids in another order, and for those that are in both other vectors."""
    names = [*ids(180)[60 * (number % 2) :]][:120]
    return dict(zip(names[:: -1 if number % 2 else 1], unit_vectors(120, seed=40 + number % 2), strict=True))


def _become(store: Any, number: int) -> None:
    import numpy as np

    new, old = _state(number), _state(number + 1)
    store.delete([name for name in old if name not in new])
    store.add(list(new), np.stack(list(new.values())))


def _need_whole(store: Any, when: str) -> None:
    """Every id has to have the vector of one of the states."""
    states = [_state(0), _state(1)]
    need(store.ids() <= states[0].keys() | states[1].keys(), f"{when} there are ids that nobody added")
    for query in unit_vectors(4, seed=50):
        hits = store.search(query, 200)
        for name, score in zip(hits.ids, hits.scores, strict=True):
            right = any(name in state and abs(float(state[name] @ query) - score) <= NEAR for state in states)
            need(right, f"{when} {name} has a wrong vector, with the score {score:.4f}")


def _make_store(tested: Subject) -> None:
    store = open_collection(tested)
    _become(store, 0)
    store.commit()
    store.close()


@rule("store", "killed-before-a-commit")
def check_kill(subject: Subject) -> None:
    """Killed between adding and the commit, it opens as it was, or lacks some ids; no vector is wrong."""
    _make_store(subject)
    with _other(subject, _add) as other:
        other.says("added")
    store = open_collection(subject)
    _need_whole(store, "after the kill")
    _need_goes_on(store)


def _add(tested: Subject, say: _Say) -> None:
    store = open_collection(tested)
    _become(store, 1)
    say("added")
    time.sleep(_PATIENCE)


@rule("store", "killed-in-a-commit")
def check_kill_in_commit(subject: Subject) -> None:
    """Killed while it commits, it opens as it was or should become, or lacks some ids; no vector is wrong."""
    _make_store(subject)
    chances = random.Random(0)  # noqa: S311  (no secret)
    for _ in range(_KILLS):
        with _other(subject, _commit) as other:
            other.says("commits")
            time.sleep(chances.random() / 50)
        store = open_collection(subject)
        _need_whole(store, "after a kill")
        store.close()
    _need_goes_on(open_collection(subject))


def _commit(tested: Subject, say: _Say) -> None:
    store = open_collection(tested)
    for number in range(1, 1000):
        _become(store, number)
        say("commits")
        store.commit()


def _need_goes_on(store: Any) -> None:
    """It can be filled again."""
    _become(store, 0)
    store.commit()
    need(store.ids() == _state(0).keys(), "filled again it holds other ids")
    store.close()


@rule("store", "other-processes-read")
def check_readers(subject: Subject) -> None:
    """Another process that opens it while it is written to sees the state of one commit, never half of one."""
    _make_store(subject)
    with _other(subject, _read) as other:
        store = open_collection(subject)
        for number in range(1, _READS + 1):
            other.says("read")
            for more in (0, 1, 2):
                _become(store, number + more)
                store.commit()
        store.close()


def _read(tested: Subject, say: _Say) -> None:
    while True:
        store = open_collection(tested)
        held = store.ids()
        need(held in (_state(0).keys(), _state(1).keys()), f"it sees {len(held)} ids, half of a commit")
        _need_whole(store, "for a reader")
        store.close()
        say("read")
