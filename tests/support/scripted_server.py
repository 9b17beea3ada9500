"""A server on loopback that answers as a test says, and writes down what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias

Body: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """What is sent back."""

    body: bytes
    status: int = 200
    kind: str = "application/json"


Answer: TypeAlias = Callable[[Body], Reply]


@dataclass
class Scripted:
    """A running server: ``answer`` may be exchanged, ``asked`` are the bodies of the requests in their order."""

    answer: Answer
    url: str = ""
    asked: list[Body] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


def told(body: object, status: int = 200) -> Reply:
    """JSON."""
    return Reply(json.dumps(body).encode(), status)


def refused(status: int, message: str, **more: object) -> Reply:
    """An error in OpenAI's form."""
    return told({"error": {"message": message, **more}}, status)


def chat(message: Body, finish: Any = "stop", *, cut: int = 5, **more: object) -> Answer:
    """An answer, whole or as a stream whose texts are cut into so many characters."""
    usage = {"prompt_tokens": 50, "completion_tokens": 20}

    def answer(asked: Body) -> Reply:
        head = {"id": "x", "model": asked["model"], **more}
        if not asked.get("stream"):
            return told(
                {"usage": usage, **head, "choices": [{"index": 0, "message": message, "finish_reason": finish}]}
            )
        deltas = [*_deltas(message, cut)]
        events: list[Body] = [{"choices": [{"index": 0, "delta": one, "finish_reason": None}]} for one in deltas]
        events += [{"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]}, {"choices": [], "usage": usage}]
        lines = "".join(f"data: {json.dumps(event | head)}\n\n" for event in events)
        return Reply(f"{lines}data: [DONE]\n\n".encode(), kind="text/event-stream")

    return answer


def _deltas(message: Body, cut: int) -> Iterator[Body]:
    """Thoughts come before the answer."""
    for name, value in sorted(message.items(), key=lambda pair: pair[0] == "content"):
        if isinstance(value, str):
            yield from ({name: value[at : at + cut]} for at in range(0, len(value), cut))
        elif value is not None:
            yield {name: value}


def embeddings(change: Callable[[list[Body]], Any] = lambda rows: rows, dimensions: int = 4) -> Answer:
    """Vectors that tell texts apart; ``change`` gets the rows of an answer."""

    def answer(asked: Body) -> Reply:
        rows: list[Body] = [
            {
                "index": number,
                "embedding": [1.0, *(float(ord(c) % 17) for c in text.ljust(dimensions)[-dimensions + 1 :])],
            }
            for number, text in enumerate(asked["input"])
        ]
        return told({"data": change(rows)})

    return answer


@contextmanager
def scripted_server(answer: Answer) -> Iterator[Scripted]:
    """Run it."""
    running = Scripted(answer)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"running": running}))
    server.daemon_threads = True
    running.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    running: Scripted
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.running.lock:
            self.running.asked.append(asked)
        reply = self.running.answer(asked)
        try:
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.kind)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)
        except ConnectionError:
            self.close_connection = True

    def log_message(self, *args: object) -> None:
        """Keep quiet."""
