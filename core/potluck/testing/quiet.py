"""Seeing whether a component sends anything: nothing leaves the machine while it is watched."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

_HERE = ("127.", "::1", "localhost", "0.0.0.0")  # noqa: S104  (addresses that stay here, not one to bind to)


@contextmanager
def refuse_connections() -> Iterator[list[str]]:
    """Refuse every connection to another machine within; the list has the hosts that were tried."""
    tried: list[str] = []
    connect, connect_ex, look_up = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def check(host: object) -> None:
        if isinstance(host, str) and host and not host.startswith(_HERE):
            tried.append(host)
            raise OSError(f"no connection to {host} while it is tested")

    def refuse_connect(self: socket.socket, address: Any) -> None:
        check(address[0] if isinstance(address, tuple) else None)
        connect(self, address)

    def refuse_connect_ex(self: socket.socket, address: Any) -> int:
        check(address[0] if isinstance(address, tuple) else None)
        return connect_ex(self, address)

    def refuse_look_up(host: Any, *rest: Any, **more: Any) -> Any:
        check(host)
        return look_up(host, *rest, **more)

    with (
        patch.object(socket.socket, "connect", refuse_connect),
        patch.object(socket.socket, "connect_ex", refuse_connect_ex),
        patch.object(socket, "getaddrinfo", refuse_look_up),
    ):
        yield tried
