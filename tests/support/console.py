"""Console blocks of pages: the commands, and whether what they print is what the page shows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)


def sessions(text: str) -> Iterator[tuple[str, list[str]]]:
    """Every command of the console blocks of a page with the lines that the page shows for it."""
    for block in _BLOCK.findall(text):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *shown = part.rstrip("\n").split("\n")
            yield command, shown


def check_shown(printed: str, shown: Sequence[str], where: str) -> None:
    """The lines have to be printed in that order; ``...`` stands for anything, alone for any lines."""
    position = 0
    for line in shown:
        if line.strip() == "...":
            continue
        wanted = re.compile("^" + ".*".join(re.escape(piece) for piece in line.split("...")) + "$", re.MULTILINE)
        found = wanted.search(printed, position)
        assert found, f"{where}: no line {line!r} in\n{printed}"
        position = found.end()
