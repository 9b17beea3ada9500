"""The command line as a process of its own."""

from __future__ import annotations

import atexit
import os
import sys
from typing import NoReturn

from potluck.cli import main


class _Ending:
    """The last handler of the exit: whoever registers one later has been called before."""

    def __init__(self) -> None:
        self.status: int | None = None

    def leave(self) -> None:
        """End without unloading torch, which takes seconds after all was printed and closed.

        Where the status is not known, or a stream cannot be written, the interpreter ends as it always does.
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
