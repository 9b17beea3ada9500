"""Running the command line as people do: in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys


def potluck(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What a command printed and how it ended; ``environment`` adds variables."""
    return subprocess.run(
        [sys.executable, "-m", "potluck", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, **environment},
        check=False,
        timeout=200,
    )
