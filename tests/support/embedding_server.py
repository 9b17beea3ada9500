"""A real server on loopback that speaks OpenAI's protocol of embeddings, with an embedder of this process behind it."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from potluck.contracts import Embedder


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    embedder: ClassVar[Embedder]

    def do_POST(self) -> None:
        """Embed the texts of a request, as questions where it says so."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        embed = self.embedder.embed_queries if asked.get("input_type") == "query" else self.embedder.embed_passages
        rows = [base64.b64encode(row.astype("<f4").tobytes()).decode() for row in embed(asked["input"])]
        body = json.dumps({"data": [{"index": n, "embedding": row} for n, row in enumerate(rows)]}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Keep quiet."""


@contextmanager
def embedding_server(embedder: Embedder) -> Iterator[str]:
    """Run it; yields ``http://host:port``."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"embedder": embedder}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
