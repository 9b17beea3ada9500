"""A command on a real terminal, and what a person sees there."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass
class Seen:
    """All that was sent to a terminal, with what steers it; ``lines`` are as they could be read one after another."""

    status: int
    raw: str

    @property
    def lines(self) -> list[str]:
        """Without repetitions of the line before."""
        plain = re.split(r"[\r\n]+", _CONTROL.sub("", self.raw))
        return [one.rstrip() for number, one in enumerate(plain) if one.strip() and one != plain[number - 1]]


@dataclass
class Terminal:
    """A pseudo terminal whose other end is read until it is closed."""

    columns: int = 80
    end: int = field(init=False)
    _ours: int = field(init=False)
    _read: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Open it."""
        self._ours, self.end = pty.openpty()
        fcntl.ioctl(self.end, termios.TIOCSWINSZ, struct.pack("HHHH", 40, self.columns, 0, 0))
        self._reader = threading.Thread(target=self._keep, daemon=True)
        self._reader.start()

    def close(self) -> str:
        """Close it; all that was sent to it."""
        os.close(self.end)
        self._reader.join(10)
        os.close(self._ours)
        return b"".join(self._read).decode("utf-8", "replace")

    def _keep(self) -> None:
        with contextlib.suppress(OSError):  # the other end is closed
            while piece := os.read(self._ours, 1 << 16):
                self._read.append(piece)


def run_on_terminal(
    *arguments: str, folder: Path, environment: Mapping[str, str] | None = None, columns: int = 80
) -> Seen:
    """Run ``potluck`` with its output on a terminal."""
    terminal = Terminal(columns)
    command: Sequence[str] = [sys.executable, "-m", "potluck", *arguments]
    done = subprocess.run(
        command,
        check=False,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=terminal.end,
        stderr=terminal.end,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": str(columns), **(environment or {})},
    )
    return Seen(done.returncode, terminal.close())
