"""What leaves the machine: nothing, unless the recipe names it."""

from __future__ import annotations

import ipaddress
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from potluck.errors import EgressRefused

_QUIET = {
    "ANONYMIZED_TELEMETRY": "False",
    "DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "RAY_USAGE_STATS_ENABLED": "0",
    "TQDM_DISABLE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "UNSTRUCTURED_DISABLE_NOTICE": "1",
}


def silence_dependencies() -> None:
    """Turn the telemetry of every library off, before any of them is imported."""
    os.environ.update(_QUIET)


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine."""
    name = host.strip("[]").lower()
    if name in ("", "localhost", "ip6-localhost"):
        return True
    try:
        return ipaddress.ip_address(name.split("%")[0]).is_loopback
    except ValueError:
        return False


def guard_process(reason: str) -> None:
    """Refuse every connection of this process to another machine from now on, with ``EgressRefused``.

    For the command line. It cannot be undone, and it does not reach what other processes or native libraries do.
    """

    def refuse(event: str, arguments: tuple[Any, ...]) -> None:
        host = _host(event, arguments)
        if host is not None and not is_loopback(host):
            for one in _gates():
                one.refused.append(host)
            raise EgressRefused(f"something tried to reach {host}, and {reason}; nothing was sent")

    sys.addaudithook(refuse)


@dataclass(frozen=True, slots=True)
class NetworkGate:
    """Which machine may be reached besides this one, and which others somebody tried to reach."""

    host: str | None
    refused: list[str] = field(default_factory=list)

    def lets_through(self, event: str, target: str) -> bool:
        """Whether a name may be looked up or reached; behind a name that may be, an address is not looked at."""
        if is_loopback(target):
            return True
        if self.host is None:
            return False
        name, host = target.lower().rstrip("."), self.host.lower()
        behind_a_name = event in _BY_ADDRESS and not _is_address(host)
        return behind_a_name or name == host or name.endswith(f".{host}")


@contextmanager
def allow_only(host: str | None) -> Iterator[NetworkGate]:
    """Refuse what this thread, and those it starts, try to send within, unless it goes to ``host`` or stays here.

    For code of which nobody knows what it does. Threads that are started within stay behind the gate. Like
    ``guard_process`` it does not reach other processes and native libraries.
    """
    _watch()
    thread, own = threading.get_ident(), NetworkGate(host)
    before = _GATES.get(thread)
    _GATES[thread] = (*_gates(), own)
    try:
        yield own
    finally:
        if before is None:
            del _GATES[thread]
        else:
            _GATES[thread] = before


_GATES: dict[int, tuple[NetworkGate, ...]] = {}
"""By thread. Threads that were started behind a gate carry it as an attribute."""

_INHERITED = "_potluck_gates"
_BY_ADDRESS = ("socket.connect", "socket.sendto", "socket.sendmsg")
_BY_NAME = ("socket.getaddrinfo", "socket.gethostbyname")


@cache
def _watch() -> None:
    """Watch what every thread does.

    An audit hook cannot be removed, so one is added once. Python does not tell which thread started which, so
    ``Thread.start`` is made to leave a note.
    """
    start = threading.Thread.start

    def start_behind_gates(thread: threading.Thread) -> None:
        if gates := _gates():
            setattr(thread, _INHERITED, gates)
        start(thread)

    def look(event: str, arguments: tuple[Any, ...]) -> None:
        host = _host(event, arguments)
        if host is None:
            return
        for one in _gates():
            if not one.lets_through(event, host):
                one.refused.append(host)
                raise EgressRefused(f"something tried to reach {host}, which the recipe does not name")

    threading.Thread.start = start_behind_gates  # type: ignore[method-assign, assignment]
    sys.addaudithook(look)


def _gates() -> tuple[NetworkGate, ...]:
    own = _GATES.get(threading.get_ident())
    if own is not None:
        return own
    inherited: tuple[NetworkGate, ...] = getattr(threading.current_thread(), _INHERITED, ())
    return inherited


def _host(event: str, arguments: tuple[Any, ...]) -> str | None:
    """The machine that an audit event of a socket is about."""
    host: object = None
    if event in _BY_NAME:
        host = arguments[0]
    elif event in _BY_ADDRESS:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    return host if isinstance(host, str) else None


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
