"""Loading files in a process of its own, so that a hostile or broken file costs that process and nothing else.

``python -m potluck.stages.worker`` reads requests, a JSON line each, and answers with JSON lines. The parent watches
its time and memory.
"""

from __future__ import annotations

import json
import os
import queue
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from potluck import errors, plugins
from potluck.contracts import Config, Context, Loader
from potluck.documents import Document, Page, Section, Source
from potluck.egress import guard_process, silence_dependencies
from potluck.errors import DocumentLimit, PotluckError, UnreadableDocument
from potluck.plugins import Plugin

SECONDS = 20.0
SECONDS_PER_MIB = 2.0
MEMORY = 900 << 20
MEMORY_PER_BYTE = 20
"""What a file may take: so much, and so much more for its size."""

_LOOK = 0.05
_NETWORK = "--network"
_SECRET = re.compile("KEY|TOKEN|SECRET|PASSW|CREDENTIAL", re.IGNORECASE)


class Worker:
    """A process that loads files, started when it is first asked and again when it had to be stopped."""

    def __init__(self) -> None:
        """Nothing is started yet."""
        self._process: subprocess.Popen[bytes] | None = None
        self._network = False
        self._lines: queue.Queue[bytes] = queue.Queue()

    def load(self, plugin: Plugin, config: Config, source: Source, base: Path) -> list[Document]:
        """Load a file there. Raises what the loader raised, or ``DocumentLimit``."""
        process = self._started(_may_send(plugin, config))
        request = {
            "plugin": asdict(plugin),
            "config": _revealed(config),
            "source": source.name,
            "path": os.fsencode(source.path).hex(),
            "base": str(base),
        }
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
        except BrokenPipeError:
            self.close()
            raise UnreadableDocument("the loader's process ended before it was asked; try again") from None
        size = source.path.stat().st_size
        return self._collect(process, SECONDS + SECONDS_PER_MIB * size / (1 << 20), MEMORY + MEMORY_PER_BYTE * size)

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()

    def _started(self, network: bool) -> subprocess.Popen[bytes]:
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
                "potluck.stages.worker",
                *([_NETWORK] if network else []),
            ]
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_environment()
            )
            self._lines = queue.Queue()
            assert self._process.stdout is not None
            threading.Thread(target=_pump, args=(self._process.stdout, self._lines), daemon=True).start()
        return self._process

    def _collect(self, process: subprocess.Popen[bytes], seconds: float, memory: int) -> list[Document]:
        documents: list[Document] = []
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
                raise UnreadableDocument(f"it crashed its loader (exit status {status})")
            message = json.loads(line)
            if "error" in message:
                raise _error(message["error"], message["reason"])
            if "document" not in message:
                return documents
            documents.append(_document(message["document"]))


def _may_send(plugin: Plugin, config: Config) -> bool:
    sends_to = plugins.offer(plugin).sends_to
    return sends_to is not None and sends_to(config) is not None


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
    """Bytes of memory that a process holds; 0 where the system does not tell."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _revealed(config: Config) -> dict[str, Any]:
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


# In the worker's process


class NoModels:
    """Loaders have no use for models."""

    def fetch(self, model: str) -> Path:
        """Refuse."""
        raise UnreadableDocument(f"a loader asked for the model {model}")

    def folder(self, model: str) -> Path:
        """Refuse."""
        return self.fetch(model)


def run_loader(loader: Loader, source: Source) -> list[Document]:
    """Load a file, with everything a loader can raise turned into a ``PotluckError``."""
    try:
        return list(loader.load(source))
    except PotluckError:
        raise
    except RecursionError as error:
        raise DocumentLimit("it is nested too deeply") from error
    except MemoryError as error:
        raise DocumentLimit("reading it takes too much memory") from error
    except Exception as error:
        raise UnreadableDocument(f"it could not be read ({type(error).__name__}: {error})") from error


def _answer(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    plugin = Plugin(**request["plugin"])
    base = Path(request["base"])
    try:
        config = plugins.offer(plugin).config(**request["config"])
        context = Context(base=base, folder=base, models=NoModels(), network=_may_send(plugin, config))
        loader = plugins.make(plugin, config, context)
        assert isinstance(loader, Loader)
        source = Source(request["source"], Path(os.fsdecode(bytes.fromhex(request["path"]))))
        for document in run_loader(loader, source):
            yield {"document": _plain(document)}
    except PotluckError as error:
        yield {"error": type(error).__name__, "reason": str(error)}
    else:
        yield {"done": True}


def _plain(document: Document) -> dict[str, Any]:
    return {
        "source": document.source,
        "text": document.text,
        "metadata": dict(document.metadata),
        "sections": [[s.start, s.end, s.number, s.title, s.level] for s in document.sections],
        "pages": [[p.start, p.end, p.number] for p in document.pages],
        "losses": list(document.losses),
    }


def main() -> None:
    """Answer requests until the parent closes the pipe. What a library prints goes nowhere, and the network is shut
    unless the recipe names a host."""
    silence_dependencies()
    if _NETWORK not in sys.argv[1:]:
        guard_process("a loader has no use for the network")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    for line in sys.stdin.buffer:
        for message in _answer(json.loads(line)):
            answers.write(json.dumps(message, ensure_ascii=True, default=str).encode() + b"\n")
        answers.flush()


if __name__ == "__main__":
    main()
