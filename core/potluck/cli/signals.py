"""Signals that ask a command to end: each ends it as Ctrl-C does, with what was finished kept, and its own status."""

from __future__ import annotations

import signal
import threading
from types import FrameType

PIPE = 13
"""The number of SIGPIPE, which Windows does not name."""

_ENDING = ("SIGTERM", "SIGHUP")


class Ended(KeyboardInterrupt):
    """A signal other than Ctrl-C's asked the command to end. Whatever cleans up after Ctrl-C does so after it."""

    def __init__(self, number: int) -> None:
        """``number`` is the signal's."""
        super().__init__(number)
        self.number = number


def catch() -> None:
    """Let the signals raise ``Ended``, unless whoever started this process has them ignored, as nohup does."""
    if threading.current_thread() is not threading.main_thread():
        return
    for name in _ENDING:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _end)


def status(number: int) -> int:
    """The exit status that shells give to what a signal ended."""
    return 128 + number


def status_of(error: BaseException) -> int:
    """The exit status for an interruption: ``Ended``, ``KeyboardInterrupt``, or click's ``Abort`` for one of them."""
    ended = next((one for one in (error, error.__cause__) if isinstance(one, Ended)), None)
    return status(ended.number if ended is not None else signal.SIGINT)


def _end(number: int, frame: FrameType | None) -> None:
    raise Ended(number)
