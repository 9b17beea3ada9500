"""Fixtures for all tests."""

from __future__ import annotations

import gc
import itertools
import os
import re
import sys
from collections import Counter
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from support.samples import SAMPLES, data_folder

TESTS = Path(__file__).parent
NUMBERS = itertools.count()
RUN_PROGRAMS = ("packaging", "docs", "real", "benchmarks", "core/cli", "core/report")
"""Folders of tests most of which run a program: a command, an installer, a browser."""

# The machines are shared: a slow example is no failure, and a failure has to come again.
settings.register_profile("potluck", deadline=None, derandomize=True)
settings.load_profile("potluck")

if "PYTEST_XDIST_WORKER" in os.environ:
    # Tests that run at once share the processors: threads that wait by spinning would take them from the others.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is imported meanwhile stays: to look through all of it for garbage takes a second, and a fork that does so
    copies it. What pytest compiles is kept for the next run, as ``make test`` keeps the rest."""
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, False
    gc.disable()
    try:
        return (yield)
    finally:
        sys.dont_write_bytecode = before
        gc.collect()
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where tests run at once, files that take long come first, so that no process is left alone with one in the end:
    those that run programs, whose tests take seconds each, then those with many tests."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        tests = Counter(item.path for item in items)
        programs = tuple(TESTS / folder for folder in RUN_PROGRAMS)
        items.sort(key=lambda item: (not any(map(item.path.is_relative_to, programs)), -tests[item.path]))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data sets: whole ones where there are any, else the samples in ``tests/data``."""
    return data_folder()


@pytest.fixture(scope="session")
def whole_data(shared_data: Path) -> bool:
    """Whether ``shared_data`` holds the whole sets, which the figures in the tests were measured on."""
    return shared_data.resolve() != SAMPLES.resolve()


@pytest.fixture
def tmp_path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder that is named after the test. For pytest's own the names of all earlier ones are read each time,
    which takes milliseconds after thousands of tests."""
    name = re.sub(r"\W", "_", request.node.name)[:30]
    folder = tmp_path_factory.getbasetemp() / f"{name}-{next(NUMBERS)}"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture(scope="session", autouse=True)
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The workspaces of tests are none of the user's, whose runs they would be listed among."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session", autouse=True)
def network() -> Iterator[None]:
    """A guard stays for as long as its process, and would shut the network for the tests behind."""

    def refuse(reason: str) -> None:
        raise AssertionError(f"guard_process({reason!r}) in the tests' own process: see support.commands.invoke")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("potluck.egress.guard_process", refuse)
        yield
