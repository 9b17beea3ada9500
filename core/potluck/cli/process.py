"""The command line as a process of its own."""

from __future__ import annotations

import atexit
import os
import sys
from typing import NoReturn

from potluck.cli import main


class _Ending:
    """The last exit handler: those registered later have been called before it."""

    def __init__(self) -> None:
        self.status: int | None = None

    def leave(self) -> None:
        """Exit without unloading torch, which takes seconds after everything was printed and closed.

        If the status is not known, or a stream cannot be written, the interpreter exits as usual.
        """
        if self.status is None or "torch" not in sys.modules:
            return
        try:
            for stream in (sys.stdout, sys.stderr):
                if stream is not None:
                    stream.flush()
        except (OSError, ValueError):
            return
        os._exit(self.status)


def run() -> NoReturn:
    """Run the command of this process, and end the process with its status."""
    ending = _Ending()
    atexit.register(ending.leave)
    try:
        main()
    except SystemExit as leaving:
        ending.status = leaving.code if isinstance(leaving.code, int) else None
        raise
