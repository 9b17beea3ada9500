"""What a signal raises, and the exit status that it gives.

Modules: ``potluck.cli.signals``.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from click.exceptions import Abort

from potluck.cli import signals


@pytest.fixture
def _as_at_the_start() -> Iterator[None]:
    """The signals do what they do in a new process."""
    numbers = (signal.SIGTERM, signal.SIGHUP)
    before = [signal.signal(number, signal.SIG_DFL) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.usefixtures("_as_at_the_start")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_raises_what_ctrl_c_raises_with_its_number(number: signal.Signals) -> None:
    signals.catch()
    with pytest.raises(KeyboardInterrupt) as ended:
        signal.raise_signal(number)
    assert isinstance(ended.value, signals.Ended)
    assert ended.value.number == number
    assert signals.status_of(ended.value) == 128 + number


@pytest.mark.usefixtures("_as_at_the_start")
def test_only_the_main_thread_catches_and_other_handlers_are_left_alone() -> None:
    thread = threading.Thread(target=signals.catch)
    thread.start()
    thread.join()
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL

    signal.signal(signal.SIGHUP, handler := lambda number, frame: None)
    signals.catch()
    assert signal.getsignal(signal.SIGHUP) is handler
    assert signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL


def test_a_status_is_told_of_the_signal_behind_what_click_raises() -> None:
    assert signals.status(signals.PIPE) == 141
    assert signals.status_of(KeyboardInterrupt()) == 130
    assert signals.status_of(Abort()) == 130
    aborted = Abort()
    aborted.__cause__ = signals.Ended(signal.SIGTERM)
    assert signals.status_of(aborted) == 143


def test_a_signal_that_the_caller_has_ignored_stays_ignored() -> None:
    code = "from potluck.cli import signals; import signal; signals.catch(); signal.raise_signal(signal.SIGHUP)"
    script = f"import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN); {code}"

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
