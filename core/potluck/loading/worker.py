"""Loading files in a process of its own, so that a hostile or broken file can only break that process.

It is started here, and its time and memory are watched. pebble's pool (5.2) has deadlines and outlives crashes, but it
neither watches memory nor kills what a worker has started, so most of this module would stay beside it.
"""

from __future__ import annotations

import functools
import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from potluck import errors
from potluck.contracts import Config
from potluck.documents import Document, Page, Section, Source
from potluck.errors import DocumentLimit, LoaderCrashed, PotluckError, UnreadableDocument
from potluck.loading.regular_file import regular_size
from potluck.loading.worker_process import NETWORK, may_send
from potluck.plugins import Plugin

SECONDS = 20.0
SECONDS_PER_MIB = 2.0
MEMORY = 900 << 20
MEMORY_PER_BYTE = 20
"""The limits of a file: a fixed part, and a part that grows with its size."""

_LOOK = 0.05
_SECRET = re.compile("KEY|TOKEN|SECRET|PASSW|CREDENTIAL", re.IGNORECASE)


class Worker:
    """A process that loads files, started when it is first asked and again when it had to be stopped."""

    def __init__(self) -> None:
        """Nothing is started yet."""
        self._process: subprocess.Popen[bytes] | None = None
        self._network = False
        self._lines: queue.Queue[bytes] = queue.Queue()

    def load(
        self, plugin: Plugin, config: Config, source: Source, base: Path, folder: Path | None = None
    ) -> list[Document | Source]:
        """Load a file there; its attachments are written into ``folder``.

        Raises what the loader raised; ``DocumentLimit``, ``LoaderCrashed``.
        """
        size = regular_size(source.path)
        process = self._ensure_started(may_send(plugin, config))
        request = {
            "plugin": asdict(plugin),
            "config": _reveal_secrets(config),
            "source": source.name,
            "path": os.fsencode(source.path).hex(),
            "base": str(base),
            "folder": str(folder) if folder else None,
        }
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
        except BrokenPipeError:
            self.close()
            raise LoaderCrashed("its loader's process ended before it was asked; run again") from None
        return self._collect(process, SECONDS + SECONDS_PER_MIB * size / (1 << 20), MEMORY + MEMORY_PER_BYTE * size)

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is None:
            return
        _kill(process)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()

    def _ensure_started(self, network: bool) -> subprocess.Popen[bytes]:
        """The process; the network is open in it only for a loader that says to which host it sends."""
        if self._process is None or self._process.poll() is not None or self._network != network:
            self.close()
            self._network = network
            # -P: a file json.py in the user's folder must not be imported in place of the library's.
            command = [
                sys.executable,
                "-P",
                "-X",
                "utf8",
                "-m",
                "potluck.loading.worker_process",
                *([NETWORK] if network else []),
            ]
            self._process = _spawn(command)
            self._lines = queue.Queue()
            assert self._process.stdout is not None
            threading.Thread(target=_pump, args=(self._process.stdout, self._lines), daemon=True).start()
        return self._process

    def _collect(self, process: subprocess.Popen[bytes], seconds: float, memory: int) -> list[Document | Source]:
        found: list[Document | Source] = []
        deadline = time.monotonic() + seconds
        while True:
            try:
                line = self._lines.get(timeout=_LOOK)
            except queue.Empty:
                if time.monotonic() > deadline:
                    self.close()
                    raise DocumentLimit(f"it was not read within {seconds:.0f} seconds, and was given up") from None
                if resident(process.pid) > memory:
                    self.close()
                    raise DocumentLimit(
                        f"reading it takes more than {memory >> 20} MiB of memory; it was given up"
                    ) from None
                continue
            if not line:
                status = process.wait()
                self.close()
                raise LoaderCrashed(
                    f"its loader's process {_describe_status(status)}; run again, it may not have been the file"
                )
            message = json.loads(line)
            if "error" in message:
                raise _error(message["error"], message["reason"])
            if "attachment" in message:
                found.append(Source(message["attachment"], Path(message["path"])))
            elif "document" in message:
                found.append(_document(message["document"]))
            else:
                return found


def _spawn(command: list[str]) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, so that whatever it starts can be ended with it.

    Raises ``LoaderCrashed``.
    """

    def start() -> subprocess.Popen[bytes]:
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=_environment(), start_new_session=True
        )

    try:
        return _spawner().submit(start).result()
    except OSError as error:
        reason = error.strerror or str(error)
        raise LoaderCrashed(f"its loader's process could not be started ({reason}); run again") from error


@functools.cache
def _spawner() -> ThreadPoolExecutor:
    """A thread that lives as long as this process: Linux takes the end of the thread that started a process for the
    end of its parent."""
    return ThreadPoolExecutor(1, "potluck-spawner")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_spawner.cache_clear)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a process and what it has started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (AttributeError, OSError):  # Windows, and a process that has ended
        process.kill()


def _describe_status(status: int) -> str:
    if status >= 0:
        return f"ended by itself (exit status {status})"
    try:
        return f"was ended by a signal ({signal.Signals(-status).name})"
    except ValueError:
        return f"was ended by a signal ({-status})"


def _environment() -> dict[str, str]:
    """The environment without what looks like a secret: a parser of strangers' files has no use for keys."""
    return {name: value for name, value in os.environ.items() if not _SECRET.search(name)}


def _pump(pipe: IO[bytes], lines: queue.Queue[bytes]) -> None:
    """Pass lines on, then an empty one at the end of the stream."""
    try:
        for line in pipe:
            lines.put(line)
    except ValueError:  # closed by the parent
        pass
    lines.put(b"")


def resident(pid: int) -> int:
    """Bytes of memory that a process holds; 0 if the system does not tell."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _reveal_secrets(config: Config) -> dict[str, Any]:
    """Settings as JSON with their secrets, for the pipe to the worker only."""
    plain = config.model_dump(mode="json", by_alias=True)
    for name in config.secrets():
        plain[type(config).model_fields[name].alias or name] = _plain_secret(getattr(config, name))
    return plain


def _plain_secret(value: Any) -> Any:
    from pydantic import SecretStr

    if isinstance(value, dict):
        return {key: _plain_secret(inner) for key, inner in value.items()}
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def _error(name: str, reason: str) -> PotluckError:
    kind = getattr(errors, name, UnreadableDocument)
    return kind(reason) if isinstance(kind, type) and issubclass(kind, PotluckError) else UnreadableDocument(reason)


def _document(values: dict[str, Any]) -> Document:
    return Document(
        source=values["source"],
        text=values["text"],
        metadata=values["metadata"],
        sections=tuple(Section(*section) for section in values["sections"]),
        pages=tuple(Page(*page) for page in values["pages"]),
        losses=tuple(values["losses"]),
    )
