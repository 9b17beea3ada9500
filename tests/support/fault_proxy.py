"""A proxy on loopback that does to requests what networks and services do to them."""

from __future__ import annotations

import http.client
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

Fault = Callable[["_Handler"], None]
"""What to do instead of passing a request on."""


@dataclass
class FaultProxy:
    """Passes requests to ``target``, except those for which a fault stands in ``faults`` (taken from the front)."""

    target: str
    faults: list[Fault | None] = field(default_factory=list)
    requests: int = 0
    passed: int = 0
    bodies: list[bytes] = field(default_factory=list)
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next_fault(self) -> Fault | None:
        with self.lock:
            self.requests += 1
            return self.faults.pop(0) if self.faults else None


@contextmanager
def fault_proxy(target: str, path: str = "/v1") -> Iterator[FaultProxy]:
    """Run a proxy before the server at ``target`` (``http://host:port``)."""
    proxy = FaultProxy(target)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(proxy))
    server.daemon_threads = True
    proxy.url = f"http://127.0.0.1:{server.server_port}{path}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def status(code: int, body: str = '{"error": {"message": "injected"}}', **headers: str) -> Fault:
    """Answer with a status."""

    def fault(handler: _Handler) -> None:
        handler.respond(code, body.encode(), {"Content-Type": "application/json", **_named(headers)})

    return fault


def reset(handler: _Handler) -> None:
    """Reset the connection."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


def stall(released: threading.Event) -> Fault:
    """Say nothing until ``released`` is set."""

    def fault(handler: _Handler) -> None:
        released.wait(30)
        handler.close_connection = True

    return fault


def garbage(body: bytes, kind: str = "application/json") -> Fault:
    """Answer 200 with something that is no answer."""

    def fault(handler: _Handler) -> None:
        handler.respond(200, body, {"Content-Type": kind})

    return fault


def cut(after: int, *, clean: bool = False) -> Fault:
    """Pass the request on and end the answer's body after so many bytes; ``clean`` as if that were its end."""

    def fault(handler: _Handler) -> None:
        code, headers, body = handler.forward()
        handler.send_response(code)
        handler.send_header("Content-Type", headers.get("Content-Type", "application/json"))
        if not clean:
            handler.send_header("Content-Length", str(len(body)))
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.wfile.write(body[:after])
        handler.wfile.flush()
        handler.close_connection = True

    return fault


class _Handler(BaseHTTPRequestHandler):
    proxy: FaultProxy
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        with self.proxy.lock:
            self.proxy.bodies.append(self.body)
        fault = self.proxy.next_fault()
        if fault is not None:
            fault(self)
            return
        code, headers, body = self.forward()
        self.respond(code, body, {"Content-Type": headers.get("Content-Type", "application/json")})

    def forward(self) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Ask the real server, and take its whole answer."""
        with self.proxy.lock:
            self.proxy.passed += 1
        address = urlsplit(self.proxy.target)
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
        connection.request("POST", self.path, self.body, headers)
        answer = connection.getresponse()
        try:
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def respond(self, code: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Keep quiet."""


def _handler(proxy: FaultProxy) -> type[_Handler]:
    return type("Handler", (_Handler,), {"proxy": proxy})


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def events_of(body: bytes) -> list[dict[str, object]]:
    """The events of a recorded stream."""
    lines = [line[6:] for line in body.decode().split("\n") if line.startswith("data: {")]
    return [json.loads(line) for line in lines]
