"""Fifty packages with plugins that nobody asked for, among them slow, broken and hostile ones."""

from __future__ import annotations

from pathlib import Path

from support.fake_plugins import install

COUNT = 50

_MARK = """
import os, pathlib
pathlib.Path(os.environ["STRESS_MARKS"], __name__).touch()
"""

_SPLITTER = """
import potluck
from potluck.contracts import Config, Splitter
from potluck.documents import Chunk

class Cutter(Splitter):
    def __init__(self, config, context): pass
    def split(self, document):
        text = document.text.strip()
        start = document.text.index(text)
        yield Chunk(start, start + len(text), text)

@potluck.hookimpl
def potluck_splitter():
    return potluck.Offer("cuts", Config, Cutter)
"""

HOSTILE = {
    "hangs": "import threading\nthreading.Event().wait()\n",
    "exits": "import os\nos._exit(0)\n",
    "leaves": "import sys\nsys.exit('bye')\n",
    "crashes": "import ctypes\nctypes.string_at(0)\n",
    "prints": "print('stray output')\n",
    "floods": "import sys\nsys.stderr.write('x' * (1 << 22))\n",
    "sends": "import socket\ntry:\n    socket.create_connection(('192.0.2.1', 80), 5)\nexcept Exception:\n    pass\n",
    "raises": "1 / 0\n",
}
"""What a module does when it is imported, by the name of its plugin."""


def module_of(name: str) -> str:
    """The module of a plugin."""
    return f"stress_{name.replace('-', '_')}"


def install_one(site: Path, package: str, name: str, first: str, **metadata: str) -> None:
    """A package with a splitter whose module leaves a mark when it is imported, and then does something."""
    code = _MARK + first + _SPLITTER
    install(site, package, {"potluck.splitters": {name: module_of(package)}}, {module_of(package): code}, **metadata)


def install_stress(site: Path) -> Path:
    """10 import torch when they are imported, 5 raise, 4 share two names, one hangs, one ends the process."""
    firsts = ["import torch\n"] * 10 + ["raise RuntimeError('no')\n"] * 5
    firsts += [HOSTILE[name] for name in ("hangs", "exits")]
    firsts += [""] * (COUNT - len(firsts))
    for number, first in enumerate(firsts):
        clashing = number >= COUNT - 4
        name = f"clash-{number % 2}" if clashing else f"stress-{number}"
        install_one(site, f"stress-package-{number}", name, first)
    return site


def install_hostile(site: Path) -> Path:
    """A package for each kind of harm."""
    for name, first in HOSTILE.items():
        install_one(site, f"hostile-{name}", name, first)
    return site
