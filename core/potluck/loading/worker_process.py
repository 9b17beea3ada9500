"""The process in which files are loaded: ``python -m potluck.loading.worker_process``.

It reads requests, a JSON line each, and answers with JSON lines.
"""

from __future__ import annotations

import ctypes
import json
import os
import queue
import re
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from potluck import errors, plugins
from potluck.contracts import Config, Context, Loader
from potluck.documents import Attachment, Document, Source
from potluck.egress import guard_process, silence_dependencies
from potluck.errors import (
    ContractBroken,
    DocumentLimit,
    LoaderCrashed,
    MissingDependency,
    PotluckError,
    UnreadableDocument,
)
from potluck.loading.machine_failures import machine_failure
from potluck.plugins import Plugin

_EXTENSION = re.compile(r"[^\w.]")

NETWORK = "--network"
"""The argument with which the network stays open."""


def may_send(plugin: Plugin, config: Config) -> bool:
    """Whether a loader says that it sends to a host."""
    sends_to = plugins.offer(plugin).sends_to
    return sends_to is not None and sends_to(config) is not None


class NoModels:
    """Loaders have no use for models."""

    def fetch(self, model: str) -> Path:
        """Refuse."""
        raise UnreadableDocument(f"a loader asked for the model {model}")

    def folder(self, model: str) -> Path:
        """Refuse."""
        return self.fetch(model)


def run_loader(loader: Loader, source: Source, folder: Path | None = None) -> list[Document | Source]:
    """Load a file, with everything a loader can raise turned into a ``PotluckError``.

    Attachments are written into ``folder``, each as a file of its own.
    """
    try:
        return [_write_attachment(one, number, folder) for number, one in enumerate(loader.load(source))]
    except UnreadableDocument as error:
        failure = machine_failure(error, source.path)
        if failure is None:
            raise
        raise failure from error
    except PotluckError:
        raise
    except RecursionError as error:
        raise DocumentLimit("it is nested too deeply") from error
    except ImportError as error:
        raise MissingDependency(f"its loader needs what cannot be imported here ({error}); install it") from error
    except SystemExit as error:
        raise LoaderCrashed(f"its loader asked to end the program (exit status {error.code})") from error
    except Exception as error:
        fault = UnreadableDocument(f"it could not be read ({type(error).__name__}: {error})")
        raise machine_failure(error, source.path) or fault from error


def _write_attachment(found: Document | Attachment, number: int, folder: Path | None) -> Document | Source:
    if isinstance(found, Document):
        return found
    if folder is None:
        raise ContractBroken(f"its loader hands on {found.name} without saying so (hands_on)")
    path = folder / f"{number}{_EXTENSION.sub('', PurePosixPath(found.name).suffix)[:16]}"
    path.write_bytes(found.content)
    return Source(found.name, path)


def _answer(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    plugin = Plugin(**request["plugin"])
    base = Path(request["base"])
    try:
        config = plugins.offer(plugin).config(**request["config"])
        context = Context(base=base, folder=base, models=NoModels(), network=may_send(plugin, config))
        loader = plugins.make(plugin, config, context)
        assert isinstance(loader, Loader)
        source = Source(request["source"], Path(os.fsdecode(bytes.fromhex(request["path"]))))
        folder = request["folder"]
        for found in run_loader(loader, source, Path(folder) if folder else None):
            yield {"document": _plain(found)} if isinstance(found, Document) else _describe_attachment(found)
    except PotluckError as error:
        yield {"error": _class_here(error), "reason": str(error)}
    else:
        yield {"done": True}


def _describe_attachment(source: Source) -> dict[str, Any]:
    return {"attachment": source.name, "path": str(source.path)}


def _class_here(error: PotluckError) -> str:
    """The name of the error's class, or of the nearest one above it that the other process has."""
    return next(one.__name__ for one in type(error).__mro__ if one.__module__ == errors.__name__)


def _plain(document: Document) -> dict[str, Any]:
    return {
        "source": document.source,
        "text": document.text,
        "metadata": dict(document.metadata),
        "sections": [[s.start, s.end, s.number, s.title, s.level] for s in document.sections],
        "pages": [[p.start, p.end, p.number, p.label] for p in document.pages],
        "losses": list(document.losses),
    }


def main() -> None:
    """Answer requests until the parent closes the pipe. What a library prints goes nowhere, and the network is shut
    unless the recipe names a host."""
    silence_dependencies()
    _end_with_parent()
    if NETWORK not in sys.argv[1:]:
        guard_process("a loader has no use for the network")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    for line in _requests():
        for message in _answer(json.loads(line)):
            answers.write(json.dumps(message, ensure_ascii=True, default=str).encode() + b"\n")
        answers.flush()


def _end_with_parent() -> None:
    """Have Linux kill this process when its parent dies, however busy it is (prctl(2), PR_SET_PDEATHSIG)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _requests() -> Iterator[bytes]:
    """The lines that the parent writes. When it has closed the pipe, as its death does, this process ends at once:
    not only after the file that is being read, wherever Python gets to run."""
    requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def watch() -> None:
        for line in sys.stdin.buffer:
            requests.put(line)
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()
    while True:
        yield requests.get()


if __name__ == "__main__":
    main()
