"""While connections are refused, the hosts that were tried are noted, and this machine can be reached."""

from __future__ import annotations

import socket

import pytest

from potluck.testing.quiet import refuse_connections


def test_another_machine_is_refused_and_noted() -> None:
    with refuse_connections() as tried, socket.socket() as one:
        for attempt in (
            lambda: one.connect(("192.0.2.1", 9)),
            lambda: one.connect_ex(("192.0.2.2", 9)),
            lambda: socket.getaddrinfo("規範.example.org", 80),
        ):
            with pytest.raises(OSError, match="while it is tested"):
                attempt()

    assert tried == ["192.0.2.1", "192.0.2.2", "規範.example.org"]


def test_this_machine_can_be_reached_and_afterwards_all_is_as_before() -> None:
    before = socket.socket.connect
    with socket.create_server(("127.0.0.1", 0)) as server, refuse_connections() as tried:
        socket.create_connection(server.getsockname()).close()

    assert tried == []
    assert socket.socket.connect is before
