"""A proxy on loopback that does to requests what networks and services do to them.

It stands before a real server. Every request takes the next fault from the list, or is passed on as it is::

    with fault_proxy("http://127.0.0.1:8080") as proxy:
        proxy.faults[:] = [status(429, Retry_After="0.1"), reset, None, cut(200)]
        ask(proxy.url)
"""

from __future__ import annotations

import http.client
import json
import select
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, TypeAlias
from urllib.parse import urlsplit

Fault: TypeAlias = Callable[["Exchange"], None]
"""What to do instead of passing a request on."""

_PATIENCE = 30.0
"""Seconds after which a fault that waits for the client ends by itself."""


@dataclass(frozen=True)
class Reply:
    """What the real server answered."""

    status: int
    kind: str
    body: bytes


@dataclass
class FaultProxy:
    """What the proxy shall do, and what it has seen.

    ``requests`` counts what came, ``passed`` what the real server was asked; ``bodies`` and ``headers`` are those of
    the requests in their order. With ``remembers`` the server is asked once, and equal requests get the same answer.
    ``hung_up`` is set when a client goes away while it is being answered.
    """

    target: str
    faults: list[Fault | None] = field(default_factory=list)
    remembers: bool = False
    requests: int = 0
    passed: int = 0
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    hung_up: threading.Event = field(default_factory=threading.Event)
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)
    memory: dict[bytes, Reply] = field(default_factory=dict)

    def take(self, body: bytes, headers: Mapping[str, str]) -> Fault | None:
        """Note a request, and say what to do with it."""
        with self.lock:
            self.requests += 1
            self.bodies.append(body)
            self.headers.append({name.lower(): value for name, value in headers.items()})
            return self.faults.pop(0) if self.faults else None


@contextmanager
def fault_proxy(target: str, path: str = "/v1", *, remembers: bool = False) -> Iterator[FaultProxy]:
    """Run a proxy before the server at ``target`` (``http://host:port``)."""
    proxy = FaultProxy(target, remembers=remembers)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Exchange,), {"proxy": proxy}))
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


class Exchange(BaseHTTPRequestHandler):
    """One request and what becomes of it."""

    proxy: FaultProxy
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    body = b""

    def handle_one_request(self) -> None:
        """Take the next request of a connection, if the client does not go away before."""
        try:
            super().handle_one_request()
        except ConnectionError:
            self.close_connection = True

    def do_CONNECT(self) -> None:
        """Refuse to be a proxy of another kind, and note what was asked."""
        self.proxy.take(self.path.encode(), self.headers)
        self.respond(502, b"", {})

    def do_POST(self) -> None:
        """Do the next fault, or pass the request on."""
        self.body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        fault = self.proxy.take(self.body, self.headers)
        try:
            if fault is not None:
                fault(self)
            elif self.proxy.remembers:
                reply = self.forward()
                self.respond(reply.status, reply.body, {"Content-Type": reply.kind})
            else:
                self.relay()
        except (BrokenPipeError, ConnectionResetError):
            self.proxy.hung_up.set()
            self.close_connection = True

    def forward(self) -> Reply:
        """Ask the real server, and take its whole answer."""
        key = self.path.encode() + b"\n" + self.body
        if self.proxy.remembers and key in self.proxy.memory:
            return self.proxy.memory[key]
        connection = self._asked()
        try:
            answer = connection.getresponse()
            reply = Reply(answer.status, answer.headers.get("Content-Type", "application/json"), answer.read())
        finally:
            connection.close()
        return self.proxy.memory.setdefault(key, reply)

    def relay(self) -> None:
        """Ask the real server, and pass its answer on as it comes; hang up on it when the client does on us."""
        connection = self._asked()
        try:
            answer = connection.getresponse()
            self.begin(answer.status, {"Content-Type": answer.headers.get("Content-Type", "")}, "chunked")
            while block := answer.read1(65536):
                self.wfile.write(b"%x\r\n%b\r\n" % (len(block), block))
                if self.client_left(0):
                    raise BrokenPipeError
            self.wfile.write(b"0\r\n\r\n")
        finally:
            connection.close()

    def respond(self, code: int, body: bytes, headers: Mapping[str, str]) -> None:
        """Answer by ourselves."""
        self.begin(code, headers, len(body))
        self.wfile.write(body)

    def begin(self, code: int, headers: Mapping[str, str], length: int | Literal["chunked", "until the end"]) -> None:
        """Send status and headers."""
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        if isinstance(length, int):
            self.send_header("Content-Length", str(length))
        elif length == "chunked":
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.flush()

    def client_left(self, seconds: float) -> bool:
        """Wait so long at most for the client to go away."""
        readable, _, _ = select.select([self.connection], [], [], seconds)
        try:
            return bool(readable) and self.connection.recv(1, socket.MSG_PEEK) == b""
        except ConnectionResetError:
            return True

    def wait_for_the_client_to_leave(self) -> None:
        """Say nothing more."""
        if self.client_left(_PATIENCE):
            self.proxy.hung_up.set()
        self.close_connection = True

    def abort(self) -> None:
        """Reset the connection."""
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def log_message(self, *args: object) -> None:
        """Keep quiet."""

    def _asked(self) -> http.client.HTTPConnection:
        with self.proxy.lock:
            self.proxy.passed += 1
        address = urlsplit(self.proxy.target)
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
        connection.request("POST", self.path, self.body, headers)
        return connection


def status(code: int, body: str = '{"error": {"message": "injected"}}', **headers: str) -> Fault:
    """Answer with a status, and headers that are written with ``_`` for ``-``."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda exchange: exchange.respond(code, body.encode(), {"Content-Type": "application/json", **named})


def garbage(body: bytes, kind: str = "application/json", **headers: str) -> Fault:
    """Answer 200 with something that is no answer."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda exchange: exchange.respond(200, body, {"Content-Type": kind, **named})


def alter(change: Callable[[Any], Any]) -> Fault:
    """Pass the request on, and change the JSON of the answer."""

    def fault(exchange: Exchange) -> None:
        reply = exchange.forward()
        body = json.dumps(change(json.loads(reply.body))).encode()
        exchange.respond(reply.status, body, {"Content-Type": reply.kind})

    return fault


def reset(exchange: Exchange) -> None:
    """Reset the connection before the request gets anywhere."""
    exchange.abort()


def lose(exchange: Exchange) -> None:
    """Let the server do the work, and lose its answer."""
    exchange.forward()
    exchange.abort()


def stall(exchange: Exchange) -> None:
    """Say nothing."""
    exchange.wait_for_the_client_to_leave()


def stall_after(count: int) -> Fault:
    """Pass the request on, send so many bytes of the answer's body, and then nothing more."""

    def fault(exchange: Exchange) -> None:
        reply = exchange.forward()
        exchange.begin(reply.status, {"Content-Type": reply.kind}, len(reply.body))
        exchange.wfile.write(reply.body[:count])
        exchange.wfile.flush()
        exchange.wait_for_the_client_to_leave()

    return fault


def trickle(interval: float, part: Literal["headers", "body"]) -> Fault:
    """Send a byte now and then, and never come to an end."""

    def fault(exchange: Exchange) -> None:
        if part == "body":
            exchange.begin(200, {"Content-Type": "application/json"}, 1 << 20)
        else:
            exchange.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not exchange.client_left(interval):
            exchange.wfile.write(b"a")
            exchange.wfile.flush()
        exchange.proxy.hung_up.set()
        exchange.close_connection = True

    return fault


def cut(after: int, *, clean: bool = False, chunked: bool = False) -> Fault:
    """Pass the request on and end the answer's body after so many bytes; ``clean`` as if that were its end."""

    def fault(exchange: Exchange) -> None:
        reply = exchange.forward()
        part = reply.body[:after]
        length: Any = "until the end" if clean else "chunked" if chunked else len(reply.body)
        exchange.begin(reply.status, {"Content-Type": reply.kind}, length)
        exchange.wfile.write(b"%x\r\n%b\r\n" % (len(part), part) if chunked and part else part)
        exchange.wfile.flush()
        exchange.close_connection = True

    return fault
