"""Reading files in a process of its own, which may hang, crash or litter without harm to the test."""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

from potluck.documents import Attachment, Document, Source
from potluck.errors import DocumentError, MissingDependency
from potluck.loading.worker import MEMORY, SECONDS, resident
from potluck.testing.kit import Skipped, Subject, need
from potluck.testing.quiet import refuse_connections

T = TypeVar("T")

_PROPER = (DocumentError, MissingDependency)
"""What a loader may raise. A package that is not installed is not a fault of the file: it can be read when it is."""

_LOOK = 0.05
_OPEN = Path("/proc/self/fd")
FILES = "files"
"""The folder of the files that are read, beside the component's own."""


@dataclass(frozen=True, slots=True)
class ReadResult:
    """The result of a file: its documents; or the class of an error, whether a loader may raise it, and its text.

    ``hosts`` are those it tried to reach, ``held`` the files that were left open.
    """

    documents: tuple[Any, ...] = ()
    error: str = ""
    proper: bool = True
    reason: str = ""
    hosts: tuple[str, ...] = ()
    held: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All extracted text, without white space."""
        return without_space(" ".join(str(getattr(one, "text", "")) for one in self.documents))

    @property
    def losses(self) -> tuple[str, ...]:
        """The losses that the documents report."""
        return tuple(loss for one in self.documents for loss in getattr(one, "losses", ()))


@dataclass(frozen=True, slots=True)
class _Failed:
    reason: str


def without_space(text: str) -> str:
    """A text without white space."""
    return "".join(text.split())


def read_isolated(subject: Subject, sources: Sequence[Source], labels: Iterable[object]) -> list[ReadResult]:
    """Read files, one after another, with one loader; a label says in messages which it is."""
    return list(run_isolated(subject, lambda loader: (_read_one(loader, one) for one in sources), labels))


def _read_one(loader: Any, source: Source) -> ReadResult:
    """Read a file and catch every error. Runs in the new process."""
    with refuse_connections() as hosts:
        try:
            found = ReadResult(tuple(map(as_picklable, documents_of(loader, source))))
        except BaseException as error:  # even sys.exit
            found = ReadResult((), type(error).__name__, isinstance(error, _PROPER), str(error))
    return replace(found, hosts=tuple(hosts), held=tuple(open_files(source.path.parent)))


def documents_of(loader: Any, source: Source) -> Iterator[Any]:
    """What a loader yields for a file, but the files within it: other loaders read those."""
    return (one for one in loader.load(source) if not isinstance(one, Attachment))


def as_picklable(document: Any) -> Any:
    """A document that can be sent to another process: its metadata may be a mapping that cannot."""
    return replace(document, metadata=dict(document.metadata)) if isinstance(document, Document) else document


def tells_open_files() -> bool:
    """Whether this system says which files a process has open."""
    return _OPEN.is_dir()


def open_files(folder: Path) -> list[str]:
    """The names of files in a folder that this process has open."""
    found = []
    for entry in os.listdir(_OPEN) if tells_open_files() else ():
        try:
            path = Path(os.readlink(_OPEN / entry))
        except OSError:  # the one that listed them
            continue
        if path.parent == folder.resolve():
            found.append(path.name)
    return found


def run_isolated(subject: Subject, work: Callable[[Any], Iterable[T]], labels: Iterable[object]) -> Iterator[T]:
    """The result of ``work`` for each label with a fresh loader, from a process of its own.

    Breaks the rule if a result takes more time or memory than a loader may take for one file, or if the process ends
    before the result is there.
    """
    if "fork" not in multiprocessing.get_all_start_methods():
        raise Skipped("this system cannot try a loader in a process of its own")
    fork = multiprocessing.get_context("fork")
    ours, theirs = fork.Pipe(duplex=False)
    process = fork.Process(target=_child, args=(subject, work, theirs))
    process.start()
    theirs.close()
    before = resident(process.pid or 0)
    try:
        for label in labels:
            result: T = _receive(ours, process, label, before)
            yield result
    finally:
        process.kill()
        process.join()
        ours.close()


def _receive(pipe: Connection, process: Any, label: object, before: int) -> Any:
    began = time.monotonic()
    while not pipe.poll(_LOOK):
        need(time.monotonic() - began < SECONDS, f"{label}: it takes more than {SECONDS:g} seconds")
        need(resident(process.pid) - before < MEMORY, f"{label}: it takes more than {MEMORY >> 20} MiB of memory")
    try:
        got = pipe.recv()
    except EOFError:
        process.join()
        raise AssertionError(f"{label}: the process ended (exit status {process.exitcode})") from None
    if isinstance(got, _Failed):
        raise AssertionError(f"{label}: {got.reason}")
    return got


def _child(subject: Subject, work: Callable[[Any], Iterable[Any]], pipe: Connection) -> None:
    """In the new process: work where a file written without a thought can be found, and print nothing."""
    faulthandler.disable()  # pytest's would tell of a crash on the terminal
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    for name in ("elsewhere", "temporary"):
        (subject.folder / name).mkdir(parents=True, exist_ok=True)
    os.chdir(subject.folder / "elsewhere")
    os.environ["TMPDIR"] = tempfile.tempdir = str(subject.folder / "temporary")
    try:
        for result in work(subject.make()):
            pipe.send(result)
    except Exception as error:
        pipe.send(_Failed(f"{type(error).__name__}: {error}"))
