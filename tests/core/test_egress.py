"""What leaves the machine is refused before anything is sent, in this thread and in those that it starts.

Modules: ``potluck.egress``.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable

import pytest

from potluck.egress import NetworkGate, allow_only, is_loopback, silence_dependencies
from potluck.errors import EgressRefused

AWAY = "192.0.2.1"
"""An address of nobody (RFC 5737)."""


def connect(host: str) -> None:
    with socket.socket() as one:
        one.settimeout(0.01)
        one.connect((host, 9))


def send(host: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.sendto("字".encode(), (host, 9))


def look_up(host: str) -> None:
    socket.getaddrinfo(host, 9)


def look_up_by_name(host: str) -> None:
    socket.gethostbyname(host)


WAYS: list[Callable[[str], None]] = [connect, send, look_up, look_up_by_name]


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("", True),
        ("localhost", True),
        ("LocalHost", True),
        ("ip6-localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("[::1]", True),
        ("::1%lo", True),
        ("128.0.0.1", False),
        ("0.0.0.0", False),
        ("::2", False),
        ("localhost.example.com", False),
        ("例子.tw", False),
    ],
)
def test_this_machine_is_known_by_name_and_address(host: str, here: bool) -> None:
    assert is_loopback(host) is here


@pytest.mark.parametrize(
    ("allowed", "event", "target", "through"),
    [
        (None, "socket.connect", "127.0.0.1", True),
        (None, "socket.connect", AWAY, False),
        ("example.com", "socket.getaddrinfo", "example.com", True),
        ("Example.COM", "socket.getaddrinfo", "EXAMPLE.com.", True),
        ("example.com", "socket.getaddrinfo", "api.example.com", True),
        ("example.com", "socket.getaddrinfo", "badexample.com", False),
        ("example.com", "socket.gethostbyname", "example.com.evil.tw", False),
        ("example.com", "socket.connect", AWAY, True),
        ("example.com", "socket.sendto", AWAY, True),
        ("example.com", "socket.sendmsg", AWAY, True),
        ("example.com", "socket.getaddrinfo", AWAY, False),
        (AWAY, "socket.connect", AWAY, True),
        (AWAY, "socket.connect", "192.0.2.2", False),
    ],
)
def test_a_gate_lets_its_host_through_and_what_its_name_leads_to(
    allowed: str | None, event: str, target: str, through: bool
) -> None:
    assert NetworkGate(allowed).lets_through(event, target) is through


@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_sent_from_behind_a_gate(way: Callable[[str], None]) -> None:
    with allow_only(None) as shut, pytest.raises(EgressRefused, match=f"^something tried to reach {AWAY}, which the"):
        way(AWAY)

    assert shut.refused == [AWAY]


def test_this_machine_may_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, allow_only(None) as shut:
        socket.create_connection(server.getsockname()).close()

    assert shut.refused == []


def test_the_gates_around_it_hold_too_and_an_end_opens_only_its_own() -> None:
    with allow_only(None) as outer:
        with allow_only(AWAY) as inner, pytest.raises(EgressRefused):
            connect(AWAY)
        with pytest.raises(EgressRefused):
            send("192.0.2.2")

    assert (outer.refused, inner.refused) == ([AWAY, "192.0.2.2"], [])


def test_a_thread_that_is_started_within_stays_behind_the_gate_and_others_do_not() -> None:
    refused: list[str] = []
    go, ready = threading.Event(), threading.Event()

    def reach() -> None:
        go.wait(10)
        try:
            look_up(AWAY)
        except EgressRefused:
            refused.append(threading.current_thread().name)

    before = threading.Thread(target=reach, name="before")
    before.start()
    with allow_only(None) as shut:
        within = threading.Thread(target=reach, name="within")
        within.start()
        ready.set()
    go.set()
    for thread in (before, within):
        thread.join(10)

    assert refused == ["within"]
    assert shut.refused == [AWAY]


def test_an_error_within_opens_the_gate_all_the_same() -> None:
    with pytest.raises(ValueError, match="壞了"), allow_only(None):
        raise ValueError("壞了")

    look_up(AWAY)


GUARDED = """
import socket
from potluck.egress import allow_only, guard_process
from potluck.errors import EgressRefused
guard_process("食譜沒有寫")
with socket.create_server(("127.0.0.1", 0)) as server:
    socket.create_connection(server.getsockname()).close()
with allow_only("192.0.2.1") as own:
    for host in ("192.0.2.1", b"192.0.2.1"):
        try:
            socket.getaddrinfo(host, 9)
        except EgressRefused as error:
            print(error)
print(own.refused)
"""


def test_a_guarded_process_reaches_nobody_for_good() -> None:
    done = subprocess.run(
        [sys.executable, "-c", GUARDED],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONUTF8": "1"},
        check=True,
    )

    expected = "something tried to reach 192.0.2.1, and 食譜沒有寫; nothing was sent"
    assert done.stdout.splitlines() == [expected, expected, "['192.0.2.1', '192.0.2.1']"]


def test_no_library_tells_anybody_what_it_is_used_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DO_NOT_TRACK", "HF_HUB_DISABLE_TELEMETRY", "ANONYMIZED_TELEMETRY", "TOKENIZERS_PARALLELISM"):
        monkeypatch.setenv(name, "maybe")

    silence_dependencies()

    quiet = {name: os.environ[name] for name in ("DO_NOT_TRACK", "HF_HUB_DISABLE_TELEMETRY", "ANONYMIZED_TELEMETRY")}
    assert quiet == {"DO_NOT_TRACK": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "ANONYMIZED_TELEMETRY": "False"}
    assert os.environ["TOKENIZERS_PARALLELISM"] == "false"
