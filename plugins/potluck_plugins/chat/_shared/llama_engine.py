"""llama.cpp's server in this process, spoken to over a socket that nobody else can reach.

Its bindings offer answers without a socket, but no token counts, and open a port all the same. So the one way in is a
Unix socket in a folder of this user alone; where Python knows none (Windows) a port of loopback with a key.
"""

from __future__ import annotations

import ctypes
import http.client
import json
import os
import secrets
import shutil
import signal
import socket
import tempfile
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from potluck.errors import ContextExceeded, ModelNotFound, RemoteError

BATCH = 64
"""Tokens of a prompt that are evaluated at once. What is kept of a prompt is a multiple of it, see ``Engine.keep``."""
_MAGIC = b"GGUF"
_LONGEST = 3600.0
_SIGACTION = 512
"""More bytes than ``struct sigaction`` has anywhere."""


class LlamaEngine:
    """One model. ``window`` is how many tokens of prompt and answer together it takes."""

    def __init__(self, path: Path, context: int, threads: int | None) -> None:
        """Load the model. Raises ``ModelNotFound`` for a file that llama.cpp cannot read."""
        if not is_gguf(path):
            raise ModelNotFound(f"{path} is not a GGUF file; the llama-cpp chat model reads no other")
        folder = tempfile.mkdtemp(prefix="potluck-llama-")
        self._clean = weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self._socket = Path(folder, "engine.sock")
        self._key = secrets.token_urlsafe(32)
        self._kept: list[int] = []
        self._open: set[http.client.HTTPConnection] = set()
        self._server = self._start_server(path, context, threads)
        # Any answer that goes through its main loop will do: an engine that is stopped before the loop runs hangs.
        self.window = int(self.ask("/slots")[0]["n_ctx"])

    def ask(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Post a body, or get; return the answer's JSON. Raises ``RemoteError`` or ``ContextExceeded``."""
        with self.open_response(path, body) as response:
            return json.loads(response.read())

    @contextmanager
    def open_response(self, path: str, body: Mapping[str, Any] | None = None) -> Iterator[http.client.HTTPResponse]:
        """The answer while it comes; leaving the block early ends the work."""
        connection = self._connection()
        self._open.add(connection)
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        try:
            connection.request("POST" if body else "GET", path, json.dumps(body).encode() if body else None, headers)
            response = connection.getresponse()
            with response:
                if response.status != http.HTTPStatus.OK:
                    raise _error_of(response.read())
                yield response
        except (OSError, http.client.HTTPException) as error:
            raise RemoteError(f"llama.cpp broke off: {type(error).__name__}: {error}; ask again") from error
        finally:
            self._open.discard(connection)
            connection.close()

    def tokens(self, prompt: str) -> list[int]:
        """The ids of a prompt, as the engine itself makes them of a chat."""
        body = {"content": prompt, "add_special": True, "parse_special": True}
        return list(self.ask("/tokenize", body)["tokens"])

    def keep(self, tokens: list[int]) -> int:
        """Keep what the prompt shares with the one before, and return how many tokens that is; evaluate nothing yet.

        The engine by itself would keep every shared token. But the figures of a token depend a little on how many are
        evaluated with it, so an answer would depend on what was asked before. Hence whole batches only, and none of
        the tokens that the model itself wrote.
        """
        shared = next((n for n, (a, b) in enumerate(zip(tokens, self._kept, strict=False)) if a != b), len(self._kept))
        kept = min(shared, len(tokens) - 1) // BATCH * BATCH
        self._kept = tokens
        if kept:
            # A token that does not belong there makes the engine forget all behind it.
            other = 0 if tokens[kept] else 1
            self.ask("/completion", {"prompt": [*tokens[:kept], other], "n_predict": 0, "cache_prompt": True})
        return kept

    def forget(self) -> None:
        """Keep nothing for the next prompt: what was computed token by token is not quite what a batch gives."""
        self._kept = []

    def stop(self) -> None:
        """End the engine's threads and what is still being answered."""
        for connection in list(self._open):
            connection.close()
        self._server = None
        self._clean()

    def _start_server(self, path: Path, context: int, threads: int | None) -> Any:
        from xllamacpp import CommonParams, Server

        parameters = CommonParams()
        parameters.model.path = str(path)
        parameters.hostnames = [str(self._socket) if hasattr(socket, "AF_UNIX") else "127.0.0.1"]
        parameters.port = 0
        parameters.api_keys = [self._key]
        parameters.n_ctx = context
        parameters.n_batch = parameters.n_ubatch = BATCH
        parameters.n_parallel = 1
        parameters.n_threads_http = 2
        parameters.cache_ram_mib = 0
        parameters.n_ctx_checkpoints = 0
        parameters.verbosity = -1
        parameters.ui = False
        parameters.offline = True
        parameters.warmup = False
        if threads is not None:
            parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = threads
        try:
            with _signals_kept():
                return Server(parameters)
        except RuntimeError as error:
            raise ModelNotFound(
                f"{path} could not be loaded by llama.cpp ({error}): the file is damaged or incomplete, its kind of "
                "model is newer than the package xllamacpp, or the memory does not hold it"
            ) from error

    def _connection(self) -> http.client.HTTPConnection:
        if hasattr(socket, "AF_UNIX"):
            return _Local(str(self._socket))
        address = urlsplit(str(self._server.listening_address))
        return http.client.HTTPConnection(address.hostname or "", address.port, timeout=_LONGEST)


class _Local(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=_LONGEST)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


@contextmanager
def _signals_kept() -> Iterator[None]:
    """Give interrupts back to Python: the engine takes them for itself when it starts."""
    if os.name != "posix":
        yield
        return
    libc = ctypes.CDLL(None)
    saved = {number: ctypes.create_string_buffer(_SIGACTION) for number in (signal.SIGINT, signal.SIGTERM)}
    for number, action in saved.items():
        libc.sigaction(int(number), None, action)
    try:
        yield
    finally:
        for number, action in saved.items():
            libc.sigaction(int(number), action, None)


def is_gguf(path: Path) -> bool:
    """Whether it is a file that begins as those of llama.cpp do."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def _error_of(body: bytes) -> Exception:
    try:
        error = json.loads(body)["error"]
        message = str(error["message"])
    except (ValueError, KeyError, TypeError):
        return RemoteError(f"llama.cpp gave no answer: {body[:200]!r}")
    if error.get("type") == "exceed_context_size_error":
        return ContextExceeded(message)
    return RemoteError(f"llama.cpp gave no answer: {message}")
