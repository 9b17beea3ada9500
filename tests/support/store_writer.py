"""Writes to a store until it is killed: ``python -m support.store_writer``.

Takes tasks as lines of JSON. The process has all libraries imported and forks a child for each task, so that a kill
costs milliseconds. It answers with the child's process id, and with its exit status when it has ended; in between the
child says "ready" when it begins to write.

What step ``n`` does follows from ``n`` alone, so the state after it is known. A child first reads in its log how far
the others before it came, opens the store, and demands the state after the last step that was finished or, if a step
was under way, after that one. Then it goes on.
"""

from __future__ import annotations

import importlib
import json
import os
import random
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from potluck import plugins
from potluck.contracts import VectorStore
from support.stores import LOCAL, Kind, unit, units

IDS = [f"識別{number:03d}" for number in range(120)]
WRONG = 3
"""Exit status of a child that found what should not be there."""


def changes(step: int) -> tuple[list[str], list[str]]:
    """The ids that a step deletes, and those that it adds or replaces."""
    if step == 1:
        return [], IDS[:100]
    chosen = random.Random(step).sample(IDS, 12)
    return chosen[:4], chosen[4:]


def state(step: int) -> dict[str, str]:
    """What the store holds after a step: the seed of each id's vector."""
    held: dict[str, str] = {}
    for number in range(1, step + 1):
        deleted, added = changes(number)
        for given in deleted:
            held.pop(given, None)
        held.update({given: f"{given} {number}" for given in added})
    return held


def do(store: VectorStore, step: int) -> None:
    """One step, with its commit."""
    deleted, added = changes(step)
    store.delete(deleted)
    store.add(added, units([f"{given} {step}" for given in added]))
    store.commit()


def is_after(store: VectorStore, step: int) -> bool:
    """Whether the store is as it has to be after a step."""
    held = state(step)
    return store.ids() == held.keys() and store.count() == len(held) and not wrong(store, held, held)


def wrong(store: VectorStore, before: dict[str, str], after: dict[str, str]) -> list[str]:
    """The ids whose score is neither that of the vector before nor that of the vector after."""
    found = []
    for question in ("one", "two"):
        query = unit(question)
        hits = store.search(query, store.count())
        if len(hits.ids) < 0.9 * len(before.keys() & after.keys()):
            found.append(f"only {len(hits.ids)} found")
        for given, score in zip(hits.ids, hits.scores, strict=True):
            expected = [float(unit(held[given]) @ query) for held in (before, after) if given in held]
            if not any(abs(score - value) < 1e-5 for value in expected):
                found.append(given)
    return found


def progress(log: Path) -> tuple[int, int]:
    """The last step that was begun, and the last that was done."""
    lines = [line.split() for line in log.read_text().splitlines()] if log.exists() else []
    return tuple(max((int(n) for what, n in lines if what == key), default=0) for key in ("begin", "done"))  # type: ignore[return-value]


def work(task: dict[str, Any]) -> int:
    """What a child does; returns its exit status."""
    kind = Kind("chroma", {"host": "127.0.0.1", "port": task["port"]}) if task["port"] else LOCAL[task["kind"]]
    log = Path(task["log"])
    begun, done = progress(log)
    with kind.opened(Path(task["folder"])) as store, log.open("ab", buffering=0) as file:
        if is_after(store, begun):
            at = begun
        elif is_after(store, done) or (kind.is_server and partly(store, done, begun)):
            at = done
        else:
            held = state(done)
            print(f"begun {begun}, done {done}: {len(store.ids() ^ held.keys())} ids differ", file=sys.stderr)
            return WRONG
        file.write(b"done %d\n" % at)
        print("ready\n", end="", flush=True)
        for step in range(at + 1, at + 1 + task["steps"]):
            file.write(b"begin %d\n" % step)
            if task["stop"]:
                stop_before(task["stop"], tear=task["tear"])
            do(store, step)
            file.write(b"done %d\n" % step)
    return 0


def partly(store: VectorStore, done: int, begun: int) -> bool:
    """Whether the store is between two steps: no id has a wrong vector, and what both states have is there."""
    before, after, ids = state(done), state(begun), store.ids()
    return before.keys() & after.keys() <= ids <= before.keys() | after.keys() and not wrong(store, before, after)


def stop_before(count: int, *, tear: bool) -> None:
    """End this process before the ``count``-th change to the file system from now on.

    With ``tear`` files that were written and not flushed lose their second half: it need not have reached the disk.
    """
    left, flush = count, os.fsync
    unflushed: set[str] = set()

    def one_less() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            for path in unflushed if tear else ():
                if os.path.isfile(path):
                    os.truncate(path, os.path.getsize(path) // 2)
            os.kill(os.getpid(), signal.SIGKILL)

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR):
            one_less()
            unflushed.add(os.path.abspath(arguments[0]))
        elif event in ("os.rename", "os.mkdir", "os.remove", "os.rmdir"):
            one_less()
            if event == "os.rename" and os.path.abspath(arguments[0]) in unflushed:
                unflushed.add(os.path.abspath(arguments[1]))

    def fsync(handle: int) -> None:
        one_less()
        flush(handle)
        now = os.fstat(handle)
        unflushed.difference_update([p for p in unflushed if os.path.exists(p) and os.path.samestat(os.stat(p), now)])

    os.fsync = fsync
    sys.addaudithook(audit)


def main() -> None:
    """Serve tasks until the input ends."""
    plugin = sys.argv[1].partition("-")[0]
    offer = plugins.offer(plugins.find("store", plugin))
    for name in offer.requires:
        importlib.import_module(name)
    for line in sys.stdin:
        told, tell = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(tell)
            os.read(told, 1)  # to the end: the parent's line comes first
            os.close(told)
            try:
                status = work(json.loads(line))
            except BaseException:
                import traceback

                traceback.print_exc()
                status = 1
            sys.stderr.flush()
            os._exit(status)
        os.close(told)
        print(f"{child}\n", end="", flush=True)
        os.close(tell)
        print(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n", end="", flush=True)


@dataclass
class Writer:
    """The other end: such a process. Its children go on with each other's work in one folder."""

    kind: str
    folder: Path
    port: int | None = None
    process: subprocess.Popen[str] = field(init=False)
    child: int = 0

    def __post_init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "support.store_writer", self.kind],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )

    @property
    def log(self) -> Path:
        return self.folder.with_suffix(".log")

    def start(self, steps: int, stop: int = 0, *, tear: bool = False) -> None:
        task = {"kind": self.kind, "port": self.port, "folder": str(self.folder), "log": str(self.log)}
        print(
            json.dumps({**task, "steps": steps, "stop": stop, "tear": tear}),
            file=self._pipe(self.process.stdin),
            flush=True,
        )
        self.child = int(self._answer())

    def wait(self) -> int:
        """The exit status of the child, negative for a signal."""
        answer = self._answer()
        return int(answer if answer != "ready" else self._answer())

    def ready(self) -> None:
        """Wait until the child has checked what is there, and begins to write."""
        assert self._answer() == "ready"

    def run(self, steps: int, stop: int = 0, *, tear: bool = False) -> int:
        self.start(steps, stop, tear=tear)
        return self.wait()

    def close(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self._pipe(self.process.stdin).close()
        self._pipe(self.process.stdout).close()
        self.process.wait()

    def _answer(self) -> str:
        return self._pipe(self.process.stdout).readline().strip()

    @staticmethod
    def _pipe(pipe: IO[str] | None) -> IO[str]:
        assert pipe is not None
        return pipe


if __name__ == "__main__":
    main()
